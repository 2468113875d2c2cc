"""The socket between two starts: who may say how much before the secret, and what is read then."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from dreamina_desktop.app.instance import handover
from dreamina_desktop.app.instance.handover import (
    PROOF_BYTES,
    UNPROVEN,
    Address,
    HandoverCall,
    HandoverServer,
    Silence,
    read_address,
    why_silent,
)
from dreamina_desktop.app.instance.request import Assignment, Reply
from dreamina_desktop.services.session.supervisor import Supervisor

LIMIT_S = 60.0
# Of a megabyte and more: characters of one to four bytes, and each kind of escape.
LARGE = 'j1 "é" 文\n\\🖼️\t' * 150_000


class Holder:
    """A server in this process, and what was asked of it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.asked: list[Assignment] = []
        self.errors: list[BaseException] = []
        self.supervisor = Supervisor(lambda _, error: self.errors.append(error))
        self.server = HandoverServer(
            file, Path.write_bytes, self.carry_out, self.supervisor, draws=True
        )

    @property
    def address(self) -> Address:
        address = read_address(self.file)
        assert address is not None
        return address

    async def carry_out(self, assignment: Assignment, stop: asyncio.Event) -> AsyncIterator[Reply]:
        self.asked.append(assignment)
        if assignment.waits:
            await stop.wait()
        yield Reply(exit_code=3 if assignment.waits else 0)

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.address.port)


@pytest_asyncio.fixture
async def holder(tmp_path: Path) -> AsyncIterator[Holder]:
    holder = Holder(tmp_path / "holder.json")
    await holder.server.start()
    yield holder
    await holder.server.aclose()
    await holder.supervisor.aclose(1.0)
    assert holder.errors == []


def line(secret: str, **of_assignment: object) -> bytes:
    """As each version has written it."""
    assignment = msgspec.to_builtins(Assignment(**of_assignment))  # type: ignore[arg-type]
    return msgspec.json.encode({"secret": secret, "assignment": assignment}) + b"\n"


async def test_a_call_in_one_piece_or_in_many_is_carried_out(holder: Holder) -> None:
    for size in (1, 40, 1_000_000):
        reader, writer = await holder.open()
        said = line(holder.address.secret, text="j1")
        for start in range(0, len(said), size):
            writer.write(said[start : start + size])
            await writer.drain()
            await asyncio.sleep(0)
        assert json.loads(await reader.readline()) == {"exit_code": 0}
        writer.close()
    assert [one.text for one in holder.asked] == ["j1"] * 3


async def test_a_text_of_megabytes_comes_whole_and_in_slices(holder: Holder) -> None:
    """However its characters are written: an old program's line reads as a new one's."""
    escaped = json.dumps({"text": LARGE})[10:-2].encode()  # every character as an escape
    said = line(holder.address.secret, text="?", only=True)
    for text in (msgspec.json.encode(LARGE)[1:-1], escaped):
        reader, writer = await holder.open()
        writer.write(said.replace(b'"text":"?"', b'"text":"%b"' % text))
        assert json.loads(await reader.readline()) == {"exit_code": 0}
        writer.close()
    assert [one.text == LARGE for one in holder.asked] == [True, True]
    assert all(one.only for one in holder.asked)


async def test_a_stop_that_comes_with_the_call_is_heard(holder: Holder) -> None:
    reader, writer = await holder.open()
    writer.write(line(holder.address.secret, text=LARGE, waits=True) + handover.STOP)
    assert json.loads(await reader.readline()) == {"exit_code": 3}
    writer.close()


def test_a_call_is_longer_than_what_proves_it() -> None:
    """A stop right after it is never read with its beginning."""
    assert len(line("x" * 43, takes_over=True)) > PROOF_BYTES


@pytest.mark.parametrize(
    "said",
    [
        b"x" * PROOF_BYTES,
        b'{"secret":"wr\xc3\xb6ng","assignment":{}}\n',
        b" " * PROOF_BYTES + b'{"secret":"',
        b'{"assignment":{"text":"' + b"x" * PROOF_BYTES,
        b"\n" * PROOF_BYTES,
        b'{"secret":"' + b"x" * PROOF_BYTES,
    ],
)
async def test_without_the_secret_nothing_more_is_read(holder: Holder, said: bytes) -> None:
    """The connection is closed at once, whatever is still being sent."""
    reader, writer = await holder.open()
    writer.write(said)
    with suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(), LIMIT_S) == b""
    writer.close()
    assert holder.asked == []


