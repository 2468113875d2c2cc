"""One process a data folder: a second start is answered by the one that holds it."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import msgspec
import pytest

from dreamina_desktop.app.instance.handover import Address, HandoverCall, read_address
from dreamina_desktop.app.instance.request import Assignment, Reply
from dreamina_desktop.app.run import ending_signals
from dreamina_desktop.files.locations import DataLock, Locations

ID = "j030214053012345678{}i-u12345-US:user@example.com-bot:dreamina"
NOBODY = "http://127.0.0.1:9/v1/dreamina"  # the port that discards
LIMIT_S = 60.0
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="there open files stay")


@pytest.fixture
def start_program(program_environment: dict[str, str]) -> Iterator[Callable[..., Any]]:
    """Starts the program without waiting for its end."""
    with ExitStack() as stack:

        def start(
            *options: str | Path, token: str = "user:1-x", window: bool = False
        ) -> subprocess.Popen[bytes]:
            screen = {"QT_QPA_PLATFORM": "offscreen"} if window else {}
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "dreamina_desktop", *map(str, options)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=program_environment | {"USEAPI_TOKEN": token} | screen,
                )
            )
            stack.callback(process.kill)
            return process

        yield start


def wait_for_holder(folder: Path) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not (folder / "holder.json").exists():
        assert time.monotonic() < deadline, "the first start never listened"
        time.sleep(0.02)


def hold(start_program: Callable[..., Any], folder: Path, *options: str) -> Any:
    """A start that waits for an API that never answers."""
    holder = start_program(
        *("--api-url", NOBODY, "--data-dir", folder, "--until-idle", ID.format(1)), *options
    )
    wait_for_holder(folder)
    wait_for_id(folder, 1)
    return holder


def wait_until_read(pipe: IO[bytes]) -> None:
    """Until the other end has taken what was written."""
    fcntl = pytest.importorskip("fcntl")
    termios = pytest.importorskip("termios")
    deadline = time.monotonic() + LIMIT_S
    while any(fcntl.ioctl(pipe.fileno(), termios.FIONREAD, bytes(4))):
        assert time.monotonic() < deadline, "standard input was never read"
        time.sleep(0.02)


def wait_for_id(folder: Path, number: int) -> None:
    """Until it is on disk."""
    deadline = time.monotonic() + LIMIT_S
    while ID.format(number).encode() not in (folder / "library.sqlite3-wal").read_bytes():
        assert time.monotonic() < deadline, "the ID was never written"
        time.sleep(0.02)


def test_a_second_start_hands_over_its_ids_and_gets_the_same_export(
    start_program: Callable[..., Any], run_program: Callable[..., Any], tmp_path: Path
) -> None:
    holder = hold(start_program, tmp_path)
    second = run_program(
        *("--api-url", NOBODY, "--data-dir", tmp_path, "--export", "-", "a?b"), ID.format(2)
    )
    assert second.code == 0
    assert [row["jobid"] for row in second.rows] == [ID.format(1), ID.format(2)]
    assert "a?b" in second.err
    assert holder.poll() is None


def test_a_second_waiting_start_gives_up_with_3_and_its_export(
    start_program: Callable[..., Any], run_program: Callable[..., Any], tmp_path: Path
) -> None:
    hold(start_program, tmp_path)
    second = run_program(
        *("--api-url", NOBODY, "--data-dir", tmp_path, "--until-idle", "--give-up", "0.2"),
        *("--export", "-", "--only"),
        ID.format(2),
    )
    assert second.code == 3
    assert second.err
    assert [row["jobid"] for row in second.rows] == [ID.format(2)]


def test_a_start_beside_a_stopped_holder_says_so(
    start_program: Callable[..., Any], run_program: Callable[..., Any], tmp_path: Path
) -> None:
    holder = hold(start_program, tmp_path)
    holder.send_signal(signal.SIGSTOP)
    second = run_program("--api-url", NOBODY, "--data-dir", tmp_path, "--until-idle", ID.format(2))
    assert second.code == 1
    assert f"was stopped (process {holder.pid})" in second.err
    holder.send_signal(signal.SIGCONT)
    again = run_program("--api-url", NOBODY, "--data-dir", tmp_path, "--export=-", ID.format(3))
    assert [row["jobid"] for row in again.rows] == [ID.format(1), ID.format(3)]


def test_another_api_is_refused_with_a_sentence(
    start_program: Callable[..., Any], run_program: Callable[..., Any], tmp_path: Path
) -> None:
    hold(start_program, tmp_path)
    second = run_program("--api-url", "http://127.0.0.1:10/x", "--data-dir", tmp_path, "--export=-")
    assert second.code == 1
    assert NOBODY in second.err
    assert second.out == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_waiting_with_3_and_the_export(
    start_program: Callable[..., Any], tmp_path: Path, number: signal.Signals
) -> None:
    holder = hold(start_program, tmp_path, "--export", "-")
    holder.send_signal(number)
    out, err = holder.communicate(timeout=LIMIT_S)
    assert holder.returncode == 3
    assert [row["jobid"] for row in json.loads(out)] == [ID.format(1)]
    assert err


def test_a_signal_ends_waiting_on_the_holder_too(
    start_program: Callable[..., Any], tmp_path: Path
) -> None:
    holder = hold(start_program, tmp_path)
    options = ("--api-url", NOBODY, "--data-dir", tmp_path, "--until-idle", "--export", "-")
    second = start_program(*options, ID.format(2))
    # Its ID is on disk before it waits: then the signal comes.
    wait_for_id(tmp_path, 2)
    second.send_signal(signal.SIGTERM)
    out, _ = second.communicate(timeout=LIMIT_S)
    assert second.returncode == 3
    assert [row["jobid"] for row in json.loads(out)] == [ID.format(1), ID.format(2)]
    assert holder.poll() is None


def test_a_killed_process_leaves_a_folder_that_opens_again(
    start_program: Callable[..., Any], run_program: Callable[..., Any], tmp_path: Path
) -> None:
    holder = hold(start_program, tmp_path)
    holder.kill()
    holder.wait(LIMIT_S)
    again = run_program("--api-url", NOBODY, "--data-dir", tmp_path, "--export", "-", ID.format(2))
    assert again.code == 0
    assert [row["jobid"] for row in again.rows] == [ID.format(1), ID.format(2)]


def test_starts_at_the_same_moment_all_keep_their_ids(
    start_program: Callable[..., Any], run_program: Callable[..., Any], tmp_path: Path
) -> None:
    options = ("--api-url", NOBODY, "--data-dir", tmp_path, "--export", "-")
    starts = [start_program(*options, ID.format(number)) for number in range(5)]
    ended = [start.communicate(timeout=LIMIT_S) for start in starts]
    assert [start.returncode for start in starts] == [0] * 5, ended
    rows = run_program(*options).rows
    assert sorted(row["jobid"] for row in rows) == [ID.format(number) for number in range(5)]


def wait_for_window(folder: Path, window: Any) -> None:
    """Until the process that holds the folder is one with a window. Where that ends, its words."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        if window.poll() is not None:
            pytest.fail(f"the window ended with {window.returncode}: {window.stderr.read()!r}")
        with contextlib.suppress(OSError, ValueError):
            if json.loads((folder / "holder.json").read_bytes())["draws"]:
                return
        time.sleep(0.02)
    pytest.fail("no window took the folder over")


