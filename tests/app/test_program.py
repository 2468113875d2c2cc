"""The services as app/ wires them, in this process, against a server that a test plays."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import apsw
import pytest

from dreamina_desktop import __version__, diagnostics
from dreamina_desktop.app.cli.options import parse
from dreamina_desktop.app.instance.request import Assignment
from dreamina_desktop.app.program import Program, open_program
from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import ImageState
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.services.session.messages import Message, Remedy
from dreamina_desktop.services.session.unexpected_errors import WENT_WRONG
from dreamina_desktop.services.traffic.poll_status import Connection

TOKEN = "user:12345-s3cret"
JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"


@asynccontextmanager
async def serving(answer: bytes) -> AsyncIterator[int]:
    """A server on a port that says the same to everybody."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def program(
    folder: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Program]:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    url = f"http://127.0.0.1:{port}/v1"
    options = parse(["--api-url", url, "--data-dir", str(folder), "--poll-interval", "0.05"])
    locations = Locations.at(folder)
    locations.create()
    async with open_program(options, locations, None, TOKEN) as opened:
        yield opened


def write_log(folder: Path, line: str) -> None:
    """Something that got past the log's own redaction."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "dreamina-desktop.log").open("a") as file:
        file.write(f"{line}\n")


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - services tell of no such event
            await asyncio.sleep(0.01)


def answer(status: int, body: bytes, date: str) -> bytes:
    head = f"HTTP/1.1 {status} Whatever\r\nDate: {date}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body


async def test_the_servers_clock_is_heard_and_its_skew_is_in_the_diagnostics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = answer(404, b'{"error": "Job not found"}', "Fri, 02 Mar 2074 08:26:40 GMT")
    async with serving(said) as port, program(tmp_path, port, monkeypatch) as opened:
        opened.start_work()
        await opened.services.tracker.track(JOBID)
        await until(lambda: opened.services.library.job(1).last_asked_at)
        assert opened.services.server_clock.skew_s < -1e9
        assert "behind the server's" in await opened.services.diagnostics()


async def test_diagnostics_name_versions_settings_and_counts_and_nothing_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "ann"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    folder = home / "data"
    write_log(folder, f"asked for {JOBID} with {TOKEN} in {home}/data")
    write_log(folder, "https://p16.example.com/a.jpeg?x-signature=s3cret")
    said = b"HTTP/1.1 503 No\r\n\r\n"
    async with serving(said) as port, program(folder, port, monkeypatch) as opened:
        s = opened.services
        s.preferences.account_names = {"US:user@example.com": "Studio s3cret"}
        s.preferences.images_folder = str(home / "Pictures")
        opened.start_work()
        await s.tracker.track(JOBID)
        await until(lambda: s.poller.status.connection is Connection.DOWN)
        report = await s.diagnostics()
    for secret in ("s3cret", "user@example.com", "example.com/a", str(home), "asked_with"):
        assert secret not in report
    for fact in (
        f"Dreamina Desktop: {__version__}",
        "folder for images: ~/Pictures",
        "data folder: ~/data",
        "jobs polling: 1",
        "accounts with a name: 1",
        "The API answered 503.",
        "asked for j0302140530123456789i",
    ):
        assert fact in report
    for name in ("httpx", "Pillow", "SQLite", "PySide6-Essentials", "Python", "System"):
        (line,) = [line for line in report.splitlines() if line.startswith(f"  {name}: ")]
        assert any(character.isdigit() for character in line)


async def test_a_lost_exception_of_any_thread_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with program(tmp_path, 9, monkeypatch) as opened:
        s = opened.services

        async def fail() -> None:
            raise ValueError("a mistake")

        s.supervisor.spawn(fail(), "work")
        await until(lambda: s.messages.passing)
        assert s.messages.passing == Message(WENT_WRONG, Remedy.COPY_DIAGNOSTICS)
        s.messages.dismiss()
        thread = threading.Thread(target=lambda: diagnostics.lost("a thread", TypeError("x")))
        thread.start()
        await until(lambda: s.messages.passing)
        thread.join()
        s.messages.dismiss()
        await asyncio.wait([s.supervisor.spawn(fail(), "work")])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert s.messages.passing is None
    diagnostics.lost("after the end", ValueError("nobody listens any more"))


async def test_no_image_is_fetched_from_this_machine_when_the_api_is_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a token nothing is asked of that API."""
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    options = parse(["--api-url", "https://api.example.com/v1", "--data-dir", str(tmp_path)])
    locations = Locations.at(tmp_path)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.delenv("USEAPI_TOKEN", raising=False)
    async with (
        await asyncio.start_server(talk, "127.0.0.1", 0) as server,
        open_program(options, locations, None, None) as opened,
    ):
        port = server.sockets[0].getsockname()[1]
        images = [{"imageUrl": f"{scheme}://127.0.0.1:{port}/"} for scheme in ("http", "https")]
        record = {"jobid": JOBID, "status": "completed", "response": {"images": images}}
        opened.start_work()
        await opened.services.tracker.track(json.dumps(record))
        job = opened.services.library.job
        await until(lambda: all(one.state is ImageState.LOST for one in job(1).images))
        assert [one.note for one in job(1).images] == [
            "The link is not https but http.",
            "The link leads to an address of a private network.",
        ]
    assert asked == []


async def test_a_newer_library_is_shown_and_nothing_is_asked_or_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with program(tmp_path, 9, monkeypatch) as opened:
        await opened.services.tracker.track(JOBID)
    connection = apsw.Connection(str(tmp_path / "library.sqlite3"))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    async with program(tmp_path, 9, monkeypatch) as opened:
        opened.start_work()
        services = opened.services
        assert [job.jobid async for job in services.library.shown()] == [JOBID]
        assert services.poller.status.connection is Connection.READ_ONLY
        assert services.messages.lasting is not None
        assert services.messages.lasting.text == opened.refusal
        with pytest.raises(DatabaseError, match="Install the newer version"):
            await services.tracker.remove([1])
        services.preferences.theme = "dark"
        assert services.preferences.theme == "dark"  # for this run


async def test_a_disk_that_is_full_is_an_answer_to_those_that_hand_work_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with program(tmp_path, 9, monkeypatch) as opened:
        pages = await opened.database.call(lambda c: c.pragma("page_count"))
        await opened.database.call(lambda c: c.pragma("max_page_count", pages))
        executor = opened.executor(None, lambda _: None, lambda: None)
        ids = " ".join(JOBID.replace("0530", f"{number:04}") for number in range(2000))
        work = Assignment(text=ids, api_url=opened.api.url)
        replies = [reply async for reply in executor.carry_out(work, asyncio.Event())]
        assert [reply.exit_code for reply in replies] == [1]
        assert "The disk is full" in (replies[0].note or "")
        assert [job async for job in opened.services.library.shown()] == []


async def test_a_short_run_ends_with_its_daily_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with program(tmp_path, 9, monkeypatch) as opened:
        opened.start_work()
        await opened.finish_backup()
        assert len(list((tmp_path / "backups").iterdir())) == 1
