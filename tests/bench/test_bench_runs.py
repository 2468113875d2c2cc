"""Libraries are made by seed, and are what the program's own database and index take for theirs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw
import pytest

from dreamina_desktop.core.search.results import JobOrder, Query
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.index.index import JobIndex
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.schema import MIGRATIONS
from dreamina_desktop.services.library import Library

# Without packages in tests, what is beside this file is found by its folder.
sys.path.insert(0, str(Path(__file__).parent))

from libraries import make_library

JOBS = 1_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bench") / "one"
    make_library(made, JOBS, 7, thumbnails=50, files=14, running=9)
    return made


def test_a_seed_always_gives_the_same_library(folder: Path, tmp_path: Path) -> None:
    make_library(tmp_path / "same", JOBS, 7, thumbnails=50, files=14, running=9)
    make_library(tmp_path / "other", JOBS, 8, thumbnails=50, files=14, running=9)
    assert _rows(folder) == _rows(tmp_path / "same")
    assert _rows(folder) != _rows(tmp_path / "other")


async def test_the_program_opens_it_with_as_many_jobs_as_asked_for(folder: Path) -> None:
    locations = Locations.at(folder)
    database = Database(locations.database, MIGRATIONS)
    await database.open()
    index = JobIndex(locations.index, locations.database, locations.root, in_memory=True)
    library = Library(JobRepository(database, locations.root), index)
    try:
        await index.open()
        await library.load()
        listing = await library.listing_later(Query(JobOrder.OLDEST))
        assert len(listing.numbers) == JOBS
        assert len(library.open_jobs()) == 9
        assert library.saved_count == library.image_count > 2 * JOBS
    finally:
        await index.aclose()
        await database.aclose()


def test_so_many_images_have_thumbnails_and_files(folder: Path) -> None:
    assert _select(folder / "thumbnails.sqlite3", "SELECT count(*) FROM picture") == [(50,)]
    saved = "SELECT file, size_bytes FROM image ORDER BY number DESC, idx DESC LIMIT 14"
    files = _select(folder / "library.sqlite3", saved)
    assert [(folder / file).stat().st_size for file, _ in files] == [size for _, size in files]
    assert sum(file.is_file() for file in (folder / "images").rglob("*")) == 14


def _rows(folder: Path) -> Sequence[tuple[Any, ...]]:
    library = folder / "library.sqlite3"
    return [
        *_select(library, "SELECT * FROM batch"),
        *_select(library, "SELECT * FROM job"),
        *_select(library, "SELECT * FROM image"),
        *_select(folder / "thumbnails.sqlite3", "SELECT * FROM thumbnail"),
    ]


def _select(file: Path, query: str) -> list[tuple[Any, ...]]:
    connection = apsw.Connection(str(file))
    try:
        return list(connection.execute(query))
    finally:
        connection.close()
