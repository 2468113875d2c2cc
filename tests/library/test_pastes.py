"""A paste is kept line by line: by tracking, over restarts and rescues, and without bloat."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw
import pytest
from shelf import ACCOUNTS, ID, Shelf

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.paste.lines import LONGEST_COLUMN, KeptLine, Paste, PastedLine
from dreamina_desktop.core.search.filters import Facet
from dreamina_desktop.core.search.results import Query
from dreamina_desktop.library import pastes
from dreamina_desktop.library.database import Database, migrate
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.safety.salvage import salvage_rows
from dreamina_desktop.library.schema import MIGRATIONS
from dreamina_desktop.services.session.undo import UndoHistory
from dreamina_desktop.services.tracking.tracker import Tracker
from dreamina_desktop.system.clock import SystemClock

GAP = KeptLine()
PROSE = KeptLine(None, "not yet", "no job ID in it")
BEFORE = 5  # the version that had no pastes


def jobid(index: int) -> str:
    return ID.format(index, ACCOUNTS[0])


def column(*cells: int | str) -> str:
    """IDs by their index, and other cells."""
    return "\n".join(jobid(cell) if isinstance(cell, int) else cell for cell in cells)


def tracker(shelf: Shelf, undo: UndoHistory | None = None) -> Tracker:
    return Tracker(shelf.library, undo or UndoHistory(), SystemClock(), lambda: None)


async def lines_of(shelf: Shelf, number: int) -> Sequence[KeptLine]:
    paste = await shelf.library.paste_of(number)
    assert paste is not None
    return paste.lines


def numbers(*each: int) -> tuple[KeptLine, ...]:
    return tuple(map(KeptLine, each))


async def rows(shelf: Shelf, ask: str) -> list[Any]:
    return await shelf.database.call(lambda connection: list(connection.execute(ask)))


async def test_a_column_is_there_after_a_restart_line_by_line(shelf: Shelf) -> None:
    await tracker(shelf).track(column("", 3, 1, "", 3, "not yet", 2, "", ""))
    await shelf.reopened()
    expected = (GAP, KeptLine(1), KeptLine(2), GAP, KeptLine(1), PROSE, KeptLine(3))
    for number in (1, 2, 3):
        assert await lines_of(shelf, number) == expected


async def test_a_paste_names_what_was_here_before_and_what_was_removed(shelf: Shelf) -> None:
    undo = UndoHistory()
    work = tracker(shelf, undo)
    await work.track(column(1, 2))
    await work.remove([2])
    await work.track(column(3, 2, 1, 3))
    assert await lines_of(shelf, 2) == numbers(3, 2, 1, 3)
    await work.remove([1, 2, 3])
    assert await lines_of(shelf, 1) == numbers(3, 2, 1, 3)


async def test_a_paste_of_known_jobs_is_kept_and_shows_nowhere_else(shelf: Shelf) -> None:
    undo = UndoHistory()
    work = tracker(shelf, undo)
    await work.track(column(1, 2, 3))
    batches = list(shelf.library.batches)
    tracked = await work.track(column(3, "", 1))
    assert (tracked.batch, tracked.known) == (None, (3, 1))
    assert await lines_of(shelf, 1) == (KeptLine(3), GAP, KeptLine(1))
    assert await lines_of(shelf, 2) == numbers(1, 2, 3)
    assert undo.label == "Track 3 IDs"
    library = await shelf.reopened()
    assert list(library.batches) == batches
    assert await library.facet(Query(), Facet.BATCH) == [("1", 3)]


async def test_a_job_that_is_looked_for_by_its_id_stays_in_its_column(shelf: Shelf) -> None:
    work = tracker(shelf)
    await work.track(column(1, 2, 1))
    await work.track(column(1))
    await work.track(f"  {column(1)}\n\n")
    assert await lines_of(shelf, 1) == numbers(1, 2, 1)


async def test_what_names_no_job_is_not_kept(shelf: Shelf) -> None:
    await tracker(shelf).track("good morning\n\nhow are you?")
    assert await rows(shelf, "SELECT * FROM paste") == []
    assert await shelf.library.paste_of(1) is None


async def test_a_paste_that_cannot_be_written_is_not_there_and_neither_are_its_jobs(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise apsw.FullError("no room")

    monkeypatch.setattr("dreamina_desktop.library.jobs.keep_paste", fail)
    with pytest.raises(DatabaseError):
        await tracker(shelf).track(column(1, 2))
    assert await rows(shelf, "SELECT * FROM job") == []
    monkeypatch.undo()
    await tracker(shelf).track(column(1, 2))
    monkeypatch.setattr("dreamina_desktop.library.jobs.keep_paste", fail)
    tracked = await tracker(shelf).track(column(2, 1))
    assert tracked.known == (2, 1)  # they are shown all the same
    assert await lines_of(shelf, 1) == numbers(1, 2)


async def test_a_job_of_which_no_paste_was_kept_has_those_tracked_with_it(shelf: Shelf) -> None:
    await shelf.track(1, 3)
    await shelf.track(4, 2)
    assert await shelf.library.paste_of(2) == Paste(1.0, numbers(1, 2, 3))
    assert await shelf.library.paste_of(5) == Paste(4.0, numbers(4, 5))
    assert await shelf.library.paste_of(6) is None


async def test_the_same_column_pasted_again_and_again_takes_no_more_room(shelf: Shelf) -> None:
    work = tracker(shelf)
    for length in range(1, 20):
        await work.track(column(*range(1, length)))
        await work.track(column(*range(1, length)))
    assert await rows(shelf, "SELECT count(*), max(lines) FROM paste") == [(1, 18)]
    assert await rows(shelf, "SELECT count(*) FROM pasted") == [(18,)]
    await work.track(column(18, 17))
    assert await lines_of(shelf, 18) == numbers(18, 17)
    assert len(await lines_of(shelf, 1)) == 18


async def test_old_pastes_give_way_whole(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pastes, "LINES_KEPT", 10)
    work = tracker(shelf)
    for first in (1, 5, 9):
        await work.track(column(first, first + 1, first, "", first + 2))
    assert await rows(shelf, "SELECT count(*) FROM paste") == [(2,)]
    assert await lines_of(shelf, 1) == numbers(1, 2, 3)  # tracked together, as far as is known
    assert len(await lines_of(shelf, 4)) == 5
    await work.track(column(*range(20, 40)))
    assert len(await lines_of(shelf, 10)) == 20  # the last one is kept, however long it is


async def test_a_long_log_leaves_its_ids_alone(shelf: Shelf) -> None:
    log = "all is well\n" * LONGEST_COLUMN + column(2, "well", 1, 2)
    await tracker(shelf).track(log)
    assert await lines_of(shelf, 1) == numbers(1, 2, 1)


async def test_a_library_of_the_version_before_keeps_its_jobs_and_takes_pastes(
    tmp_path: Path,
) -> None:
    old = Database(tmp_path / "library.sqlite3", MIGRATIONS[:BEFORE])
    await old.open()

    def write(connection: apsw.Connection) -> None:
        connection.execute("INSERT INTO batch VALUES (1, 7.0, 2)")
        for number in (1, 2):
            connection.execute(
                "INSERT INTO job VALUES (?, ?, 1, 7.0, 'polling', 0, NULL, '', NULL, 0, '')",
                (number, jobid(number)),
            )

    await old.call(write)
    await old.aclose()
    shelf = Shelf(tmp_path)
    await shelf.open()
    try:
        assert await shelf.library.paste_of(2) == Paste(7.0, numbers(1, 2))
        await tracker(shelf).track(column(2, 3, 2))
        assert await lines_of(shelf, 2) == numbers(2, 3, 2)
        assert shelf.numbers() == [3, 2, 1]
    finally:
        await shelf.close()


async def test_pastes_are_salvaged_whole_or_not_at_all(shelf: Shelf, tmp_path: Path) -> None:
    work = tracker(shelf)
    await work.track(column(1, "", 2, "not yet", 1))
    await work.track(column(3, 4, 3))
    await work.track(column(5, 6, 5))
    await shelf.close()
    damaged = tmp_path / "library.sqlite3"
    connection = apsw.Connection(os.fspath(damaged))
    connection.execute("DELETE FROM pasted WHERE number = 4")  # a line that is lost
    connection.execute("UPDATE pasted SET why = x'07' WHERE number = 5 AND id % 2")  # or damaged
    connection.close()
    target = apsw.Connection(os.fspath(tmp_path / "target.sqlite3"))
    migrate(target, MIGRATIONS)
    salvage_rows(target, damaged, 5.0)
    kept = [(1, "", ""), (None, "", ""), (2, "", ""), (None, *_prose()), (1, "", "")]
    assert list(target.execute("SELECT number, text, why FROM pasted ORDER BY id")) == kept
    assert list(target.execute("SELECT lines FROM paste")) == [(5,)]
    target.close()
    await shelf.open()


async def test_a_line_whose_job_was_lost_keeps_its_place(shelf: Shelf, tmp_path: Path) -> None:
    await tracker(shelf).track(column(1, 2, 3))
    await shelf.close()
    damaged = tmp_path / "library.sqlite3"
    connection = apsw.Connection(os.fspath(damaged))
    connection.execute("UPDATE job SET jobid = '/' WHERE number = 2")
    connection.close()
    target = apsw.Connection(os.fspath(tmp_path / "target.sqlite3"))
    migrate(target, MIGRATIONS)
    salvage_rows(target, damaged, 5.0)
    assert pastes.paste_of(target, 3) == Paste(
        next(iter(target.execute("SELECT at FROM paste")))[0],
        (KeptLine(1), KeptLine(None, "", "its job was lost"), KeptLine(3)),
    )
    assert list(target.execute("PRAGMA foreign_key_check")) == []
    target.close()
    await shelf.open()


async def test_a_paste_that_a_damaged_value_is_in_is_found_by_the_proof(shelf: Shelf) -> None:
    await tracker(shelf).track(column(1, 2))
    await shelf.database.call(
        lambda connection: connection.execute("UPDATE pasted SET text = x'ff' WHERE number = 1")
    )
    with pytest.raises(DatabaseError):
        await shelf.database.prove()


async def test_an_id_that_the_repository_does_not_know_is_a_gap(shelf: Shelf) -> None:
    repository = JobRepository(shelf.database, shelf.folder)
    await repository.add(1.0, [jobid(1)], {}, [PastedLine(jobid(9)), PastedLine(jobid(1))])
    assert await repository.paste_of(1) == Paste(1.0, (GAP, KeptLine(1)))


def _prose() -> tuple[str, str]:
    return PROSE.text, PROSE.why
