"""Named sets of images; new jobs' images can come into one by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.collection import Collection, clean_name
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.listeners import Listeners
from dreamina_desktop.services.ports import CollectionRepository
from dreamina_desktop.services.session.messages import Condition, Messages
from dreamina_desktop.services.session.preferences import Preferences
from dreamina_desktop.services.session.supervisor import Supervisor
from dreamina_desktop.services.session.undo import UndoHistory

Arrived = dict[int, dict[int, tuple[ImageKey, ...]]]  # by collection and job
DESTINATION = "collect_into"  # a setting: where new jobs go


class Collections:
    """All of them in memory. Writes are durable on return, and raise DatabaseError where they
    changed nothing."""

    def __init__(
        self,
        repository: CollectionRepository,
        library: Library,
        preferences: Preferences,
        undo: UndoHistory,
        messages: Messages,
        supervisor: Supervisor,
    ) -> None:
        self._repository = repository
        self._library = library
        self._preferences = preferences
        self._undo = undo
        self._messages = messages
        self._supervisor = supervisor
        self._all: dict[int, Collection] = {}
        self._expected: dict[int, int] = {}  # by the number of a job: where its images go
        self._writing = asyncio.Lock()
        self._listeners = Listeners[[]]()
        library.subscribe(self._on_changed)

    async def load(self) -> None:
        """Once the library is loaded: what came when the program did not run is taken in."""
        found, expected = await self._repository.load()
        self._all = {each.id: each for each in found}
        self._expected = dict(expected)
        await self._library.fetch(self._expected)
        await self._take_in(self._arrived(tuple(self._expected)))

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each change."""
        self._listeners.add(listener)

    def all(self) -> Sequence[Collection]:
        """By name."""
        return sorted(self._all.values(), key=lambda each: each.name.casefold())

    def get(self, collection: int) -> Collection | None:
        return self._all.get(collection)

    @property
    def destination(self) -> Collection | None:
        """Where the images of new jobs go; None: nowhere."""
        kept = self._preferences.get(DESTINATION)
        return self._all.get(kept) if isinstance(kept, int) else None

    def set_destination(self, collection: int | None) -> None:
        self._preferences.set(DESTINATION, collection)
        self._tell()

    async def named(self, name: str) -> Collection | None:
        """The one of this name, made where there is none; None where it is no name."""
        name = clean_name(name)
        if not name:
            return None
        async with self._writing:
            for each in self._all.values():
                if each.name.casefold() == name.casefold():
                    return each
            made = await self._repository.create(name)
            self._all[made.id] = made
        self._tell()
        return made

    async def add(self, collection: int, keys: Sequence[ImageKey]) -> int:
        """At its end; how many it had not."""
        before, after = await self._change(collection, lambda each: each.with_keys(keys))
        if count := len(after.keys) - len(before.keys):
            self._push(f"Add {counted(count, 'image')} to {after.name}", before)
        return count

    async def unite(
        self, name: str, keys: Sequence[ImageKey], expected: Sequence[int] = ()
    ) -> None:
        """With one of another library: the one of this name has these too, behind its own, and
        the images of these jobs when they come. Nothing where it is no name."""
        into = await self.named(name)
        if into is None:
            return
        await self._change(into.id, lambda each: each.with_keys(keys))
        new = [number for number in expected if number not in self._expected]
        if new:
            await self.collect(new, name)

    async def take_out(self, collection: int, keys: Sequence[ImageKey]) -> int:
        """How many it had."""
        before, after = await self._change(collection, lambda each: each.without(keys))
        if count := len(before.keys) - len(after.keys):
            self._push(f"Take {counted(count, 'image')} out of {after.name}", before)
        return count

    async def move(
        self, collection: int, keys: Sequence[ImageKey], before: ImageKey | None
    ) -> None:
        """Some of its images to another place."""
        old, new = await self._change(collection, lambda each: each.moved(keys, before))
        if new.keys != old.keys:
            self._push(f"Move {counted(len(keys), 'image')} in {new.name}", old)

    async def rename(self, collection: int, name: str) -> None:
        """Nothing where it is no name."""
        if clean := clean_name(name):
            before, after = await self._change(collection, lambda each: replace(each, name=clean))
            self._push(f"Rename {before.name} to {after.name}", before)

    async def remove(self, collection: int) -> None:
        """The images stay where they are."""
        async with self._writing:
            gone = self._all[collection]
            await self._repository.remove(collection)
            del self._all[collection]
            self._expected = {n: c for n, c in self._expected.items() if c != collection}
        self._push(f"Remove the collection {gone.name}", gone)
        self._tell()

    async def collect(self, numbers: Sequence[int], name: str | None = None) -> None:
        """The images of these jobs come into the collection of this name, or into the one where
        new jobs go; those that are not there yet when they are."""
        into = self.destination if name is None else await self.named(name)
        if into is None or not numbers:
            return
        async with self._writing:
            await self._repository.expect(numbers, into.id)
            self._expected.update(dict.fromkeys(numbers, into.id))
        await self._library.fetch(numbers)
        await self._take_in(self._arrived(numbers))

    # -- what arrives -----------------------------------------------------------------------

    def _on_changed(self, changes: ChangeSet) -> None:
        if not self._expected:
            return
        arrived = self._arrived([number for number in changes.jobs if number in self._expected])
        if arrived:
            self._supervisor.spawn(self._take_in(arrived), "collect images")

    def _arrived(self, numbers: Sequence[int]) -> Arrived:
        """What is there by now of what was expected; it is not expected any more."""
        arrived: Arrived = {}
        for number in numbers:
            job, into = self._library.peek(number), self._expected.get(number)
            if into is not None and job is not None and job.images:
                keys = tuple(image.key for image in job.images)
                arrived.setdefault(into, {})[number] = keys
                del self._expected[number]
        return arrived

    async def _take_in(self, arrived: Arrived) -> None:
        for into, jobs in arrived.items():
            keys = [key for each in jobs.values() for key in each]
            with_keys = partial(Collection.with_keys, keys=keys)
            try:
                if into in self._all:
                    await self._change(into, with_keys, list(jobs))
            except DatabaseError as error:
                self._expected.update(dict.fromkeys(jobs, into))
                self._messages.hold(Condition.DATABASE, str(error))

    # -- writing ----------------------------------------------------------------------------

    async def _change(
        self,
        collection: int,
        change: Callable[[Collection], Collection],
        arrived: Sequence[int] = (),
    ) -> tuple[Collection, Collection]:
        async with self._writing:
            before = self._all[collection]
            after = change(before)
            if after != before or arrived:
                await self._repository.save(after, arrived)
                self._all[collection] = after
        if after != before:
            self._tell()
        return before, after

    def _push(self, label: str, before: Collection) -> None:
        self._undo.push(label, lambda: self._put_back(before))

    async def _put_back(self, before: Collection) -> None:
        async with self._writing:
            await self._repository.save(before)
            self._all[before.id] = before
        self._tell()

    def _tell(self) -> None:
        self._listeners.tell()