async def test_who_says_nothing_is_not_waited_for(
    holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "PROOF_S", 0.05)
    reader, writer = await holder.open()
    writer.write(b'{"secret":"')
    assert await asyncio.wait_for(reader.read(), LIMIT_S) == b""
    writer.close()


async def test_a_flood_of_silent_connections_refuses_nobody(holder: Holder) -> None:
    """The oldest of them go: a caller of ours has proved itself before it is among these."""
    async with AsyncExitStack() as stack:
        flood = []
        for _ in range(4 * UNPROVEN):
            reader, writer = await holder.open()
            stack.callback(writer.close)
            flood.append(reader)
        for reader in flood[: 2 * UNPROVEN]:
            with suppress(ConnectionResetError):
                assert await asyncio.wait_for(reader.read(), LIMIT_S) == b""
        replies = await asyncio.to_thread(ask, holder.address)
    assert replies == [Reply(exit_code=0)]


async def test_a_caller_that_takes_long_to_write_its_call_has_proved_itself(
    holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "PROOF_S", 0.05)
    call = await asyncio.to_thread(HandoverCall, holder.address)
    # Somebody else connects later, and is not waited for: then that time is over for us, too.
    reader, writer = await holder.open()
    assert await asyncio.wait_for(reader.read(), LIMIT_S) == b""
    writer.close()
    with closing(call):
        replies = await asyncio.to_thread(lambda: list(call.send(Assignment(text="j1"))))
    assert replies == [Reply(exit_code=0)]


def ask(address: Address) -> list[Reply]:
    with closing(HandoverCall(address)) as call:
        return list(call.send(Assignment(text="j1")))


async def test_a_holder_that_answers_is_not_silent(holder: Holder) -> None:
    assert await asyncio.to_thread(why_silent, holder.address, "") is None


ACCEPTS = """
import signal, socket, sys, time
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize(
    ("does", "silence"),
    [
        ("signal.raise_signal(signal.SIGSTOP)", Silence.STOPPED),
        ("sys.stdin.read()", Silence.STILL),
    ],
)
def test_a_holder_that_does_nothing_is_named(
    does: str, silence: Silence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "STOPPED_S", 0.2)
    monkeypatch.setattr(handover, "STILL_S", 0.2)
    monkeypatch.setattr(handover, "LOOK_EVERY_S", 0.05)
    assert asked_of_one_that(does) is silence


def test_a_holder_that_is_busy_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "STILL_S", 0.2)
    monkeypatch.setattr(handover, "LOOK_EVERY_S", 0.05)
    works = (
        "import time; line = s.accept()[0]\nwhile time.process_time() < 0.5: pass\nline.send(b'x')"
    )
    assert asked_of_one_that(works) is None


def test_who_is_gone_is_not_named() -> None:
    with pytest.raises(OSError, match=r"ended|reset"):
        asked_of_one_that("s.accept()[0].recv(1000)")


def asked_of_one_that(does: str) -> Silence | None:
    """Of a process that listens, and then does this."""
    with subprocess.Popen(
        [sys.executable, "-c", ACCEPTS + does], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            return why_silent(Address(port, "secret", draws=True, pid=process.pid), "")
        finally:
            process.kill()


def test_a_process_is_still_when_its_time_stands(tmp_path: Path) -> None:
    """One that waits for its turn is not, nor one that was stopped for a moment."""
    watch = handover._ProcessWatch(0)
    watch._stat = tmp_path / "stat"

    def look(now_s: float, state: str, user: int, system: int) -> Silence | None:
        before = "1 (a b) c) {} " + "0 " * 10 + "{} {} 0"
        watch._stat.write_text(before.format(state, user, system))
        return watch.look(now_s)

    assert look(0.0, "S", 5, 5) is None
    assert look(3.7, "S", 5, 6) is None
    assert look(7.0, "R", 5, 6) is None
    assert look(20.0, "R", 5, 6) is None
    assert look(21.0, "T", 5, 6) is None
    assert look(22.9, "T", 5, 6) is None
    assert look(23.1, "T", 5, 6) is Silence.STOPPED
    assert look(24.0, "D", 5, 6) is None
    assert look(28.0, "D", 5, 6) is Silence.STILL
    watch._stat.unlink()
    assert watch.look(99.0) is None
