"""The process that holds a data folder ends: whoever calls it just then is told at once."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dreamina_desktop.app import run
from dreamina_desktop.app.cli.options import parse
from dreamina_desktop.app.cli.output import Delivery
from dreamina_desktop.app.instance.handover import Address, HandoverServer
from dreamina_desktop.app.instance.request import Assignment, Reply
from dreamina_desktop.files.locations import DataLock, Locations
from dreamina_desktop.services.session.supervisor import Supervisor

# A server that is closed in the turn after it accepted leaves the connection as garbage.
HALF_ACCEPTED = 2


@pytest.mark.parametrize("turns", [turns for turns in range(8) if turns != HALF_ACCEPTED])
async def test_a_call_is_closed_however_far_it_had_come(turns: int, tmp_path: Path) -> None:
    """`turns` of the event loop between the call and the end: it waits in the listening socket, is
    accepted, gets its task."""
    supervisor = Supervisor(lambda name, error: pytest.fail(f"{name}: {error!r}"))
    file = tmp_path / "holder.json"
    server = HandoverServer(file, Path.write_bytes, _never_asked, supervisor, draws=False)
    await server.start()
    port = json.loads(file.read_bytes())["port"]
    with socket.create_connection(("127.0.0.1", port)) as caller:
        for _ in range(turns):
            await asyncio.sleep(0)
        await server.aclose()
        await supervisor.aclose(1.0)
        for _ in range(5):
            await asyncio.sleep(0)
        caller.settimeout(60.0)
        assert _is_closed(caller)


async def _never_asked(assignment: Assignment, stop: asyncio.Event) -> AsyncIterator[Reply]:
    raise AssertionError("nothing was sent")
    yield


def _is_closed(caller: socket.socket) -> bool:
    try:
        return caller.recv(1) == b""
    except ConnectionError:
        return True


def test_what_an_ended_event_loop_left_open_is_closed_before_another_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, callers = socket.socketpair()
    results: list[int | None] = [None, 0]

    def wait(_: object) -> None:
        callers.settimeout(60.0)
        assert _is_closed(callers)

    monkeypatch.setattr(run.diagnostics, "set_up", lambda _: None)
    monkeypatch.setattr(run.diagnostics, "hook_lost_exceptions", lambda: None)
    monkeypatch.setattr(run, "_run_once", lambda _: results.pop(0))
    monkeypatch.setattr(run, "_wait_for_window", wait)
    options = parse(["--data-dir", str(tmp_path)])
    with callers, warnings.catch_warnings():
        # For the one that is left open: the collector may come at any moment from here on.
        warnings.simplefilter("ignore", ResourceWarning)
        left = [ours]
        left.append(left)  # type: ignore[arg-type]  # only the collector can free it
        del ours, left
        assert run._run_in(options, Locations.at(tmp_path), None, None, Delivery()) == 0
    assert results == []


class Clock:
    """Time passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@contextmanager
def holder_that_gives_way(folder: Path, clock: Clock) -> Iterator[None]:
    """It takes 20 s to close a window's call, without a word, and has let go by then."""
    held = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = Address(server.getsockname()[1], "secret", draws=False)

        def hold() -> None:  # the lock belongs to the thread that took it
            lock = DataLock(Locations.at(folder).lock_file)
            assert lock.acquire()
            with lock:
                held.set()
                caller, _ = server.accept()
                caller.recv(100_000)
                clock.now += 20.0
            caller.close()

        (folder / "holder.json").write_bytes(msgspec.json.encode(address))
        thread = threading.Thread(target=hold)
        thread.start()
        assert held.wait(60)
        yield
        thread.join()


def test_a_window_that_waited_long_for_an_answer_still_takes_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock: Any = Clock()
    monkeypatch.setattr(run, "time", clock)
    options = parse(["--data-dir", str(tmp_path)])
    with holder_that_gives_way(tmp_path, clock):
        start = run._Start(options, Locations.at(tmp_path), None, None, "", Delivery())
        lock = run._take(start)
    assert isinstance(lock, DataLock)
    with lock:
        pass
