"""Addresses: the API's, to which a token may be sent; a signed image link, read without changing a
byte of it; and an assetRef, `<account>-image:w<W>:h<H>:s<bytes>-uri:<imageUri>` (docs/api.md).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit

from dreamina_desktop.core.errors import OptionError

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
_DEFAULT_PORTS = {"https": 443, "http": 80}
_MAX_LENGTH = 16_000
_AROUND = "".join(map(chr, range(0x21))) + "\x7f\ufeff\u200b"
_URL_CHARACTERS = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True, slots=True)
class ImageUrl:
    """The parts of a URL that a request needs. `target` is path and query, byte for byte."""

    scheme: str  # "https" or "http"
    host: str  # a name or a literal address, without brackets
    port: int
    target: bytes

    @property
    def authority(self) -> str:
        """Host and port as the header Host has them: the scheme's own port is left out."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _DEFAULT_PORTS[self.scheme] else f"{shown}:{self.port}"


def parse_image_url(url: str, *, allow_http: bool) -> ImageUrl:
    """Take a URL apart. What is no character of a URL is encoded as browsers do it; all else goes
    byte for byte. Raises ValueError with a sentence when it must not be asked for."""
    url = _as_browsers_read(url)
    if len(url) > _MAX_LENGTH:
        raise ValueError("The link is too long to be one.")
    if re.search(r"[\x00-\x1f\x7f-\x9f]", url):
        raise ValueError("The link has a control character in it.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError("The link is not a URL.") from error
    if parts.scheme not in (("https", "http") if allow_http else ("https",)):
        raise ValueError(f"The link is not https but {parts.scheme[:20] or 'without a scheme'}.")
    if "@" in parts.netloc:
        raise ValueError("The link has a name or a password in it.")
    # urlsplit lower-cases the scheme, and leaves the rest as it is.
    start = len(parts.scheme) + len("://")
    host = _ascii_host(_without_port(parts.netloc))
    if url[len(parts.scheme) : start] != "://" or not _HOST.fullmatch(host):
        raise ValueError("The link names no host.")
    target = url[start + len(parts.netloc) :].partition("#")[0]
    return ImageUrl(
        scheme=parts.scheme,
        host=host.strip("[]").lower(),
        port=_DEFAULT_PORTS[parts.scheme] if port is None else port,
        target=_encoded(target if target.startswith("/") else f"/{target}"),
    )


def _as_browsers_read(url: str) -> str:
    """Without white space around it, and without tabs and line breaks in it."""
    return re.sub(r"[\t\r\n]", "", url.strip().strip(_AROUND))


def _encoded(target: str) -> bytes:
    """Characters that no URL has are percent-encoded; escapes that are there stay as they are."""
    if all("!" <= character <= "~" for character in target):
        return target.encode("ascii")
    return quote(target, safe=_URL_CHARACTERS, errors="replace").encode("ascii")


def _ascii_host(name: str) -> str:
    """Names in other scripts as the resolver knows them."""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def redirected(url: ImageUrl, location: str) -> str:
    """The URL that a `Location` header names; an absolute one stays byte for byte."""
    location = _as_browsers_read(location)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", location):
        return location
    origin = f"{url.scheme}://{url.authority}"
    if location.startswith("//"):
        return f"{url.scheme}:{location}"
    if location.startswith("/"):
        return origin + location
    return urljoin(origin + url.target.decode("ascii"), location)


def expires_at(url: str) -> float | None:
    """When the link dies, in Unix seconds, by its `x-expires`; None where it does not say."""
    query = url.partition("#")[0].partition("?")[2]
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        value = unquote(value)
        if unquote(name).lower() == "x-expires" and re.fullmatch(r"[0-9]{1,12}", value):
            return float(value)
    return None


def _without_port(netloc: str) -> str:
    return re.sub(r":[0-9]*$", "", netloc)


_FORM = re.compile(r"(.+)-image:w(\d{1,6}):h(\d{1,6}):s(\d{1,12})-uri:(.+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class AssetRef:
    """What an assetRef says. The string itself is opaque to the API and copied as it came."""

    account: str
    width: int  # pixels
    height: int
    size_bytes: int  # inferred: the size of the original
    uri: str


def parse(text: str) -> AssetRef | None:
    """None where the form is another one: it may be a good reference all the same."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    account, width, height, size, uri = found.groups()
    return AssetRef(account, int(width), int(height), int(size), uri)


@dataclass(frozen=True, slots=True)
class ApiUrl:
    """A base URL without a slash at its end; `origin` is `scheme://host:port`."""

    url: str
    origin: str
    is_loopback: bool


def parse_api_url(text: str) -> ApiUrl:
    """Read a base URL. Raises OptionError with a sentence: `https` anywhere, `http` only on
    loopback, and neither credentials nor a query nor a fragment."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise OptionError(f"This is not a URL: {text!r}.") from error
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or not host:
        raise OptionError(f"The API's URL begins with https:// and names a host; not {text!r}.")
    if not text.isascii() or any(character <= " " for character in text):
        raise OptionError("The API's URL has a space or a character outside ASCII in it.")
    if parts.username is not None or parts.password is not None:
        raise OptionError("The API's URL may not hold a name or a password.")
    if "?" in text or "#" in text:
        raise OptionError("The API's URL ends before a ? or #.")
    loopback = is_loopback_host(host)
    if parts.scheme == "http" and not loopback:
        raise OptionError(
            "http would send your token in the clear: use https (http is for this machine only)."
        )
    port = port or (443 if parts.scheme == "https" else 80)
    shown = f"[{host}]" if ":" in host else host
    return ApiUrl(text.rstrip("/"), f"{parts.scheme}://{shown}:{port}", loopback)


def is_loopback_host(host: str) -> bool:
    """Whether a host name or literal address is this machine itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
