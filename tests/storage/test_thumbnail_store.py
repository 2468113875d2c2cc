"""Thumbnails: whatever happens to their file costs only time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.job import ImageKey
from dreamina_desktop.storage.thumbnail_store import ThumbnailStore

KEY = ImageKey(214, 1)


@asynccontextmanager
async def opened(file: Path) -> AsyncIterator[ThumbnailStore]:
    store = ThumbnailStore(file)
    await store.open()
    try:
        yield store
    finally:
        await store.aclose()


async def test_what_is_put_is_there_at_the_next_start_until_it_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    async with opened(file) as store:
        await store.put({KEY: b"jpeg"})
    async with opened(file) as store:
        assert await store.get([KEY]) == {KEY: b"jpeg"}
        await store.drop(KEY)
        assert await store.get([KEY]) == {}


async def test_of_many_those_that_are_there_come_back(tmp_path: Path) -> None:
    keys = [ImageKey(number, index) for number in range(1, 20) for index in range(4)]
    async with opened(tmp_path / "thumbnails.sqlite3") as store:
        await store.put({key: str(key).encode() for key in keys[::2]})
        assert await store.get(keys) == {key: str(key).encode() for key in keys[::2]}


async def test_a_thumbnail_takes_few_pages(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    async with opened(file):
        pass
    assert int.from_bytes(file.read_bytes()[16:18], "big") == 8192


async def test_a_file_that_is_none_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    file.write_bytes(b"no database" * 1000)
    async with opened(file) as store:
        await store.put({KEY: b"jpeg"})
        assert await store.get([KEY]) == {KEY: b"jpeg"}


async def test_damage_that_shows_later_makes_it_anew(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    async with opened(file) as store:
        await store.put({ImageKey(number, 0): b"j" * 5000 for number in range(1, 200)})
    content = bytearray(file.read_bytes())
    content[3 * 4096 :] = b"\xff" * (len(content) - 3 * 4096)
    file.write_bytes(content)
    async with opened(file) as store:
        for number in range(1, 200):
            with suppress(DatabaseError):
                await store.get([ImageKey(number, 0)])
        await store.put({KEY: b"jpeg"})
        assert await store.get([KEY]) == {KEY: b"jpeg"}
        assert await store.get([ImageKey(1, 0)]) == {}


async def test_without_a_place_for_it_everything_goes_on(tmp_path: Path) -> None:
    async with opened(tmp_path / "no such folder" / "thumbnails.sqlite3") as store:
        with pytest.raises(OSError, match="closed"):  # which the thumbnailer passes over
            await store.get([KEY])