def test_a_window_takes_over_from_a_run_without_one_which_still_gets_its_result(
    start_program: Callable[..., Any], tmp_path: Path
) -> None:
    waiting = hold(start_program, tmp_path, "a?b", "--export", "-")
    window = start_program("--api-url", NOBODY, "--data-dir", tmp_path, window=True)
    wait_for_window(tmp_path, window)
    assert waiting.poll() is None
    waiting.send_signal(signal.SIGTERM)
    out, err = waiting.communicate(timeout=LIMIT_S)
    assert waiting.returncode == 3
    assert [row["jobid"] for row in json.loads(out)] == [ID.format(1)]
    assert err.decode().count("a?b") == 1
    assert window.poll() is None
    window.send_signal(signal.SIGHUP)
    assert window.wait(LIMIT_S) == 0


def test_a_signal_that_comes_before_the_window_answers_costs_no_export(
    start_program: Callable[..., Any], tmp_path: Path
) -> None:
    waiting = hold(start_program, tmp_path, "--export", "-")
    address = read_address(tmp_path / "holder.json")
    assert address is not None
    with socket.create_server(("127.0.0.1", 0)) as window:
        window.settimeout(LIMIT_S)
        with contextlib.closing(HandoverCall(address)) as call:
            assert list(call.send(Assignment(takes_over=True, api_url=NOBODY)))
        lock = DataLock(Locations.at(tmp_path).lock_file)
        deadline = time.monotonic() + LIMIT_S
        while not lock.acquire():
            assert time.monotonic() < deadline, "the first start never gave way"
            time.sleep(0.02)
        with lock:
            there = Address(window.getsockname()[1], "secret", draws=True)
            (tmp_path / "holder.json").write_bytes(msgspec.json.encode(there))
            window.accept()[0].close()
            waiting.send_signal(signal.SIGTERM)
            greeting, _ = window.accept()
            greeting.sendall(msgspec.json.encode(Reply(exit_code=0)) + b"\n")
            greeting.close()
            caller, _ = window.accept()
            with caller, caller.makefile("rwb") as lines:
                assert b"secret" in lines.readline()
                assert lines.readline() == b"stop\n"
                for reply in (Reply(export=b"[]"), Reply(exit_code=3)):
                    lines.write(msgspec.json.encode(reply) + b"\n")
                lines.flush()
                out, _ = waiting.communicate(timeout=LIMIT_S)
    assert (waiting.returncode, out) == (3, b"[]")


