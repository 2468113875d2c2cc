"""A data folder on a disk that is mounted for reading only, with the real program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None,
        reason="only root mounts folders",
    ),
]

JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
MOUNTED = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'


def run(folder: Path, *options: str, mounted: bool) -> subprocess.CompletedProcess[bytes]:
    program = [sys.executable, "-m", "dreamina_desktop", "--data-dir", str(folder), *options]
    wrapper = ["unshare", "-m", "sh", "-c", MOUNTED, "sh", str(folder)] if mounted else []
    return subprocess.run(
        [*wrapper, *program], capture_output=True, check=False, stdin=subprocess.DEVNULL
    )


def state_of(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (folder, *folder.rglob("*"))}


def test_it_is_looked_at_and_exported_from(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert run(folder, "--export", "-", JOBID, mounted=False).returncode == 0
    before = state_of(folder)
    exported = run(folder, "--export", "-", mounted=True)
    assert (exported.returncode, exported.stderr) == (0, b"")
    assert [row["jobid"] for row in json.loads(exported.stdout)] == [JOBID]
    picture = run(folder, "--screenshot", str(tmp_path / "window.png"), mounted=True)
    assert picture.returncode == 1
    assert b"may not be written to" in picture.stderr
    assert (tmp_path / "window.png").stat().st_size > 10_000
    archive = run(folder, "--save-library", str(tmp_path / "library.zip"), mounted=True)
    assert archive.returncode == 0
    assert state_of(folder) == before


def test_it_takes_no_new_jobs(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert run(folder, "--export", "-", JOBID, mounted=False).returncode == 0
    ended = run(folder, "--export", "-", JOBID.replace("0530", "0531"), mounted=True)
    assert ended.returncode == 1
    assert b"may not be written to" in ended.stderr
    assert len(json.loads(ended.stdout)) == 1


def test_without_a_library_it_is_a_sentence(tmp_path: Path) -> None:
    ended = run(tmp_path, "--export", "-", mounted=True)
    assert ended.returncode == 2
    assert b"no library that you may read is in it" in ended.stderr
