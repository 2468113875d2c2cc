"""The connections of both HTTP clients, and how a body is read."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

import httpcore

from dreamina_desktop.api.content_coding import ContentDecoder
from dreamina_desktop.api.http import KEEPALIVE_S, MAX_CONNECTIONS
from dreamina_desktop.api.proxy import Proxy
from dreamina_desktop.api.transport import Network

TURN_S = 0.004  # of reading what is here already; then it is the turn of others
MANY_PIECES = 50_000  # of a body; more may come where they are no crumbs
CRUMB_BYTES = 64


def open_pool(
    tls: ssl.SSLContext, proxy: Proxy | None, network: httpcore.AsyncNetworkBackend | None
) -> httpcore.AsyncConnectionPool:
    """`network` makes the connections; None: httpcore's own."""
    return httpcore.AsyncConnectionPool(
        ssl_context=tls,
        proxy=None if proxy is None else _httpcore_proxy(proxy, tls),
        max_connections=MAX_CONNECTIONS,
        keepalive_expiry=KEEPALIVE_S,
        network_backend=Network(network or httpcore.AnyIOBackend()),
    )


async def decoded(
    chunks: AsyncIterator[bytes], decoder: ContentDecoder
) -> AsyncGenerator[bytes, None]:
    """A body's bytes without their compression, in pieces that stay small. However they come, the
    loop gets its turn. Raises httpcore.RemoteProtocolError for a body of crumbs, and what the
    decoder raises. `chunks`, a generator, is closed when this is."""
    turn = _Turn()
    came = count = 0
    async with aclosing(cast("AsyncGenerator[bytes, None]", chunks)) as given:
        async for chunk in given:
            came, count = came + len(chunk), count + 1
            if count > MANY_PIECES and came < count * CRUMB_BYTES:
                raise httpcore.RemoteProtocolError("the body comes in crumbs")
            await turn.end_in_time()
            for piece in decoder.feed(chunk):
                yield piece
                await turn.end_in_time()


class _Turn:
    """Of the loop: others have theirs after a few milliseconds."""

    def __init__(self) -> None:
        self._ends_at = time.monotonic() + TURN_S

    async def end_in_time(self) -> None:
        if time.monotonic() > self._ends_at:
            await asyncio.sleep(0)
            self._ends_at = time.monotonic() + TURN_S


def _httpcore_proxy(proxy: Proxy, tls: ssl.SSLContext) -> httpcore.Proxy:
    context = tls if proxy.url.startswith("https:") else None
    return httpcore.Proxy(proxy.url, auth=proxy.auth, ssl_context=context)
