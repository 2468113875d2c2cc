"""httpx's transport, whose pool looks at its idle connections cheaply.

At each request, and at each end of one, httpcore's pool asks every idle connection whether its
server has closed it. With its own streams that is a sixth of what a poll costs (tests/bench, S13).
"""

from __future__ import annotations

import select
import socket
import ssl
import sys
import time
from collections.abc import Iterable

import httpcore
import httpx

from dreamina_desktop.api.http import KEEPALIVE_S, MAX_CONNECTIONS
from dreamina_desktop.api.proxy import Proxy

LOOK_EVERY_S = (
    0.005  # when eight answers come together, each idle connection is asked sixteen times
)
_HAS_POLL = sys.platform != "win32"


class Transport(httpx.AsyncHTTPTransport):
    """Only what opens connections differs from its base class."""

    def __init__(self, tls: ssl.SSLContext, proxy: Proxy | None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            proxy=None if proxy is None else _httpcore_proxy(proxy, tls),
            max_connections=MAX_CONNECTIONS,
            keepalive_expiry=KEEPALIVE_S,
            network_backend=_Network(),
        )


def _httpcore_proxy(proxy: Proxy, tls: ssl.SSLContext) -> httpcore.Proxy:
    context = tls if proxy.url.startswith("https:") else None
    return httpcore.Proxy(proxy.url, auth=proxy.auth, ssl_context=context)


class _Network(httpcore.AsyncNetworkBackend):
    def __init__(self) -> None:
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._plain.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream)

    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._socket: socket.socket | None = stream.get_extra_info("socket")
        self._poll: select.poll | None = None
        self._used_at = self._looked_at = 0.0
        if _HAS_POLL and self._socket is not None and self._socket.fileno() >= 0:
            self._poll = select.poll()
            self._poll.register(self._socket.fileno(), select.POLLIN)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        try:
            return await self._stream.read(max_bytes, timeout)
        finally:
            self._used_at = time.monotonic()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> object:
        if info != "is_readable" or self._poll is None or self._socket is None:
            return self._stream.get_extra_info(info)
        if self._socket.fileno() < 0:
            return True
        now = time.monotonic()
        # A server that closes after an answer does so at once: that is always looked for.
        if now - self._used_at > LOOK_EVERY_S and now - self._looked_at < LOOK_EVERY_S:
            return False
        is_readable = bool(self._poll.poll(0))
        self._looked_at = 0.0 if is_readable else now
        return is_readable
