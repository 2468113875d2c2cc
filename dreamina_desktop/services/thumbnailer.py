"""Thumbnails for what is visible: from the store, else made from the saved file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from dreamina_desktop.core.job import ImageKey, ImageState
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.ports import Imaging, ThumbnailStore
from dreamina_desktop.services.supervisor import Supervisor

ThumbnailListener = Callable[[ImageKey, bytes | None], None]
AT_ONCE = 2


class Thumbnailer:
    """Works off a wish list that each `want` replaces, so that only visible ones are made."""

    def __init__(
        self, library: Library, store: ThumbnailStore, imaging: Imaging, supervisor: Supervisor
    ) -> None:
        self._library = library
        self._store = store
        self._imaging = imaging
        self._supervisor = supervisor
        self._wanted: dict[str, list[ImageKey]] = {}
        self._working: set[ImageKey] = set()
        self._told: set[ImageKey] = set()  # since it was wanted last
        self._unreadable: dict[ImageKey, str] = {}  # the file that could not be read
        self._free = asyncio.Semaphore(AT_ONCE)
        self._woken = asyncio.Event()
        self._listeners: list[ThumbnailListener] = []
        library.subscribe(self._on_changed)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._free.acquire()
            try:
                key = await self._next()
            except BaseException:
                self._free.release()  # it may run anew
                raise
            self._working.add(key)
            self._supervisor.spawn(self._make(key), f"thumbnail {key}")

    def subscribe(self, listener: ThumbnailListener) -> None:
        """Call `listener` with each JPEG (at most 320 px); None: the file cannot be read."""
        self._listeners.append(listener)

    def want(self, view: str, keys: Sequence[ImageKey]) -> None:
        """What `view` shows now, most wanted first; replaces what it wanted before. A view asks
        only for what it does not have: what was made before is told again."""
        self._wanted[view] = list(keys)
        self._told.difference_update(keys)
        self._woken.set()

    async def _next(self) -> ImageKey:
        """The most wanted one, as soon as there is one."""
        while (key := self._most_wanted()) is None:
            self._woken.clear()
            await self._woken.wait()
        return key

    def _most_wanted(self) -> ImageKey | None:
        for keys in self._wanted.values():
            for key in keys:
                if key not in self._working and key not in self._told and self._can_be_made(key):
                    return key
        return None

    def _can_be_made(self, key: ImageKey) -> bool:
        file = self._file(key)
        return file is not None and self._unreadable.get(key) != file

    def _file(self, key: ImageKey) -> str | None:
        image = self._library.image(key)
        saved = image is not None and image.state is ImageState.SAVED
        return image.file if image and saved else None

    async def _make(self, key: ImageKey) -> None:
        file = self._file(key) or ""
        try:
            jpeg = await self._jpeg(key, file)
            if jpeg is None:
                self._unreadable[key] = file
            for listener in tuple(self._listeners):
                listener(key, jpeg)
        finally:
            self._working.discard(key)
            self._told.add(key)
            self._free.release()
            self._woken.set()

    async def _jpeg(self, key: ImageKey, file: str) -> bytes | None:
        from_store = await self._from_store(key)
        if from_store is not None:
            return from_store
        try:
            jpeg = await self._imaging.thumbnail(Path(file))
        except (OSError, ValueError):
            return None
        with suppress(OSError):  # then it is made again next time
            await self._store.put(key, jpeg)
        return jpeg

    async def _from_store(self, key: ImageKey) -> bytes | None:
        try:
            return await self._store.get(key)
        except OSError:
            return None

    def _on_changed(self, changes: ChangeSet) -> None:
        for key in changes.images:
            if self._file(key) is None:  # it is about to be another file, maybe of the same name
                self._unreadable.pop(key, None)
                self._told.discard(key)
        if changes.images:
            self._woken.set()
