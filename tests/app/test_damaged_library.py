"""The program as a process on a library that somebody damaged, or that a newer one wrote."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest
from desk import Desk, needs_a_desk, until

PAGE = 4096
NOBODY = "http://127.0.0.1:9/v1/dreamina"  # the port that discards
RunProgram = Callable[..., Any]


def jobid(number: int) -> str:
    return f"j0302140530123{number:06}i-u12345-US:user@example.com-bot:dreamina"


def overwrite(file: Path, start: int, stop: int) -> bytes:
    """With FF; the file before."""
    before = file.read_bytes()
    file.write_bytes(before[:start] + b"\xff" * (stop - start) + before[stop:])
    return before


@pytest.fixture
def sandbox(shared_sandbox: Any) -> Any:
    return shared_sandbox


def work(run_program: RunProgram, sandbox: Any, folder: Path, text: str = "") -> Any:
    ended = run_program(
        *("--api-url", sandbox.api_url, "--data-dir", folder, "--poll-interval", "0.1"),
        *("--until-idle", "--export", "-", "-"),
        token=sandbox.token,
        text=text,
    )
    assert ended.code == 0, ended.err
    return ended


@pytest.fixture(scope="module")
def one_of_each(
    shared_sandbox: Any, run_program_once: RunProgram, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A data folder after a run in which one sample job of each kind was tracked."""
    folder = tmp_path_factory.mktemp("finished")
    text = "\n".join(ids[0] for ids in shared_sandbox.jobs.values())
    work(run_program_once, shared_sandbox, folder, text)
    return folder


@pytest.fixture
def finished(one_of_each: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(one_of_each, tmp_path, dirs_exist_ok=True)


def export(run_program: RunProgram, folder: Path) -> Any:
    return run_program("--api-url", NOBODY, "--data-dir", folder, "--export", "-")


@pytest.mark.parametrize("place", ["header", pytest.param("middle", marks=pytest.mark.long)])
def test_all_jobs_are_there_after_the_file_was_damaged_and_the_file_is_kept(
    run_program: RunProgram, finished: Path, place: str
) -> None:
    file = finished / "library.sqlite3"
    before = export(run_program, finished).rows
    assert len(before) > 5
    middle = file.stat().st_size // PAGE // 2 * PAGE
    start, stop = (0, 600) if place == "header" else (middle, middle + PAGE)
    overwrite(file, start, stop)
    damaged = file.read_bytes()
    rescued = export(run_program, finished)
    assert rescued.code == 0, rescued.err
    assert {row["jobid"] for row in rescued.rows} == {row["jobid"] for row in before}
    if place == "header":
        assert rescued.rows == before
    (aside,) = finished.glob("library.damaged-*.sqlite3")
    assert aside.read_bytes() == damaged
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert rescued.err.count("The library was damaged.") == 1
    assert aside.name in rescued.err
    again = export(run_program, finished)
    assert (again.code, again.err) == (0, "")
    assert again.rows == rescued.rows


def test_each_run_leaves_a_backup_a_day_which_brings_a_lost_library_back(
    run_program: RunProgram, finished: Path
) -> None:
    (first,) = (finished / "backups").iterdir()
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    first.unlink()  # as if it were a day old
    before = export(run_program, finished).rows
    (second,) = (finished / "backups").iterdir()
    export(run_program, finished)
    assert list((finished / "backups").iterdir()) == [second]
    (finished / "library.sqlite3").unlink()
    back = export(run_program, finished)
    assert back.rows == before
    assert "The library was missing. The backup of " in back.err


def test_images_that_the_library_forgot_are_found_in_their_folder_and_not_fetched(
    run_program: RunProgram, sandbox: Any, finished: Path
) -> None:
    before = export(run_program, finished).rows
    files = {image["file"] for row in before for image in row["images"]}
    assert None not in files
    for backup in (finished / "backups").iterdir():
        backup.unlink()
    file = finished / "library.sqlite3"
    content = file.read_bytes()
    pages = [n for n in range(len(content) // PAGE) if b"images/2" in content[n * PAGE :][:PAGE]]
    for page in pages:
        overwrite(file, page * PAGE, (page + 1) * PAGE)
    rescued = export(run_program, finished).rows
    assert {image["state"] for row in rescued for image in row["images"]} == {"pending"}
    ended = work(run_program, sandbox, finished)
    images = [image for row in ended.rows for image in row["images"]]
    assert {image["state"] for image in images} == {"saved"}
    assert {image["file"] for image in images} == files  # no second one of any
    assert {(image["sha256"], image["file"]) for image in images} == {
        (image["sha256"], image["file"]) for row in before for image in row["images"]
    }


@pytest.fixture
def newer(run_program: RunProgram, tmp_path: Path) -> Path:
    """A data folder that a newer program has used."""
    ids = [jobid(number) for number in range(3)]
    run_program("--api-url", NOBODY, "--data-dir", tmp_path, "--export", "-", *ids)
    connection = apsw.Connection(str(tmp_path / "library.sqlite3"))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    return tmp_path


def test_a_newer_library_is_exported_and_not_changed(run_program: RunProgram, newer: Path) -> None:
    before = (newer / "library.sqlite3").read_bytes()
    ended = export(run_program, newer)
    assert (ended.code, ended.err) == (0, "")
    assert [row["jobid"] for row in ended.rows] == [jobid(number) for number in range(3)]
    assert (newer / "library.sqlite3").read_bytes() == before


@pytest.mark.parametrize("wish", [["--until-idle"], [jobid(77)]])
def test_a_newer_library_takes_nothing_and_says_why(
    run_program: RunProgram, newer: Path, wish: list[str]
) -> None:
    before = (newer / "library.sqlite3").read_bytes()
    options = ("--api-url", NOBODY, "--data-dir", newer, "--export", "-")
    ended = run_program(*options, *wish, token="user:12345-x")
    assert ended.code == 1
    assert ended.err == (
        "dreamina-desktop: This library was written by a newer Dreamina Desktop. It is shown, but "
        "nothing is checked or changed. Install the newer version.\n"
    )
    assert len(ended.rows) == 3
    assert (newer / "library.sqlite3").read_bytes() == before


@needs_a_desk
def test_a_window_that_cannot_be_opened_says_why_in_one_of_its_own(desk: Desk, newer: Path) -> None:
    connection = apsw.Connection(str(newer / "library.sqlite3"))
    connection.execute("ALTER TABLE job RENAME COLUMN tracking TO watching")
    connection.close()
    command = [sys.executable, "-m", "dreamina_desktop", "--data-dir", str(newer)]
    program = subprocess.Popen(command, env=desk.environment, stderr=subprocess.PIPE, text=True)
    until(desk.find_window, "the sentence")
    desk.press("Return")
    _, said = program.communicate(timeout=60)
    assert program.returncode == 1
    assert "this version cannot read it" in said
