"""Thumbnails: whatever happens to their file costs only time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import apsw
import pytest

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.thumbnails import TABLES, ThumbnailStore

KEY = ImageKey(214, 1)


@asynccontextmanager
async def opened(
    file: Path, most_bytes: int | None = None, day: float = 20_000.0
) -> AsyncIterator[ThumbnailStore]:
    store = ThumbnailStore(file, lambda: most_bytes, lambda: day * 86_400)
    await store.open()
    try:
        yield store
    finally:
        await store.aclose()


async def test_what_is_put_is_there_at_the_next_start_until_it_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    async with opened(file) as store:
        await store.put({KEY: b"jpeg"}, 320)
    async with opened(file) as store:
        assert await store.get([KEY], 320) == {KEY: b"jpeg"}
        await store.drop(KEY)
        assert await store.get([KEY], 320) == {}


async def test_of_many_those_that_are_there_come_back(tmp_path: Path) -> None:
    keys = [ImageKey(number, index) for number in range(1, 20) for index in range(4)]
    async with opened(tmp_path / "thumbnails.sqlite3") as store:
        await store.put({key: str(key).encode() for key in keys[::2]}, 320)
        assert await store.get(keys, 320) == {key: str(key).encode() for key in keys[::2]}


async def test_a_thumbnail_takes_few_pages(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    async with opened(file):
        pass
    assert int.from_bytes(file.read_bytes()[16:18], "big") == 8192


async def test_a_file_that_is_none_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    file.write_bytes(b"no database" * 1000)
    async with opened(file) as store:
        await store.put({KEY: b"jpeg"}, 320)
        assert await store.get([KEY], 320) == {KEY: b"jpeg"}


async def test_damage_that_shows_later_makes_it_anew(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    async with opened(file) as store:
        await store.put({ImageKey(number, 0): b"j" * 5000 for number in range(1, 200)}, 320)
    content = bytearray(file.read_bytes())
    content[3 * 4096 :] = b"\xff" * (len(content) - 3 * 4096)
    file.write_bytes(content)
    async with opened(file) as store:
        for number in range(1, 200):
            with suppress(DatabaseError):
                await store.get([ImageKey(number, 0)], 320)
        await store.put({KEY: b"jpeg"}, 320)
        assert await store.get([KEY], 320) == {KEY: b"jpeg"}
        assert await store.get([ImageKey(1, 0)], 320) == {}


async def test_without_a_place_for_it_everything_goes_on(tmp_path: Path) -> None:
    async with opened(tmp_path / "no such folder" / "thumbnails.sqlite3") as store:
        with pytest.raises(OSError, match="closed"):  # which the thumbnailer passes over
            await store.get([KEY], 320)


KEYS = [ImageKey(number, 0) for number in range(1, 101)]
JPEG = b"j" * 20_000
BOUND = 1_000_000


def used_bytes(file: Path) -> int:
    connection = apsw.Connection(str(file))
    try:
        pages = connection.pragma("page_count") - connection.pragma("freelist_count")
        return int(pages * connection.pragma("page_size"))
    finally:
        connection.close()


async def tidied(store: ThumbnailStore) -> int:
    """Until there is nothing more to tidy; in so many pieces."""
    for pieces in range(1, 1000):
        if not await store.tidy():
            return pieces
    raise AssertionError("it never ends")


async def test_sizes_are_kept_one_beside_the_other(tmp_path: Path) -> None:
    async with opened(tmp_path / "thumbnails.sqlite3") as store:
        await store.put({KEY: b"small"}, 320)
        assert await store.get([KEY], 640) == {}
        await store.put({KEY: b"large"}, 640)
        assert await store.get([KEY], 320) == {KEY: b"small"}
        assert await store.get([KEY], 640) == {KEY: b"large"}
        await store.drop(KEY)
        assert await store.get([KEY], 320) == await store.get([KEY], 640) == {}


async def test_the_file_stays_within_its_bound_and_loses_what_was_shown_longest_ago(
    tmp_path: Path,
) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    early, late = KEYS[:20], KEYS[20:35]
    async with opened(file, BOUND, day=100) as store:
        await store.put(dict.fromkeys(early + late, JPEG), 320)
    async with opened(file, BOUND, day=101) as store:
        assert set(await store.get(late, 320)) == set(late)
        await tidied(store)
    async with opened(file, BOUND, day=102) as store:
        for key in KEYS[40:]:
            await store.put({key: JPEG}, 320)
            assert used_bytes(file) <= BOUND
        newest = KEYS[-20:]
        assert set(await store.get(newest, 320)) == set(newest)
        assert await store.get(early, 320) == {}


async def test_what_was_shown_is_stamped_when_there_is_time_and_once_a_day(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"

    def days() -> dict[int, int]:
        connection = apsw.Connection(str(file))
        try:
            return dict(connection.execute("SELECT number, day FROM shown"))
        finally:
            connection.close()

    async with opened(file, day=200.9) as store:
        await store.put(dict.fromkeys(KEYS, b"jpeg"), 320)
    async with opened(file, day=100.5) as store:  # the clock was wrong before
        await tidied(store)
    assert set(days().values()) == {100}
    async with opened(file, day=101.5) as store:
        await store.get(KEYS, 320)
        assert set(days().values()) == {100}
        assert await tidied(store) == 2  # some at a time
        assert set(days().values()) == {101}
        written = file.with_name(f"{file.name}-wal").stat().st_size
        await store.get(KEYS, 320)
        await tidied(store)
        assert file.with_name(f"{file.name}-wal").stat().st_size == written


async def test_a_lower_bound_makes_the_file_smaller(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    async with opened(file) as store:
        for start in range(1, 600, 50):
            keys = [ImageKey(number, 0) for number in range(start, start + 50)]
            await store.put(dict.fromkeys(keys, JPEG), 320)
    before = file.stat().st_size
    assert before > 10 * BOUND
    async with opened(file, BOUND) as store:
        assert await tidied(store) > 2
        assert used_bytes(file) <= BOUND
    assert file.stat().st_size < BOUND + 501 * 8192


def make_first_form(file: Path, keys: list[ImageKey]) -> None:
    """As the program of the first version left it."""
    connection = apsw.Connection(str(file))
    connection.execute(TABLES[0])
    connection.execute("PRAGMA user_version = 1")
    rows = ((key.number, key.index, JPEG) for key in keys)
    connection.executemany("INSERT INTO thumbnail VALUES (?, ?, ?)", rows)
    connection.close()


async def test_a_file_of_the_first_form_is_used_and_moves_on_as_it_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    make_first_form(file, KEYS)
    async with opened(file) as store:
        assert await store.get(KEYS[:2], 320) == dict.fromkeys(KEYS[:2], JPEG)
        assert await store.get(KEYS[:2], 640) == {}
        await tidied(store)
        await store.put({KEYS[2]: b"anew"}, 320)
        await store.drop(KEYS[3])
        found = await store.get(KEYS[:5], 320)
        assert found == {KEYS[0]: JPEG, KEYS[1]: JPEG, KEYS[2]: b"anew", KEYS[4]: JPEG}
    connection = apsw.Connection(str(file))
    numbers = [row[0] for row in connection.execute("SELECT number FROM thumbnail")]
    connection.close()
    assert numbers == [key.number for key in KEYS[4:]]


async def test_of_the_first_form_what_was_not_shown_goes_first(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    make_first_form(file, KEYS)
    bound = 2_000_000  # less than all of it and what comes
    async with opened(file, bound) as store:
        await store.get(KEYS[:10], 320)
        await tidied(store)
        await store.put({ImageKey(999, 0): JPEG}, 320)
        assert set(await store.get(KEYS[:10], 320)) == set(KEYS[:10])
        assert len(await store.get(KEYS, 320)) < len(KEYS)
        assert used_bytes(file) <= bound


async def test_a_file_of_the_first_form_that_is_far_too_large_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    make_first_form(file, KEYS)
    async with opened(file, BOUND) as store:
        assert await store.get(KEYS, 320) == {}
    assert file.stat().st_size < BOUND


async def test_an_older_program_reads_on_and_harms_nothing(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    async with opened(file) as store:
        await store.put({KEY: b"jpeg"}, 320)
    older = Database(file, TABLES[:1], costs_only_time=True)
    await older.open()
    ask = "SELECT jpeg FROM thumbnail WHERE number = 214"
    assert await older.call(lambda c: list(c.execute(ask))) == []
    await older.aclose()
    async with opened(file) as store:
        assert await store.get([KEY], 320) == {KEY: b"jpeg"}
