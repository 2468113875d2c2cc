"""An origin on raw sockets: each byte that it sends, and each pause, is written by hand.

A correct HTTP server is too polite for a bench of faults: it always finishes its sentences.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Any

_HEAD_END = b"\r\n\r\n"
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST instead of FIN


class End(Enum):
    """How an answer ends."""

    KEEP = "keep"  # the connection stays for the next request
    CLOSE = "close"
    RESET = "reset"


Step = bytes | float | End  # bytes to send, seconds to be silent, how to end (else: KEEP)
Answer = Sequence[Step]


@dataclass
class Exchange:
    """A request as it came, and what was done with it. Times are monotonic seconds."""

    head: bytes
    at: float
    ended_at: float = 0.0  # before the last bytes, or the end: the client knows of it only later
    note: Any = None  # for the script: what it did

    @property
    def request_line(self) -> bytes:
        return self.head.split(b"\r\n", 1)[0]

    @property
    def target(self) -> bytes:
        return self.request_line.split(b" ")[1]

    def header(self, name: str) -> str | None:
        """The first one of that name."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.decode("latin-1").partition(":")
            if key.strip().lower() == name.lower():
                return value.strip()
        return None


Script = Callable[[Exchange], Answer]


@dataclass
class ScriptedServer:
    """Listens on a free port of 127.0.0.1 from `start` to `close`; a thread a connection."""

    script: Script
    exchanges: list[Exchange] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)  # every byte of every client
    turns_away: int = 0  # so many connections are reset before they said anything
    port: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> ScriptedServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Listen; after `stop_listening` on the same port again."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(128)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._spawn(self._accept, listener)

    def stop_listening(self) -> None:
        """From now on connections are refused; those that are open stay."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept
            self._listener.close()
            self._listener = None

    def cut_all(self) -> None:
        """Every open connection ends."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Nothing is left: no socket, no thread."""
        self.stop_listening()
        self.cut_all()
        for thread in tuple(self._threads):
            thread.join()

    def _spawn(self, work: Callable[[socket.socket], None], of: socket.socket) -> None:
        thread = threading.Thread(target=work, args=(of,), name="scripted server", daemon=True)
        self._threads = [old for old in self._threads if old.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            if self.turns_away > 0:
                self.turns_away -= 1
                self._end(connection, End.RESET)
            else:
                self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        end = End.CLOSE
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            rest = b""
            while True:
                head, rest = self._read_head(connection, rest)
                if head is None:
                    break
                exchange = Exchange(head, time.monotonic())
                with self._lock:
                    self.exchanges.append(exchange)
                end = _perform(connection, exchange, self.script(exchange))
                if end is not End.KEEP:
                    break
        self._end(connection, end)

    def _read_head(self, connection: socket.socket, rest: bytes) -> tuple[bytes | None, bytes]:
        while _HEAD_END not in rest:
            chunk = connection.recv(65536)
            if not chunk:
                return None, b""
            self.received.append(chunk)
            rest += chunk
        head, _, rest = rest.partition(_HEAD_END)
        return head, rest

    def _end(self, connection: socket.socket, end: End) -> None:
        with self._lock:
            self._open.discard(connection)
            with contextlib.suppress(OSError):
                if end is End.RESET:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                connection.close()


def _perform(connection: socket.socket, exchange: Exchange, answer: Answer) -> End:
    """One step after another."""
    says_nothing = not any(isinstance(step, bytes) for step in answer)
    for step in answer:
        if isinstance(step, bytes) or says_nothing:
            exchange.ended_at = time.monotonic()
        if isinstance(step, End):
            return step
        if isinstance(step, bytes):
            connection.sendall(step)
        elif _has_left(connection, step):
            return End.CLOSE
    return End.KEEP


def _has_left(connection: socket.socket, silence_s: float) -> bool:
    """Say nothing for so long; True when the client went away meanwhile."""
    readable, _, _ = select.select([connection], [], [], silence_s)
    return bool(readable) and not connection.recv(1, socket.MSG_PEEK)
