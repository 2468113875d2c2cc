"""HTTP, the only package that imports httpx: the API's client and the images' client."""
