"""Copies of the library: named by their moment, seven kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from dreamina_desktop.storage.backups import KEPT, Backups, taken_at

NOW = datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)


def make(backups: Backups, at: datetime) -> None:
    backups.finish(backups.begin(), at)


def test_a_copy_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    backups = Backups(tmp_path / "backups")
    part = backups.begin()
    assert backups.newest_first() == []
    backups.finish(part, NOW)
    (copy,) = backups.newest_first()
    assert copy.name == "library-20260302-140530.sqlite3"
    assert taken_at(copy) == NOW
    assert not part.exists()


def test_one_is_due_when_the_newest_is_a_day_old(tmp_path: Path) -> None:
    backups = Backups(tmp_path / "backups")
    assert backups.is_due(NOW)
    make(backups, NOW)
    assert not backups.is_due(NOW + timedelta(hours=23))
    assert backups.is_due(NOW + timedelta(hours=24))
    assert not backups.is_due(NOW - timedelta(days=300))


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
    backups.begin().write_bytes(b"half")
    assert backups.begin().read_bytes() == b""
