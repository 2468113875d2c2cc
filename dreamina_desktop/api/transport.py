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
from typing import Any

import httpcore
import httpx

from dreamina_desktop.api.pool import open_pool
from dreamina_desktop.api.proxy import Proxy

# When eight answers come together, each idle connection is asked sixteen times within this time.
LOOK_EVERY_S = 0.005
_HAS_POLL = sys.platform != "win32"


class Transport(httpx.AsyncHTTPTransport):
    """Only what opens connections differs from its base class."""

    def __init__(self, tls: ssl.SSLContext, proxy: Proxy | None) -> None:
        self._pool = open_pool(tls, proxy, _Network())


class _Network(httpcore.AnyIOBackend):
    async def connect_tcp(self, *arguments: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        return _Stream(await super().connect_tcp(*arguments, **options))


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
