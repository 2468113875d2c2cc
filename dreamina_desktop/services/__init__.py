"""Application logic on asyncio: no Qt, no httpx, no PIL, no `open`."""
