"""Collections in the library's database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import apsw

from dreamina_desktop.core.jobs.collection import Collection
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.library.database import Database


class CollectionRepository:
    """Implements services.ports.CollectionRepository."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> tuple[Sequence[Collection], Mapping[int, int]]:
        """All of them by name, and which jobs' images are to come into which."""

        def work(connection: apsw.Connection) -> tuple[Sequence[Collection], Mapping[int, int]]:
            keys: dict[int, list[ImageKey]] = {}
            ask = "SELECT collection, number, idx FROM collected ORDER BY collection, place"
            for collection, number, index in connection.execute(ask):
                keys.setdefault(collection, []).append(ImageKey(number, index))
            found = [
                Collection(row, name, tuple(keys.get(row, ())))
                for row, name in connection.execute("SELECT id, name FROM collection ORDER BY name")
            ]
            expected = connection.execute("SELECT number, collection FROM expected")
            return found, dict(expected)

        return await self._database.call(work)

    async def create(self, name: str) -> Collection:
        def work(connection: apsw.Connection) -> Collection:
            connection.execute("INSERT INTO collection (name) VALUES (?)", (name,))
            return Collection(connection.last_insert_rowid(), name)

        return await self._database.call(work)

    async def save(self, collection: Collection, arrived: Iterable[int] = ()) -> None:
        """Its name and its images; of the jobs that `arrived` nothing more is expected."""
        numbers = [(number,) for number in arrived]

        def work(connection: apsw.Connection) -> None:
            put = "INSERT OR REPLACE INTO collection (id, name) VALUES (?, ?)"
            connection.execute(put, (collection.id, collection.name))
            connection.execute("DELETE FROM collected WHERE collection = ?", (collection.id,))
            connection.executemany(
                "INSERT INTO collected VALUES (?, ?, ?, ?)",
                (
                    (collection.id, place, key.number, key.index)
                    for place, key in enumerate(collection.keys)
                ),
            )
            connection.executemany("DELETE FROM expected WHERE number = ?", numbers)

        await self._database.call(work)

    async def remove(self, collection: int) -> None:
        def work(connection: apsw.Connection) -> None:
            for table, column in (("collected", "collection"), ("expected", "collection")):
                connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (collection,))
            connection.execute("DELETE FROM collection WHERE id = ?", (collection,))

        await self._database.call(work)

    async def expect(self, numbers: Iterable[int], collection: int) -> None:
        """The images of these jobs are to come into it."""
        rows = [(number, collection) for number in numbers]
        put = "INSERT OR REPLACE INTO expected (number, collection) VALUES (?, ?)"
        await self._database.call(lambda connection: connection.executemany(put, rows))
