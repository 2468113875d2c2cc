"""Whatever a server sends, and in whatever pieces: the loop gets its turn, what is decompressed is
bounded, and what was given up is closed.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dreamina_desktop.api import pool
from dreamina_desktop.api.client import DreaminaClient
from dreamina_desktop.api.content_coding import ContentDecoder, TooLongError
from dreamina_desktop.api.image_source import HttpImageSource
from dreamina_desktop.core.jobs.answer import Fetched, Found, Trouble, TryLater, Unusable
from dreamina_desktop.core.text.urls import parse_api_url
from dreamina_desktop.files.parts import PartFiles

JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
RECORD = b'{"jobid": "%s", "status": "created", "x": "%s"}' % (JOBID.encode(), b"x" * 5000)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PACKED = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
STALL_S = 0.05
INTERIM = b"HTTP/1.1 103 Hi\r\n\r\n"


class Shouter:
    """A server in a thread of its own, whose work is not the loop's. It says what it is told,
    until the client has gone."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.says: Callable[[], Iterator[bytes]] = lambda: iter(())
        self.hung_up = threading.Semaphore(0)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the client has gone
            connection.recv(65536)
            for piece in self.says():
                connection.sendall(piece)
            connection.recv(1)
        self.hung_up.release()


@pytest.fixture
def shouter() -> Iterator[Shouter]:
    server = Shouter()
    yield server
    server.close()


@pytest_asyncio.fixture
async def client(shouter: Shouter, tls: ssl.SSLContext) -> AsyncIterator[DreaminaClient]:
    client = DreaminaClient(parse_api_url(f"http://127.0.0.1:{shouter.port}/v1"), tls)
    client.use_token("user:12345-secret")
    yield client
    await client.aclose()


@pytest_asyncio.fixture
async def source(tls: ssl.SSLContext, tmp_path: Path) -> AsyncIterator[HttpImageSource]:
    source = HttpImageSource(PartFiles(tmp_path), tls, allow_loopback=True)
    yield source
    await source.aclose()


async def longest_turn_s(task: asyncio.Task[Any]) -> float:
    """The most processor time of this thread between two turns of the loop, while a task runs."""
    longest = 0.0
    while not task.done():
        began = time.thread_time()
        await asyncio.sleep(0)
        longest = max(longest, time.thread_time() - began)
    return longest


def forever(piece: bytes, before: bytes = b"") -> Callable[[], Iterator[bytes]]:
    def say() -> Iterator[bytes]:
        yield before
        while True:
            yield piece

    return say


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n"])
async def test_interim_answers_without_end_are_given_up(
    before: bytes, shouter: Shouter, client: DreaminaClient, source: HttpImageSource
) -> None:
    shouter.says = forever(INTERIM * 5000, before)
    asked = asyncio.create_task(client.job(JOBID))
    assert await longest_turn_s(asked) < STALL_S
    assert isinstance(asked.result(), Trouble)
    assert shouter.hung_up.acquire(timeout=10)
    fetched = asyncio.create_task(source.fetch(f"http://127.0.0.1:{shouter.port}/a"))
    assert await longest_turn_s(fetched) < STALL_S
    assert isinstance(fetched.result(), TryLater)
    assert shouter.hung_up.acquire(timeout=10)


async def test_a_few_interim_answers_do_no_harm(shouter: Shouter, client: DreaminaClient) -> None:
    body = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(RECORD) + RECORD
    shouter.says = lambda: iter([INTERIM * 1000 + body])
    assert isinstance(await client.job(JOBID), Found)


async def test_an_image_host_that_only_announces_its_answer_has_a_time_limit(
    shouter: Shouter, tls: ssl.SSLContext, tmp_path: Path
) -> None:
    def announce() -> Iterator[bytes]:
        while True:
            yield INTERIM
            time.sleep(0.01)

    shouter.says = announce
    source = HttpImageSource(PartFiles(tmp_path), tls, allow_loopback=True, head_timeout_s=0.1)
    fetched = await source.fetch(f"http://127.0.0.1:{shouter.port}/a")
    assert fetched == TryLater("The image host does not answer: no answer in time.")
    await source.aclose()
    assert shouter.hung_up.acquire(timeout=10)


async def test_an_answer_of_one_byte_a_chunk_is_read_and_others_have_their_turns(
    shouter: Shouter, client: DreaminaClient, source: HttpImageSource
) -> None:
    said = b"".join(b"1\r\n%c\r\n" % byte for byte in RECORD) + b"0\r\n\r\n"
    shouter.says = lambda: iter([CHUNKED + said])
    asked = asyncio.create_task(client.job(JOBID))
    assert await longest_turn_s(asked) < STALL_S
    assert isinstance(asked.result(), Found)
    fetched = asyncio.create_task(source.fetch(f"http://127.0.0.1:{shouter.port}/a"))
    assert await longest_turn_s(fetched) < STALL_S
    assert isinstance(fetched.result(), Fetched)


@pytest.mark.parametrize(
    "before",
    [
        CHUNKED,
        PACKED + b"%x\r\n%b\r\n" % (len(gzip.compress(RECORD)), gzip.compress(RECORD)),
    ],
)
async def test_crumbs_without_end_are_given_up(
    before: bytes,
    shouter: Shouter,
    client: DreaminaClient,
    source: HttpImageSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "MANY_PIECES", 10_000)
    shouter.says = forever(b"1\r\nx\r\n" * 10_000, before)
    asked = asyncio.create_task(client.job(JOBID))
    assert await longest_turn_s(asked) < STALL_S
    assert isinstance(asked.result(), Trouble)
    assert shouter.hung_up.acquire(timeout=10)
    fetched = asyncio.create_task(source.fetch(f"http://127.0.0.1:{shouter.port}/a"))
    assert await longest_turn_s(fetched) < STALL_S
    assert isinstance(fetched.result(), TryLater)
    assert shouter.hung_up.acquire(timeout=10)


@pytest.mark.parametrize(
    ("coding", "times"), [("gzip", 1), ("gzip, gzip", 2), ("gzip, gzip, gzip", 3)]
)
async def test_what_inflates_without_end_is_counted_on_its_way(
    coding: str, times: int, shouter: Shouter, client: DreaminaClient, source: HttpImageSource
) -> None:
    bomb = gzip.compress(bytes(210_000_000), 1)
    for _ in range(times - 1):
        bomb = gzip.compress(bomb)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(bomb)}\r\n\r\n"
    shouter.says = lambda: iter([head.encode() + bomb])
    asked = asyncio.create_task(client.job(JOBID))
    assert await longest_turn_s(asked) < STALL_S
    assert asked.result() == Trouble("The API's answer was cut off: it is far too long.")
    fetched = asyncio.create_task(source.fetch(f"http://127.0.0.1:{shouter.port}/a"))
    assert await longest_turn_s(fetched) < STALL_S
    assert isinstance(fetched.result(), Unusable)


def test_what_inflates_to_nothing_is_counted_too() -> None:
    """A gzip file's own name, which may be of any length, inside another one."""
    outer = gzip.compress(b"\x1f\x8b\x08\x08" + bytes(6) + b"a" * 5_000_000)
    decoder = ContentDecoder("gzip, gzip", 1_000_000)
    with pytest.raises(TooLongError):
        assert b"".join(decoder.feed(outer)) == b""
