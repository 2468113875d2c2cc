"""Results and words where the caller wants them, whatever the standard streams are."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dreamina_desktop.app.cli.options import parse
from dreamina_desktop.app.instance.request import EXIT_DONE, EXIT_ERROR, EXIT_GAVE_UP

pytestmark = pytest.mark.skipif(os.name == "nt", reason="descriptors of Unix")
Run = Callable[..., Any]
ID = "j0302140530123456781i-u12345-US:user@example.com-bot:dreamina"
WORD = ID.replace("i-u", "v-u")  # of a video, which is said on standard error


@pytest.fixture
def shell(program_environment: dict[str, str], tmp_path: Path) -> Run:
    """Runs a line of bash, in which `$RUN` starts the program on a data folder."""

    def run(line: str) -> subprocess.CompletedProcess[bytes]:
        command = f"{sys.executable} -m dreamina_desktop --data-dir {tmp_path / 'data'}"
        return subprocess.run(
            ["bash", "-c", line],
            env=program_environment | {"RUN": command, "ID": ID, "WORD": WORD},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )

    return run


def jobids(exported: bytes) -> list[str]:
    return [row["jobid"] for row in json.loads(exported)]


@pytest.mark.parametrize("redirected", ["2>/dev/full", "2> >(exec true)", "0<&- 1>&- 2>&-"])
def test_words_that_nobody_takes_cost_neither_work_nor_the_exit_code(
    shell: Run, tmp_path: Path, redirected: str
) -> None:
    ended = shell(f"$RUN $ID $WORD --export out.json {redirected}")
    assert ended.returncode == EXIT_DONE
    assert jobids((tmp_path / "out.json").read_bytes()) == [ID]


def test_a_result_that_cannot_be_written_keeps_its_exit_code_beside_a_full_standard_error(
    shell: Run,
) -> None:
    assert shell("$RUN $ID --export /dev/full 2>/dev/full").returncode == EXIT_ERROR
    ended = shell("$RUN --export - >/dev/full")
    assert ended.returncode == EXIT_ERROR
    assert ended.stderr.decode() == (
        "dreamina-desktop: The result could not be written to standard output: "
        "No space left on device.\n"
    )
    closed = shell("$RUN --export - >&-")
    assert closed.returncode == 2
    assert closed.stderr == b"dreamina-desktop: --export -: standard output is closed.\n"


def test_standard_output_that_carries_words_only_may_be_full_or_closed(shell: Run) -> None:
    for line in ("--version >/dev/full", "--help >&-", "--nonsense 2>/dev/full 1>&-"):
        ended = shell(f"$RUN {line}")
        assert ended.returncode == (2 if "nonsense" in line else 0), line
        assert b"rror" not in ended.stderr


def test_standard_output_and_process_substitutions_are_written_into(
    shell: Run, tmp_path: Path
) -> None:
    ended = shell(
        "{ echo first; $RUN $ID --export /dev/stdout; echo last; } > out; "
        "mkfifo pipe; cat pipe > piped & $RUN --export >(cat > pipe); wait"
    )
    assert ended.stderr == b""
    first, *exported, last = (tmp_path / "out").read_bytes().splitlines()
    assert (first, last) == (b"first", b"last")
    for data in (b"".join(exported), (tmp_path / "piped").read_bytes()):
        assert jobids(data) == [ID]


def test_a_descriptor_that_is_not_open_is_never_one_of_our_files(
    shell: Run, tmp_path: Path
) -> None:
    ended = shell("$RUN $ID --export /dev/fd/9")
    assert ended.returncode == 2
    assert b"/dev/fd/9 cannot be written into: it is not open." in ended.stderr


def test_a_stop_ends_the_wait_for_the_reader_of_a_pipe(
    program_environment: dict[str, str], tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    folder = tmp_path / "data"
    options = ["--data-dir", folder, "--export", tmp_path / "pipe", ID]
    process = subprocess.Popen(
        [sys.executable, "-m", "dreamina_desktop", *map(str, options)],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=program_environment,
    )
    with process:
        deadline = time.monotonic() + 60
        while not _has(folder / "library.sqlite3-wal", ID.encode()):
            assert time.monotonic() < deadline, process.poll()
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == EXIT_GAVE_UP
    assert b"stopped before all of it was read." in said


def _has(file: Path, data: bytes) -> bool:
    return file.exists() and data in file.read_bytes()


def test_a_picture_and_a_library_know_what_a_file_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert parse(["--screenshot", "/dev/null"]).screenshot == Path("/dev/null")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "lost").symlink_to(tmp_path / "none" / "a.png")
    for arguments, words in (
        (["--save-library", "/dev/null"], "is no file"),
        (["--save-library", str(tmp_path / "pipe")], "is no file"),
        (["--screenshot", str(tmp_path / "lost")], "ends with .png"),
        (["--export", str(tmp_path / "lost")], "there is no folder"),
    ):
        with pytest.raises(SystemExit):
            parse(arguments)
        assert words in capsys.readouterr().err