def test_a_run_whose_work_a_window_took_goes_on_alone_when_that_ends(
    start_program: Callable[..., Any], start_sandbox: Callable[..., Any], tmp_path: Path
) -> None:
    sandbox = start_sandbox("--speed", "5")
    jobid = sandbox.jobs["running"][-1]
    options = ("--api-url", sandbox.api_url, "--data-dir", tmp_path, "--poll-interval", "0.1")
    waiting = start_program(*options, "--until-idle", "--export", "-", jobid, token=sandbox.token)
    wait_for_holder(tmp_path)
    window = start_program(*options, window=True, token=sandbox.token)
    wait_for_window(tmp_path, window)
    window.send_signal(signal.SIGTERM)
    assert window.wait(LIMIT_S) == 0
    out, err = waiting.communicate(timeout=LIMIT_S)
    assert waiting.returncode == 0, err
    (row,) = json.loads(out)
    assert {image["state"] for image in row["images"]} == {"saved"}


def test_a_window_of_another_api_does_not_take_over(
    start_program: Callable[..., Any], tmp_path: Path
) -> None:
    holder = hold(start_program, tmp_path)
    window = start_program(
        "--api-url", "http://127.0.0.1:10/x", "--data-dir", tmp_path, window=True
    )
    _, err = window.communicate(timeout=LIMIT_S)
    assert window.returncode == 1
    assert NOBODY in err.decode()
    assert holder.poll() is None


def test_the_address_of_the_holder_is_private(
    start_program: Callable[..., Any], tmp_path: Path
) -> None:
    hold(start_program, tmp_path)
    assert (tmp_path / "holder.json").stat().st_mode & 0o077 == 0


@posix_only
@pytest.mark.parametrize("which", [1, 2])
def test_an_id_is_not_acknowledged_by_a_holder_whose_library_is_gone(
    start_program: Callable[..., Any], run_program: Callable[..., Any], tmp_path: Path, which: int
) -> None:
    """Neither a new one nor one that it knows."""
    hold(start_program, tmp_path)
    (tmp_path / "library.sqlite3").unlink()
    second = run_program(
        "--api-url", NOBODY, "--data-dir", tmp_path, "--export=-", ID.format(which)
    )
    assert second.code == 1
    assert "was deleted, moved or replaced" in second.err
    assert second.out == b""


@posix_only
def test_the_end_of_a_holder_leaves_the_address_of_another(
    start_program: Callable[..., Any], tmp_path: Path
) -> None:
    """Its data folder was replaced, and another start holds the new one."""
    folder = tmp_path / "data"
    first = hold(start_program, folder)
    folder.rename(tmp_path / "moved")
    second = hold(start_program, folder)
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=LIMIT_S)
    assert read_address(folder / "holder.json") is not None
    assert (folder / "crash.txt").exists()
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=LIMIT_S)
    assert not (folder / "holder.json").exists()


def test_text_from_standard_input_survives_a_holder_that_ends(
    run_program: Callable[..., Any], start_program: Callable[..., Any], tmp_path: Path
) -> None:
    holder = hold(start_program, tmp_path)
    address = json.loads((tmp_path / "holder.json").read_text())
    (tmp_path / "holder.json").write_text(json.dumps(address | {"port": 9}))
    options = ("--api-url", NOBODY, "--data-dir", str(tmp_path), "-", "--export", "-")
    second = subprocess.Popen(
        [sys.executable, "-m", "dreamina_desktop", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert second.stdin is not None
    second.stdin.write(ID.format(2).encode())
    second.stdin.close()
    holder.send_signal(signal.SIGTERM)
    holder.communicate(timeout=LIMIT_S)
    assert second.stdout is not None
    rows = json.loads(second.stdout.read())
    assert second.wait(LIMIT_S) == 0
    second.stdout.close()
    assert {row["jobid"] for row in rows} == {ID.format(1), ID.format(2)}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_while_standard_input_is_read_ends_with_3(
    tmp_path: Path, number: signal.Signals
) -> None:
    options = ("--api-url", NOBODY, "--data-dir", str(tmp_path), "-", "--until-idle")
    with subprocess.Popen(
        [sys.executable, "-m", "dreamina_desktop", *options],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        assert program.stdin is not None
        assert program.stderr is not None
        try:
            program.stdin.write(b"some text\n")
            program.stdin.flush()
            wait_until_read(program.stdin)
            program.send_signal(number)
            assert program.wait(LIMIT_S) == 3
        finally:
            program.kill()
        said = program.stderr.read().decode()
    assert "Stopped" in said
    assert "Traceback" not in said


def test_a_closed_terminal_ends_only_who_was_not_asked_to_outlive_it() -> None:
    assert signal.SIGHUP in ending_signals()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        assert signal.SIGHUP not in ending_signals()
    finally:
        signal.signal(signal.SIGHUP, before)
