"""Thumbnails for what is visible: from the store, else made from the saved file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.listeners import Listeners
from dreamina_desktop.services.ports import Clock, Imaging, ThumbnailStore
from dreamina_desktop.services.session.supervisor import Supervisor

Told = Mapping[ImageKey, bytes | None]
ThumbnailListener = Callable[[Told], None]
SIZE_PX = 320  # on the longer side
AT_ONCE = 2  # batches, each in a process
AT_ONCE_WHILE_MOVING = 1
MOVING_S = 0.3  # a view whose wishes change within this time is being scrolled
READ_AT_ONCE = 24  # from the store
BATCH = 4  # files for a process in one go: most of what a single one costs here is the going
BATCH_BYTES = 4_000_000  # of these files, so that what scrolled away does not hold up the rest
TIDY_AFTER_S = 10.0  # without anything to do
TIDY_PAUSE_S = 0.1  # between two pieces of it
FIRST_REST_S = 5.0  # after nothing could be decoded; doubled each time that nothing can
LONGEST_REST_S = 300.0


class Thumbnailer:
    """Works off wish lists that each `want` replaces: what scrolled away is not made, and the view
    that asked last comes first."""

    def __init__(
        self,
        library: Library,
        store: ThumbnailStore,
        imaging: Imaging,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._library = library
        self._store = store
        self._imaging = imaging
        self._supervisor = supervisor
        self._clock = clock
        self._wanted: dict[str, Sequence[ImageKey]] = {}  # the view that asked last comes last
        self._not_stored: set[ImageKey] = set()  # of the wanted ones: they have to be made
        self._working: set[ImageKey] = set()
        self._told: set[ImageKey] = set()  # since it was wanted last
        self._unreadable: dict[ImageKey, str] = {}  # the file that could not be read
        self._batches = 0  # under way
        self._moved_at: dict[str, float] = {}
        self._moving_until = 0.0
        self._alone: set[ImageKey] = set()  # of batches that could not be decoded
        self._rest_s = 0.0  # after the last of them
        self._rests_until = 0.0
        self._tidy_in_s: float | None = TIDY_AFTER_S  # None: it is tidy
        self._woken = asyncio.Event()
        self._listeners = Listeners[[Told]]()
        library.subscribe(self._on_changed)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._woken.clear()
            await self._read()
            self._begin_batches()
            await self._wait()

    def subscribe(self, listener: ThumbnailListener) -> None:
        """Call `listener` with JPEGs (at most 320 px); None: the file cannot be read."""
        self._listeners.add(listener)

    def want(self, view: str, keys: Sequence[ImageKey]) -> None:
        """What `view` shows now, most wanted first; replaces what it wanted before. A view asks
        only for what it does not have: what was made before is told again."""
        self._note_moving(view, keys)
        self._wanted.pop(view, None)
        self._wanted[view] = list(keys)
        self._told.difference_update(keys)
        self._not_stored.intersection_update(self._all_wanted())
        self._woken.set()

    async def make_anew(self, files: Mapping[ImageKey, str]) -> None:
        """Whatever is in the store; one batch after the other."""
        keys = list(files)
        for start in range(0, len(keys), BATCH):
            batch = {key: files[key] for key in keys[start : start + BATCH]}
            for key in batch:
                self._unreadable.pop(key, None)
            self._batches += 1
            self._working.update(batch)
            await self._make(batch)

    def _note_moving(self, view: str, keys: Sequence[ImageKey]) -> None:
        """It moves where other images come while some still have to be answered for. At a start
        they only become more."""
        before, wanted = set(self._wanted.get(view, ())), set(keys)
        if wanted <= before or before - wanted <= self._told:
            return
        now = self._clock.monotonic()
        if now - self._moved_at.get(view, now - MOVING_S) < MOVING_S:
            self._moving_until = now + MOVING_S
        self._moved_at[view] = now

    async def _wait(self) -> None:
        """For news, or for the end of a movement or a rest: then there may be more to be made. With
        nothing to do for a while the store is tidied."""
        left = max(self._moving_until, self._rests_until) - self._clock.monotonic()
        is_held_up = left > 0 and bool(self._not_stored)
        is_idle = not (is_held_up or self._batches)
        try:
            async with asyncio.timeout(
                self._tidy_in_s if is_idle else left if is_held_up else None
            ):
                await self._woken.wait()
        except TimeoutError:
            if is_idle:
                await self._tidy()

    async def _tidy(self) -> None:
        self._tidy_in_s = None
        with suppress(OSError):  # then another time
            if await self._store.tidy():
                self._tidy_in_s = TIDY_PAUSE_S

    def _all_wanted(self) -> Iterator[ImageKey]:
        """Most wanted first."""
        for view in reversed(self._wanted):
            yield from self._wanted[view]

    def _still_wanted(self, *, not_stored: bool) -> Iterator[ImageKey]:
        """Each once. `not_stored`: those that have to be made, else those that may be in the
        store."""
        seen = self._working | self._told
        for key in self._all_wanted():
            is_one = (key in self._not_stored) == not_stored and key not in seen
            if is_one and (self._can_be_made(key) or (not not_stored and self._is_trashed(key))):
                seen.add(key)
                yield key

    def _can_be_made(self, key: ImageKey) -> bool:
        image = self._saved(key)
        return image is not None and self._unreadable.get(key) != image.file

    def _is_trashed(self, key: ImageKey) -> bool:
        """What was made of its file may still be in the store."""
        image = self._library.image(key)
        return image is not None and image.state is ImageState.TRASHED

    def _saved(self, key: ImageKey) -> Image | None:
        image = self._library.image(key)
        return image if image and image.file and image.state is ImageState.SAVED else None

    # -- from the store ---------------------------------------------------------------------

    async def _read(self) -> None:
        """Some of the wanted ones, in one question; they are told together."""
        keys = list(islice(self._still_wanted(not_stored=False), READ_AT_ONCE))
        if len(keys) == READ_AT_ONCE:
            self._woken.set()  # there may be more
        if not keys:
            return
        found: Mapping[ImageKey, bytes] = {}
        with suppress(OSError):  # then they are made
            found = await self._store.get(keys, SIZE_PX)
        self._not_stored.update(key for key in keys if key not in found)
        if found:
            self._tidy_in_s = TIDY_AFTER_S
            self._tell(found)

    # -- from the files ---------------------------------------------------------------------

    def _begin_batches(self) -> None:
        now = self._clock.monotonic()
        if now < self._rests_until:
            return
        is_moving = now < self._moving_until
        at_once = AT_ONCE_WHILE_MOVING if is_moving else AT_ONCE
        while self._batches < at_once and (batch := self._next_batch(at_once - self._batches)):
            self._batches += 1
            self._working.update(batch)
            self._not_stored.difference_update(batch)
            self._supervisor.spawn(self._make(batch), f"thumbnails {', '.join(map(str, batch))}")

    def _next_batch(self, free: int) -> dict[ImageKey, str]:
        """The most wanted ones, with their files; where they are few, as many for each that is
        free."""
        keys = list(islice(self._still_wanted(not_stored=True), BATCH * free))
        batch: dict[ImageKey, str] = {}
        size_bytes = 0
        for key in keys[: -(-len(keys) // free)]:
            image = self._saved(key)
            if image is None or image.file is None:
                continue
            size_bytes += image.size_bytes or 0
            if batch and (size_bytes > BATCH_BYTES or key in self._alone):
                break
            batch[key] = image.file
            if key in self._alone:
                break
        return batch

    async def _make(self, batch: Mapping[ImageKey, str]) -> None:
        jpegs: Told = {}
        try:
            made = await self._imaging.thumbnails([Path(file) for file in batch.values()])
            jpegs = dict(zip(batch, made, strict=True))
            self._unreadable |= {key: batch[key] for key, jpeg in jpegs.items() if jpeg is None}
            self._alone.difference_update(batch)
            self._rest_s = 0.0
            self._tell(jpegs)
        except OSError:  # trouble of this machine, or the program is closing
            self._rest(batch)
            return
        except BaseException:  # a mistake of ours is told once
            self._told.update(batch)
            raise
        finally:
            self._working.difference_update(batch)
            self._batches -= 1
            self._woken.set()
        await self._keep({key: jpeg for key, jpeg in jpegs.items() if jpeg is not None})

    def _rest(self, batch: Mapping[ImageKey, str]) -> None:
        """It says nothing about these files: they are tried again, each alone, if still wanted."""
        self._alone.update(batch)
        if self._clock.monotonic() >= self._rests_until:
            self._rest_s = min(2 * self._rest_s or FIRST_REST_S, LONGEST_REST_S)
            self._rests_until = self._clock.monotonic() + self._rest_s

    async def _keep(self, jpegs: Mapping[ImageKey, bytes]) -> None:
        if jpegs:
            with suppress(OSError):  # then they are made again next time
                await self._store.put(jpegs, SIZE_PX)
            self._tidy_in_s = TIDY_AFTER_S

    # -- telling ----------------------------------------------------------------------------

    def _tell(self, jpegs: Told) -> None:
        self._told.update(jpegs)
        self._listeners.tell(jpegs)

    def _on_changed(self, changes: ChangeSet) -> None:
        for key in changes.images:
            if self._saved(key) is None and not self._is_trashed(key):
                # It is about to be another file, maybe of the same name.
                self._unreadable.pop(key, None)
                self._told.discard(key)
        if changes.images:
            self._woken.set()
