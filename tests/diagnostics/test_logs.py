"""What may never be in a log is not, and a log stays small. More on redaction is in
tests/core/test_redaction.py.
"""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from dreamina_desktop import diagnostics

JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"


@pytest.fixture(autouse=True)
def loggers_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        if handler not in handlers:
            handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)


def test_a_traceback_in_the_log_is_redacted_and_the_log_is_private(tmp_path: Path) -> None:
    file = tmp_path / "logs" / "a.log"
    diagnostics.set_up(file)
    try:
        raise ValueError(f"Bearer user:1-s3cret for {JOBID}")
    except ValueError:
        diagnostics.log.exception("while asking %s", JOBID)
    logged = file.read_text()
    assert "ValueError" in logged
    assert "s3cret" not in logged
    assert "user@example.com" not in logged
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_whole_urls_of_httpx_are_not_logged(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    diagnostics.set_up(file)
    logging.getLogger("httpx").info("HTTP Request: GET https://example.com/?x-signature=abc")
    assert file.read_text() == ""


def test_the_home_folder_is_in_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "homes" / "ann"
    other_name = tmp_path / "ann"
    home.mkdir(parents=True)
    other_name.symlink_to(home)
    monkeypatch.setenv("HOME", str(other_name))
    monkeypatch.setenv("USERPROFILE", str(other_name))
    file = tmp_path / "a.log"
    diagnostics.set_up(file)
    diagnostics.log.warning("%s/x and %s/y", home, other_name)
    assert file.read_text().endswith(": ~/x and ~/y\n")


def test_a_log_keeps_two_files_of_a_megabyte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dreamina_desktop.diagnostics.logs.LARGEST_BYTES", 1000)
    file = tmp_path / "a.log"
    diagnostics.set_up(file)
    for number in range(100):
        diagnostics.log.info("line %d", number)
    files = sorted(tmp_path.iterdir())
    assert [one.name for one in files] == ["a.log", "a.log.1"]
    assert all(one.stat().st_size <= 1000 for one in files)
    assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}


def test_the_last_lines_go_back_into_the_file_before(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    (tmp_path / "a.log.1").write_text("1\n2\n3\n")
    file.write_bytes(b"4\n\xff5\n")
    assert diagnostics.last_lines(file, 3) == ("3", "4", "\ufffd5")
    assert diagnostics.last_lines(file, 100) == ("1", "2", "3", "4", "\ufffd5")
    assert diagnostics.last_lines(tmp_path / "none.log", 3) == ()
