"""From a second start to the process that holds the data folder: assignments over a loopback
socket, JSON lines. Its port and a secret are in a file of the data folder that only the user reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec

from dreamina_desktop.app.assignment import Assignment, Reply
from dreamina_desktop.services.supervisor import Supervisor

MAX_LINE_BYTES = 256 * 1024 * 1024  # an export of 100,000 jobs, a large picture
CONNECT_TIMEOUT_S = 2.0
STOP = b"stop\n"


class Address(msgspec.Struct, frozen=True):
    """Where the holder listens, and what proves that the caller may read the data folder."""

    port: int
    secret: str
    draws: bool  # the holder has a window, and can make pictures of it


class _Call(msgspec.Struct, frozen=True):
    secret: str
    assignment: Assignment


CarryOut = Callable[[Assignment, asyncio.Event], AsyncIterator[Reply]]


class HandoverServer:
    """Listens as long as this process holds the data folder."""

    def __init__(
        self,
        file: Path,
        write: Callable[[Path, bytes], None],
        carry_out: CarryOut,
        supervisor: Supervisor,
        *,
        draws: bool,
    ) -> None:
        """`write` puts a file in place whole, with mode 0600."""
        self._file = file
        self._write = write
        self._carry_out = carry_out
        self._supervisor = supervisor
        self._draws = draws
        self._secret = secrets.token_urlsafe(32)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", 0, limit=MAX_LINE_BYTES
        )
        port = self._server.sockets[0].getsockname()[1]
        self._write(self._file, msgspec.json.encode(Address(port, self._secret, self._draws)))

    async def aclose(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._is_our_file():
            with contextlib.suppress(OSError):
                self._file.unlink()

    def _is_our_file(self) -> bool:
        """Not where the data folder was replaced, and another process holds the new one."""
        address = read_address(self._file)
        return address is not None and secrets.compare_digest(address.secret, self._secret)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._supervisor.spawn(self._serve(reader, writer), "hand-over")
        # Also where it was cancelled before it began: a caller that is not told waits for ever.
        task.add_done_callback(lambda _: writer.close())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stop = asyncio.Event()
        try:
            call = msgspec.json.decode(await reader.readline(), type=_Call)
            if not secrets.compare_digest(call.secret, self._secret):
                return
            watch = self._supervisor.spawn(_watch_for_stop(reader, stop), "hand-over stop")
            async for reply in self._carry_out(call.assignment, stop):
                writer.write(msgspec.json.encode(reply) + b"\n")
                await writer.drain()
            watch.cancel()
        except (OSError, ValueError, msgspec.DecodeError):
            pass  # the caller is gone, or is none of ours
        finally:
            stop.set()


async def _watch_for_stop(reader: asyncio.StreamReader, stop: asyncio.Event) -> None:
    """The caller asks to stop waiting, or is gone."""
    with contextlib.suppress(OSError, ValueError):
        await reader.readline()
    stop.set()


class HandoverCall:
    """The caller's side: plain blocking sockets, before any event loop."""

    def __init__(self, address: Address) -> None:
        """Raises OSError when nobody listens there."""
        self._secret = address.secret
        self._socket = socket.create_connection(("127.0.0.1", address.port), CONNECT_TIMEOUT_S)
        self._socket.settimeout(None)
        self._is_sent = self._is_stopped = False

    def send(self, assignment: Assignment) -> Iterator[Reply]:
        """Replies as they come. Raises OSError when the holder ends before its last reply."""
        self._socket.sendall(msgspec.json.encode(_Call(self._secret, assignment)) + b"\n")
        self._is_sent = True
        if self._is_stopped:
            self.stop()
        with self._socket.makefile("rb") as lines:
            for line in lines:
                reply = msgspec.json.decode(line, type=Reply)
                yield reply
                if reply.exit_code is not None:
                    return
        raise ConnectionError("The Dreamina Desktop that holds the data folder ended.")

    def stop(self) -> None:
        """Do not wait any longer; the last replies still come. For signal handlers: it may come
        before or amid the sending, and follows it then."""
        self._is_stopped = True
        if self._is_sent:
            with contextlib.suppress(OSError):
                self._socket.sendall(STOP)

    def close(self) -> None:
        self._socket.close()


def read_address(file: Path) -> Address | None:
    """None when the holder does not listen (yet, or any more)."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Address)
    except (OSError, ValueError, msgspec.DecodeError):
        return None
