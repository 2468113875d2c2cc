"""From a second start to the process that holds the data folder: assignments over a loopback
socket, JSON lines. Its port and a secret are in a file of the data folder that only the user reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from enum import Enum
from pathlib import Path

import msgspec

from dreamina_desktop.app.instance.request import Assignment, Reply
from dreamina_desktop.services.session.supervisor import Supervisor

MAX_LINE_BYTES = 256 * 1024 * 1024  # of who has proved that the data folder is his
PROOF_BYTES = 200  # of a call, in which the secret is proved
PROOF_S = 2.0  # and so long it may take
UNPROVEN = 32  # connections at once; of more, the oldest goes: a caller of ours proves at once
PIECE_BYTES = 64 * 1024
DECODED_BYTES = 1024 * 1024  # of a text at a time, between the window's turns
CONNECT_TIMEOUT_S = 2.0
LOOK_EVERY_S = 0.25
STOPPED_S = 2.0  # whoever stops a process for a moment lets it go on by then
STILL_S = 3.75  # without an answer and without a tick of the processor
ENDED = "The Dreamina Desktop that holds the data folder ended."
STOP = b"stop\n"
_PROOF = re.compile(rb'\s*\{\s*"secret"\s*:\s*"([^"\\]*)"')
_BEFORE_TEXT = b'"assignment":{"text":"'
_AFTER_TEXT = b'","waits":'  # in no encoded text, whose quotes have a backslash before them
_LONGEST_REST = 64 * 1024  # of a call, after its text
_ESCAPE_BYTES = 12  # of a character in two halves


class Address(msgspec.Struct, frozen=True):
    """Where the holder listens, and what proves that the caller may read the data folder."""

    port: int
    secret: str
    draws: bool  # the holder has a window, and can make pictures of it
    pid: int = 0  # of the holder; 0 where an older program wrote it


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
        self._unproven: dict[asyncio.StreamWriter, None] = {}  # the oldest first

    async def start(self) -> None:
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", 0, limit=PIECE_BYTES
        )
        port = self._server.sockets[0].getsockname()[1]
        address = Address(port, self._secret, self._draws, os.getpid())
        self._write(self._file, msgspec.json.encode(address))

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
        self._unproven[writer] = None
        if len(self._unproven) > UNPROVEN:
            oldest = next(iter(self._unproven))
            del self._unproven[oldest]
            oldest.transport.abort()
        task = self._supervisor.spawn(self._serve(reader, writer), "hand-over")
        # Also where it was cancelled before it began: a caller that is not told waits for ever.
        task.add_done_callback(lambda _: self._end(writer))

    def _end(self, writer: asyncio.StreamWriter) -> None:
        self._unproven.pop(writer, None)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stop = asyncio.Event()
        try:
            head = await asyncio.wait_for(self._proven(reader), PROOF_S)
            self._unproven.pop(writer, None)
            if head:
                await self._answer(head, reader, writer, stop)
        except (OSError, ValueError, msgspec.DecodeError):
            pass  # the caller is gone, or is none of ours
        finally:
            stop.set()

    async def _proven(self, reader: asyncio.StreamReader) -> bytes:
        """The beginning of a call, in which the secret is; b"" where it is not."""
        head = b""
        while len(head) < PROOF_BYTES and (piece := await reader.read(PROOF_BYTES - len(head))):
            head += piece
            if found := _PROOF.match(head):
                is_right = secrets.compare_digest(found[1], self._secret.encode())
                return head if is_right else b""
        return b""

    async def _answer(
        self,
        head: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        stop: asyncio.Event,
    ) -> None:
        assignment = await _decoded(await _line(head, reader))
        watch = self._supervisor.spawn(_watch_for_stop(reader, stop), "hand-over stop")
        async for reply in self._carry_out(assignment, stop):
            writer.write(msgspec.json.encode(reply) + b"\n")
            await writer.drain()
        watch.cancel()


async def _line(head: bytes, reader: asyncio.StreamReader) -> bytes:
    """All of the line that begins with `head`. What comes after it stays to be read."""
    pieces, size = [head], len(head)
    while not pieces[-1].endswith(b"\n"):
        try:
            piece = await reader.readuntil()
        except asyncio.LimitOverrunError as error:
            piece = await reader.readexactly(error.consumed)
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("The caller went in the middle of its call.") from error
        pieces.append(piece)
        size += len(piece)
        if size > MAX_LINE_BYTES:
            raise ValueError("A call is too long.")
    return b"".join(pieces)


async def _decoded(line: bytes) -> Assignment:
    """A call's assignment. Its text, which may be of many megabytes, is decoded in slices."""
    end = line.rfind(_AFTER_TEXT, max(0, len(line) - _LONGEST_REST))
    start = line.find(_BEFORE_TEXT, 0, 2 * PROOF_BYTES) + len(_BEFORE_TEXT)
    if end - start < DECODED_BYTES or start < len(_BEFORE_TEXT):
        return msgspec.json.decode(line, type=_Call).assignment
    call = msgspec.json.decode(line[:start] + line[end:], type=_Call)
    pieces = list[str]()
    while start < end:
        until = _cut(line, start, end)
        pieces.append(msgspec.json.decode(b'"%b"' % line[start:until], type=str))
        start = until
        await asyncio.sleep(0)  # the window's turn
    return msgspec.structs.replace(call.assignment, text="".join(pieces))


