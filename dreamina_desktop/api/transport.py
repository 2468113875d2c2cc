"""The streams under both HTTP clients: idle connections are looked at cheaply, and what comes
before a body is bounded.

At each request, and at each end of one, httpcore's pool asks every idle connection whether its
server has closed it. With its own streams that is a sixth of what a poll costs (tests/bench, S13).
And httpcore reads interim answers (103) for as long as they come, a whole read of them in one go.
"""

from __future__ import annotations

import select
import socket
import ssl
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore

# When eight answers come together, each idle connection is asked sixteen times within this time.
LOOK_EVERY_S = 0.005
HEAD_BYTES = 256 * 1024  # of one answer before its body; a usual one has 1 KB
HEAD_PIECE_BYTES = 4 * 1024  # are parsed in one go: of the shortest interim answers some 5 ms
_HAS_POLL = sys.platform != "win32"


class Network(httpcore.AsyncNetworkBackend):
    """Another backend's connections, as such streams."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return Stream(
            await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        )

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


class Stream(httpcore.AsyncNetworkStream):
    """After each write a head is expected, until `body_comes` says that it is here."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._head_left: int | None = HEAD_BYTES  # None while a body comes
        self._socket: socket.socket | None = stream.get_extra_info("socket")
        self._poll: select.poll | None = None
        self._used_at = self._looked_at = 0.0
        if _HAS_POLL and self._socket is not None and self._socket.fileno() >= 0:
            self._poll = select.poll()
            self._poll.register(self._socket.fileno(), select.POLLIN)

    def body_comes(self) -> None:
        """The head of an answer was read."""
        self._head_left = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        try:
            if self._head_left is None:
                return await self._stream.read(max_bytes, timeout)
            return await self._read_head(self._head_left, min(max_bytes, HEAD_PIECE_BYTES), timeout)
        finally:
            self._used_at = time.monotonic()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self._head_left = HEAD_BYTES
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        return Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

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

    async def _read_head(self, left: int, max_bytes: int, timeout_s: float | None) -> bytes:
        if left <= 0:
            raise httpcore.RemoteProtocolError("what comes before the body has no end")
        data = await self._stream.read(max_bytes, timeout_s)
        self._head_left = left - len(data)
        return data


def body_comes(extensions: Mapping[str, Any]) -> None:
    """Tell the stream of a response, by the response's extensions, that its head was read."""
    stream = extensions.get("network_stream")
    if isinstance(stream, Stream):
        stream.body_comes()
