"""A whole library from one data folder to another, by the command line."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LIMIT_S = 60.0
NOBODY = ("--api-url", "http://127.0.0.1:9/v1/dreamina")  # the port that discards


@pytest.fixture(scope="module")
def library(
    shared_sandbox: Any, run_program_once: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A data folder with every job of the sandbox, their images saved; it is only read."""
    sandbox = shared_sandbox
    folder = tmp_path_factory.mktemp("library") / "first"
    ended = run_program_once(
        *sandbox.every_id(),
        *("--api-url", sandbox.api_url, "--data-dir", folder, "--until-idle"),
        *("--poll-interval", "0.05", "--collection", "Campaign X"),
        token=sandbox.token,
    )
    assert ended.code == 0, ended.err
    return folder


def exported(run_program: Any, folder: Path) -> list[dict[str, Any]]:
    ended = run_program(*NOBODY, "--data-dir", folder, "--export", "-")
    assert ended.code == 0, ended.err
    jobs: list[dict[str, Any]] = ended.rows
    return jobs


def without_files(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [job | {"images": [i | {"file": None} for i in job["images"]]} for job in jobs]


def pictures(jobs: list[dict[str, Any]]) -> list[bytes]:
    files = [image["file"] for job in jobs for image in job["images"]]
    return [Path(file).read_bytes() for file in files if file]


def test_a_library_goes_to_another_folder_whole(
    library: Path, run_program: Any, tmp_path: Path
) -> None:
    file, second = tmp_path / "a.dreamina.zip", tmp_path / "second"
    saved = run_program(*NOBODY, "--data-dir", library, "--save-library", file)
    assert (saved.code, saved.out) == (0, b"")
    assert "Saved the library as" in saved.err
    added = run_program(*NOBODY, "--data-dir", second, "--add-library", file)
    assert added.code == 0, added.err
    assert "Added " in added.err
    before, after = exported(run_program, library), exported(run_program, second)
    assert without_files(after) == without_files(before)
    assert pictures(after) == pictures(before)
    assert len(pictures(after)) > 3
    assert all(str(second) in i["file"] for job in after for i in job["images"] if i["file"])
    again = run_program(*NOBODY, "--data-dir", second, "--add-library", file)
    assert "Nothing to add" in again.err
    assert exported(run_program, second) == after


def test_no_token_and_no_path_of_this_machine_is_in_it(
    start_sandbox: Callable[..., Any], library: Path, run_program: Any, tmp_path: Path
) -> None:
    file = tmp_path / "a.dreamina.zip"
    secret = "user:12345-s3cretsecret"
    assert (
        run_program(*NOBODY, "--data-dir", library, "--save-library", file, token=secret).code == 0
    )
    with zipfile.ZipFile(file) as opened:
        everything = b"\n".join(opened.read(name) for name in opened.namelist())
    assert b"-bot:dreamina" in everything
    for never in (secret, "s3cretsecret", "Bearer", str(tmp_path), str(Path.home())):
        assert never.encode() not in everything, never


def test_the_process_that_holds_the_folder_does_it(
    library: Path,
    run_program: Any,
    program_environment: dict[str, str],
    tmp_path: Path,
) -> None:
    file, second = tmp_path / "a.dreamina.zip", tmp_path / "second"
    holder = subprocess.Popen(
        [sys.executable, "-m", "dreamina_desktop", *NOBODY, "--data-dir", str(second)],
        env=program_environment | {"QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        deadline = time.monotonic() + LIMIT_S
        while not (second / "holder.json").exists():
            assert time.monotonic() < deadline, "it never listened"
            time.sleep(0.05)
        assert run_program(*NOBODY, "--data-dir", library, "--save-library", file).code == 0
        added = run_program(*NOBODY, "--data-dir", second, "--add-library", file)
        assert added.code == 0, added.err
        assert "Added " in added.err
        assert len(exported(run_program, second)) == len(exported(run_program, library))
        copy = tmp_path / "b.dreamina.zip"
        assert run_program(*NOBODY, "--data-dir", second, "--save-library", copy).code == 0
        with zipfile.ZipFile(copy) as one, zipfile.ZipFile(file) as other:
            assert len(one.namelist()) == len(other.namelist())
        assert holder.poll() is None
    finally:
        holder.send_signal(signal.SIGTERM)
        holder.wait(LIMIT_S)


def test_a_damaged_file_is_refused_with_the_reason(
    library: Path, run_program: Any, tmp_path: Path
) -> None:
    file, second = tmp_path / "a.dreamina.zip", tmp_path / "second"
    assert run_program(*NOBODY, "--data-dir", library, "--save-library", file).code == 0
    file.write_bytes(file.read_bytes()[:-50])
    ended = run_program(*NOBODY, "--data-dir", second, "--add-library", file)
    assert ended.code == 1
    said = ended.err
    assert "It is damaged or was not copied to its end. Nothing was added." in said
    assert exported(run_program, second) == []


def test_a_target_without_a_folder_is_refused_before_anything_is_done(
    run_program: Any, tmp_path: Path
) -> None:
    ended = run_program(
        *NOBODY, "--data-dir", tmp_path / "a", "--save-library", tmp_path / "none" / "x"
    )
    assert ended.code == 2
    assert not (tmp_path / "a").exists()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill here")
def test_killed_in_the_middle_the_same_file_completes_it(
    library: Path, run_program: Any, program_environment: dict[str, str], tmp_path: Path
) -> None:
    file, second = tmp_path / "a.dreamina.zip", tmp_path / "second"
    assert run_program(*NOBODY, "--data-dir", library, "--save-library", file).code == 0
    adding = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "dreamina_desktop",
            *NOBODY,
            "--data-dir",
            second,
            "--add-library",
            file,
        ],
        env=program_environment,
    )
    deadline = time.monotonic() + LIMIT_S
    while not list(second.glob("images/2*")) and adding.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    adding.kill()
    adding.wait(LIMIT_S)
    added = run_program(*NOBODY, "--data-dir", second, "--add-library", file)
    assert added.code == 0, added.err
    before, after = exported(run_program, library), exported(run_program, second)
    assert without_files(after) == without_files(before)
    assert pictures(after) == pictures(before)
