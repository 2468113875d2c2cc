"""A server on a real socket that says exactly the bytes it is told to."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dreamina_desktop.api.http import make_tls_context

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Script = bytes | Talk


class RawServer:
    """Answers the n-th request with the n-th script, later ones with the last; then closes.

    A script is the whole answer, or a coroutine function that talks on its own.
    """

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self.requests: list[bytes] = []  # each head, byte for byte as it came
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Condition()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def says(self, *scripts: Script) -> None:
        self.scripts = list(scripts)

    @property
    def target(self) -> bytes:
        """The target of the last request, byte for byte."""
        return self.requests[-1].split(b" ")[1]

    async def received(self, count: int) -> None:
        """Wait until this many requests have come."""
        async with asyncio.timeout(60), self._news:
            await self._news.wait_for(lambda: len(self.requests) >= count)

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            async with self._news:
                self._news.notify_all()
            script = self.scripts[min(len(self.requests), len(self.scripts)) - 1]
            if isinstance(script, bytes):
                writer.write(script)
                await writer.drain()
            else:
                await script(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the test is over
        finally:
            writer.close()


@pytest_asyncio.fixture
async def servers() -> AsyncIterator[Callable[[], Awaitable[RawServer]]]:
    """Start another server."""
    started: list[RawServer] = []

    async def start(tls: ssl.SSLContext | None = None) -> RawServer:
        server = RawServer()
        await server.start(tls)
        started.append(server)
        return server

    yield start
    for server in started:
        await server.stop()


@pytest_asyncio.fixture
async def server(servers: Callable[[], Awaitable[RawServer]]) -> RawServer:
    return await servers()


@pytest.fixture
def answer() -> Callable[..., bytes]:
    """The bytes of an HTTP answer."""

    def make(status: int = 200, body: bytes = b"", **headers: Any) -> bytes:
        lines = [f"HTTP/1.1 {status} Whatever", "Connection: close"]
        headers = {"content_length": len(body)} | headers
        headers = {name: value for name, value in headers.items() if value is not None}
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

    return make


@pytest.fixture
def silence() -> Talk:
    """Say nothing until the client goes away."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    return talk


@pytest.fixture
def reset() -> Callable[[bytes], Talk]:
    """Say something, then cut the connection the hard way (RST)."""

    def after(said: bytes) -> Talk:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(said)
            await writer.drain()
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        return talk

    return after


@pytest.fixture(scope="session")
def tls() -> ssl.SSLContext:
    return make_tls_context()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own proxy settings are none of the tests' business."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key for the name localhost, which nobody has signed."""
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-nodes"]
    subprocess.run(
        [*request, *name, "-days", "3650", "-keyout", str(file), "-out", str(file) + ".crt"],
        check=True,
        capture_output=True,
    )
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file


@pytest.fixture(scope="session")
def self_signed(certificate: Path) -> ssl.SSLContext:
    """For a server that is localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(scope="session")
def trusting(certificate: Path) -> ssl.SSLContext:
    """For a client that trusts that server, by the name localhost only."""
    return ssl.create_default_context(cafile=str(certificate))
