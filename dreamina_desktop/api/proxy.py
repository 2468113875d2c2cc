"""Which proxy the system wants for a URL."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from dreamina_desktop.core.api_url import is_loopback_host


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy. `auth` is the proxy's own (name, password), and goes to nobody else."""

    url: str  # `scheme://host:port`
    auth: tuple[str, str] | None = None


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
    return _parse(text if "://" in text else f"http://{text}")


def _parse(text: str) -> Proxy:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError("the proxy's address is not a URL") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"proxies of the kind {parts.scheme[:20]} are not supported")
    if not parts.hostname:
        raise ValueError("the proxy's address names no host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = port or (443 if parts.scheme == "https" else 80)
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Proxy(f"{parts.scheme}://{host}:{port}", auth)
