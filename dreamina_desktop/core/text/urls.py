"""The API's base URL: which ones are safe to send a token to."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from dreamina_desktop.core.errors import OptionError


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