def _cut(line: bytes, start: int, end: int) -> int:
    """Where a slice of an encoded text may end: not within a character or its escape."""
    for place in range(min(start + DECODED_BYTES, end), start + _ESCAPE_BYTES, -1):
        if place == end or (
            line[place] < 0x80 and b"\\" not in line[place - _ESCAPE_BYTES : place]
        ):
            return place
    return end


async def _watch_for_stop(reader: asyncio.StreamReader, stop: asyncio.Event) -> None:
    """The caller asks to stop waiting, or is gone."""
    with contextlib.suppress(OSError, ValueError):
        await reader.readline()
    stop.set()


class HandoverCall:
    """The caller's side: plain blocking sockets, before any event loop."""

    def __init__(self, address: Address) -> None:
        """Proves at once that the caller may: what is sent then may take long to be made. Raises
        OSError when nobody listens there."""
        self._socket = socket.create_connection(("127.0.0.1", address.port), CONNECT_TIMEOUT_S)
        self._socket.settimeout(None)
        self._socket.sendall(b'{"secret":%b,"assignment":' % msgspec.json.encode(address.secret))
        self._is_sent = self._is_stopped = False

    def send(self, assignment: Assignment) -> Iterator[Reply]:
        """Replies as they come. Raises OSError when the holder ends before its last reply."""
        self._socket.sendall(msgspec.json.encode(assignment))
        self._socket.sendall(b"}\n")
        self._is_sent = True
        if self._is_stopped:
            self.stop()
        with self._socket.makefile("rb") as lines:
            for line in lines:
                reply = msgspec.json.decode(line, type=Reply)
                yield reply
                if reply.exit_code is not None:
                    return
        raise ConnectionError(ENDED)

    def stop(self) -> None:
        """Do not wait any longer; the last replies still come. For signal handlers: it may come
        before or amid the sending, and follows it then."""
        self._is_stopped = True
        if self._is_sent:
            with contextlib.suppress(OSError):
                self._socket.sendall(STOP)

    def close(self) -> None:
        self._socket.close()


class Silence(Enum):
    """Why a holder is not waited for any longer."""

    STOPPED = "stopped"  # its process is: Ctrl+Z, kill -STOP
    STILL = "still"  # it neither answers nor does anything else


def why_silent(address: Address, api_url: str) -> Silence | None:
    """Ask the holder for nothing, and wait for its answer to that; None as soon as it comes. A
    holder that is busy is waited for. Raises OSError when nobody listens there, or no longer."""
    greeting = msgspec.json.encode(_Call(address.secret, Assignment(api_url=api_url))) + b"\n"
    watch = _ProcessWatch(address.pid)
    with socket.create_connection(("127.0.0.1", address.port), CONNECT_TIMEOUT_S) as line:
        line.sendall(greeting)
        line.settimeout(LOOK_EVERY_S)
        while True:
            try:
                if line.recv(1):
                    return None
            except TimeoutError:
                if (silence := watch.look(time.monotonic())) is not None:
                    return silence
            else:
                raise ConnectionError(ENDED)


class _ProcessWatch:
    """Whether another process does anything, as Linux tells; of other systems it is not known."""

    def __init__(self, pid: int) -> None:
        self._stat = Path(f"/proc/{pid}/stat")
        self._seen: tuple[str, ...] = ()
        self._since_s = 0.0

    def look(self, now_s: float) -> Silence | None:
        """Called again and again: what it was found to be for long enough."""
        seen = self._state_and_cpu_time()
        if seen != self._seen or seen[:1] == ("R",):  # it waits for its turn
            self._seen, self._since_s = seen, now_s
        if not seen:
            return None
        is_stopped = seen[0] == "T"
        if now_s - self._since_s < (STOPPED_S if is_stopped else STILL_S):
            return None
        return Silence.STOPPED if is_stopped else Silence.STILL

    def _state_and_cpu_time(self) -> tuple[str, ...]:
        try:
            fields = self._stat.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            return ()
        return fields[0], *fields[11:13]


def read_address(file: Path) -> Address | None:
    """None when the holder does not listen (yet, or any more)."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Address)
    except (OSError, ValueError, msgspec.DecodeError):
        return None
