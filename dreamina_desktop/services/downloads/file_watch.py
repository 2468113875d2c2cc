"""Notices, when an image is shown, that its file is gone or is not the one that was saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState
from dreamina_desktop.core.jobs.link_recovery import again
from dreamina_desktop.services.downloads.images_folder import folder_of
from dreamina_desktop.services.downloads.missing_files import MissingFiles
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.listeners import Listeners
from dreamina_desktop.services.ports import Clock, ImageFiles, ThumbnailStore
from dreamina_desktop.services.session.messages import Condition, Messages
from dreamina_desktop.services.session.supervisor import Supervisor

GONE = "Its file is gone."
AWAY = "Its folder is not there now. Is its disk connected?"
CHANGED = "Its file was changed outside of Dreamina Desktop."
LOOK_EVERY_S = 10.0  # at the same file


class FileWatch:
    """What it notices is not written down, for a disk that was away may come back; only that a
    file was moved with its folder is. Nothing is read but sizes, and only of images that are
    shown."""

    def __init__(
        self,
        library: Library,
        files: ImageFiles,
        missing: MissingFiles,
        thumbnails: ThumbnailStore,
        messages: Messages,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._library = library
        self._files = files
        self._missing = missing
        self._thumbnails = thumbnails
        self._messages = messages
        self._supervisor = supervisor
        self._clock = clock
        self._looked_at: dict[ImageKey, float] = {}  # monotonic seconds
        self._troubles: dict[ImageKey, tuple[str, str]] = {}  # the file, and what is with it
        self._wanted: dict[ImageKey, None] = {}
        self._is_looking = False
        self._listeners = Listeners[[ImageKey]]()
        library.subscribe(self._on_changed)

    def subscribe(self, listener: Callable[[ImageKey], None]) -> None:
        """Call `listener` when `trouble` of an image answers otherwise than before."""
        self._listeners.add(listener)

    def trouble(self, key: ImageKey) -> str:
        """What is with a saved image's file, in words; "" as far as is known."""
        return self._troubles.get(key, ("", ""))[1]

    def look_at(self, keys: Iterable[ImageKey], *, at_once: bool = False) -> None:
        """These are shown. `at_once`: however short ago it was looked at them."""
        now = self._clock.monotonic()
        for key in keys:
            looked_at = self._looked_at.get(key)
            if at_once or looked_at is None or now - looked_at >= LOOK_EVERY_S:
                self._wanted[key] = None
        if self._wanted and not self._is_looking:
            self._is_looking = True
            self._supervisor.spawn(self._look(), "look at files")

    def retry(self, keys: Iterable[ImageKey]) -> None:
        """Fetch those again whose file is gone or changed; what lies there stays."""
        for key in keys:
            if self.trouble(key):
                self._supervisor.spawn(self._fetch_again(key), f"fetch {key} again")

    async def _look(self) -> None:
        try:
            while self._wanted:
                keys, self._wanted = list(self._wanted), {}
                await self._look_at(keys)
        finally:
            self._is_looking = False

    async def _look_at(self, keys: Iterable[ImageKey]) -> None:
        files = {key: file for key in keys if (file := self._file(key))}
        sizes = await self._files.sizes(list(files.values()))
        now = self._clock.monotonic()
        for key, file in files.items():
            self._looked_at[key] = now
            image = self._library.image(key)
            if image is not None and image.file == file and file in sizes:
                trouble = _trouble(image, sizes[file])
                self._note(image, file, await self._why_gone(image) if trouble is GONE else trouble)

    async def _why_gone(self, image: Image) -> str:
        """ "" where it was only moved: then it is recorded there."""
        try:
            if places := await self._missing.places([image]):
                await self._missing.move(places)
                return ""
        except DatabaseError as error:
            self._messages.hold(Condition.DATABASE, str(error))
        is_there = await self._missing.folder.is_there(folder_of(image.file or ""))
        return GONE if is_there else AWAY

    def _file(self, key: ImageKey) -> str | None:
        image = self._library.image(key)
        saved = image is not None and image.state is ImageState.SAVED
        return image.file if image and saved else None

    def _note(self, image: Image, file: str, trouble: str) -> None:
        before = self.trouble(image.key)
        if trouble:
            self._troubles[image.key] = (file, trouble)
        else:
            self._troubles.pop(image.key, None)
        if trouble != before:
            self._tell(image.key)

    async def _fetch_again(self, key: ImageKey) -> None:
        """After another look, for its disk may be back. A thumbnail may have been made of what is
        there now."""
        await self._look_at([key])
        trouble = self.trouble(key)
        if trouble in ("", AWAY):
            self._messages.say(trouble or "Its file is there.")
            return
        with suppress(OSError):
            await self._thumbnails.drop(key)
        try:
            await self._library.change_image(
                key, lambda image: replace(again(image), file=None, note=trouble)
            )
        except DatabaseError as error:
            self._messages.hold(Condition.DATABASE, str(error))

    def _on_changed(self, changes: ChangeSet) -> None:
        for key in changes.images & self._troubles.keys():
            if self._file(key) != self._troubles[key][0]:
                del self._troubles[key]
                self._looked_at.pop(key, None)
                self._tell(key)

    def _tell(self, key: ImageKey) -> None:
        self._listeners.tell(key)


def _trouble(image: Image, size_bytes: int | None) -> str:
    """`size_bytes`: of the file that is there now; None where there is none."""
    if size_bytes is None:
        return GONE
    is_same = size_bytes > 0 and image.size_bytes in (None, size_bytes)
    return "" if is_same else CHANGED
