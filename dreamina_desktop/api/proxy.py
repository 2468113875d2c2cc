"""Which proxy the system wants for a URL."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlsplit
from urllib.request import getproxies, proxy_bypass

from dreamina_desktop.core.text.urls import is_loopback_host

_KEPT_IN_AUTH = ":%@!$&'()*+,;= "


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy. `auth` is the proxy's own (name, password), and goes to nobody else: UTF-8
    (RFC 7617), or the bytes that were percent-encoded."""

    url: str  # `scheme://host:port`, in ASCII
    auth: tuple[bytes, bytes] | None = None


def proxy_for(scheme: str, host: str) -> Proxy | None:
    """The proxy of HTTPS_PROXY, HTTP_PROXY, ALL_PROXY or the system's settings; None where
    there is none, NO_PROXY names the host, or it is this machine. Raises ValueError with a
    sentence where it is none that we can use. May block on Windows, which resolves the host."""
    if is_loopback_host(host):
        return None
    proxies = getproxies()
    text = proxies.get(scheme) or proxies.get("all")
    if not text or proxy_bypass(host):
        return None
    text = text.strip()
    return _parse(text if "://" in text else f"http://{text}")


def _parse(text: str) -> Proxy:
    try:
        parts = urlsplit(_with_quoted_auth(text))
        port = parts.port
    except ValueError as error:
        raise ValueError("the proxy's address is not a URL") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"proxies of the kind {parts.scheme[:20]} are not supported")
    if not parts.hostname:
        raise ValueError("the proxy's address names no host")
    port = port or (443 if parts.scheme == "https" else 80)
    auth = _auth(parts.username, parts.password)
    return Proxy(f"{parts.scheme}://{_ascii_host(parts.hostname)}:{port}", auth)


def _with_quoted_auth(text: str) -> str:
    """What would end a host may stand in a password, as it does for curl."""
    scheme, _, rest = text.partition("://")
    auth, at, place = rest.rpartition("@")
    return f"{scheme}://{quote(auth, safe=_KEPT_IN_AUTH)}{at}{place}"


def _auth(name: str | None, password: str | None) -> tuple[bytes, bytes] | None:
    if not name and not password:
        return None
    return unquote_to_bytes(name or ""), unquote_to_bytes(password or "")


def _ascii_host(host: str) -> str:
    """As it is resolved: an address in brackets, a name outside ASCII by IDNA."""
    if ":" in host:
        return f"[{host}]"
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError("the name of the proxy's host cannot be one") from error
