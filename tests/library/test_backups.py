"""Copies of the library: named by their turn and moment, seven kept."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dreamina_desktop.library.backups import KEPT, Backups, taken_at

NOW = datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")


def make(backups: Backups, at: datetime, content: bytes = b"") -> Path:
    part = backups.begin(0)
    part.write_bytes(content)
    return backups.finish(part, at)


def test_a_copy_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    backups = Backups(tmp_path / "backups")
    part = backups.begin(0)
    assert backups.newest_first() == []
    backups.finish(part, NOW)
    (copy,) = backups.newest_first()
    assert copy.name == "library-000001-20260302-140530.sqlite3"
    assert taken_at(copy) == NOW
    assert not part.exists()


def test_one_is_due_when_the_newest_is_a_day_old(tmp_path: Path) -> None:
    backups = Backups(tmp_path / "backups")
    assert backups.is_due(NOW)
    make(backups, NOW)
    assert not backups.is_due(NOW + timedelta(hours=23))
    assert not backups.is_due(NOW - timedelta(hours=23))
    assert backups.is_due(NOW + timedelta(hours=24))


def test_a_clock_that_was_years_ahead_neither_stops_backups_nor_makes_its_own_the_newest(
    tmp_path: Path,
) -> None:
    backups = Backups(tmp_path)
    make(backups, NOW + timedelta(days=9000), b"of the wrong day")
    assert backups.is_due(NOW)
    make(backups, NOW, b"newest")
    assert not backups.is_due(NOW)
    assert backups.newest_first()[0].read_bytes() == b"newest"


def test_two_in_one_second_are_two(tmp_path: Path) -> None:
    backups = Backups(tmp_path)
    assert make(backups, NOW) != make(backups, NOW)
    assert len(backups.newest_first()) == 2


def test_the_newest_seven_are_kept_and_nothing_else_is_touched(tmp_path: Path) -> None:
    backups = Backups(tmp_path)
    mine = tmp_path / "library-before-my-move.sqlite3"
    mine.write_bytes(b"mine")
    for day in range(10):
        make(backups, NOW + timedelta(days=day))
    copies = backups.newest_first()
    assert len(copies) == KEPT
    assert taken_at(copies[0]) == NOW + timedelta(days=9)
    assert taken_at(copies[-1]) == NOW + timedelta(days=3)
    assert mine.read_bytes() == b"mine"


def test_a_part_of_a_killed_run_is_made_anew(tmp_path: Path) -> None:
    backups = Backups(tmp_path)
    backups.begin(0).write_bytes(b"half")
    journal = tmp_path / "library.part-journal"
    journal.write_bytes(b"of the half")
    assert backups.begin(0).read_bytes() == b""
    assert not journal.exists()


def test_a_copy_never_takes_the_last_of_the_disk_and_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 0, 150_000_000))
    backups = Backups(tmp_path)
    backups.begin(50_000_000)
    with pytest.raises(OSError, match="needs 151 MB on the disk, and 150 MB are free"):
        backups.begin(51_000_000)
