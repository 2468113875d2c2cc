"""The connections of both HTTP clients."""

from __future__ import annotations

import ssl

import httpcore

from dreamina_desktop.api.http import KEEPALIVE_S, MAX_CONNECTIONS
from dreamina_desktop.api.proxy import Proxy


def open_pool(
    tls: ssl.SSLContext, proxy: Proxy | None, network: httpcore.AsyncNetworkBackend | None
) -> httpcore.AsyncConnectionPool:
    """`network` makes the connections; None: httpcore's own."""
    return httpcore.AsyncConnectionPool(
        ssl_context=tls,
        proxy=None if proxy is None else _httpcore_proxy(proxy, tls),
        max_connections=MAX_CONNECTIONS,
        keepalive_expiry=KEEPALIVE_S,
        network_backend=network,
    )


def _httpcore_proxy(proxy: Proxy, tls: ssl.SSLContext) -> httpcore.Proxy:
    context = tls if proxy.url.startswith("https:") else None
    return httpcore.Proxy(proxy.url, auth=proxy.auth, ssl_context=context)
