"""Whether the folder of images is the one that was used before: where its disk is away, an empty
folder of the same name may be in its place, and nothing is written there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import PurePath

from dreamina_desktop.services.ports import Clock, ImageFiles
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy
from dreamina_desktop.services.session.preferences import Preferences

LOOK_EVERY_S = 5.0
SEEN_KEPT = 3  # files of a folder by which it is known, too


class ImagesFolder:
    """Knows each folder of images by its marker, a small file in it, or by images that were saved
    there. A folder that is used for the first time gets a marker."""

    def __init__(
        self,
        files: ImageFiles,
        preferences: Preferences,
        messages: Messages,
        clock: Clock,
        default: str,
        use: Callable[[str, str], None],
    ) -> None:
        """`default`: in force while no other folder was chosen. `use` is called with the folder for
        new images and its marker."""
        self._files = files
        self._preferences = preferences
        self._messages = messages
        self._clock = clock
        self._default = _normal(default)
        self._use = use
        self._seen: dict[str, Sequence[str]] = {}  # images that were there, by folder
        self._recorded: frozenset[str] = frozenset()
        self._looked_at: float | None = None
        self._away_since: float | None = None
        self.tell_of_use()

    @property
    def path(self) -> str:
        """Where new images go."""
        return _normal(self._preferences.images_folder or self._default)

    @property
    def known(self) -> Sequence[str]:
        """Every folder that was used, the one for new images first."""
        others = (self._default if name == "" else name for name in self._markers())
        return tuple(dict.fromkeys((self.path, *others)))

    @property
    def away_since(self) -> float | None:
        """Monotonic seconds since the folder for new images is away; None while it is there."""
        return self._away_since

    @property
    def question(self) -> str:
        """What the user is asked while the folder for new images is away; else ""."""
        if self._away_since is None:
            return ""
        return (
            f"The folder for images is not there, or another one is in its place: {self.path}. "
            "Nothing is saved until it is back. Connect its disk, or choose where images are kept."
        )

    @property
    def is_recorded(self) -> bool:
        """Whether saved images are recorded in the folder for new images."""
        return self.path in self._recorded

    def marker_of(self, folder: str) -> str:
        """ "" while none is known."""
        return self._markers().get("" if folder == self._default else folder, "")

    def note_recorded(self, recorded: dict[str, Sequence[str]]) -> None:
        """In which folders images were saved, with some that are there now."""
        self._recorded = frozenset(recorded)
        self._seen = {folder: seen[:SEEN_KEPT] for folder, seen in recorded.items() if seen}
        self._looked_at = None

    def tell_of_use(self) -> None:
        """Another folder was chosen, or the marker is another one."""
        self._use(self.path, self.marker_of(self.path))

    async def is_there(self, folder: str) -> bool:
        """Whether this is the folder that images were saved in."""
        marker = self.marker_of(folder)
        if marker and await self._files.has_marker(folder, marker):
            return True
        seen = self._seen.get(folder, ())
        return len(await self._files.missing(seen)) < len(seen)

    async def are_the_same(self, folder: str, other: str) -> bool:
        """Whether `other` is `folder` under another name: it was moved."""
        marker = self.marker_of(folder)
        return bool(marker) and await self._files.has_marker(other, marker)

    async def look(self) -> bool:
        """Whether new images may be written, looked at every few seconds. Marks a folder that has
        no marker yet, when it is used first or images that were saved there are there."""
        now = self._clock.monotonic()
        if self._looked_at is None or now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            self._note(is_there=await self._is_in_place())
        return self._away_since is None

    async def choose(self) -> None:
        """The user has chosen another folder just now: it is there."""
        self._looked_at = None
        self.tell_of_use()
        if not self.marker_of(self.path):
            with suppress(OSError):
                await self._mark(self.path, makes_folder=False)

    async def use_it(self) -> None:
        """The user says that it is the right one. Raises OSError where it cannot be written to."""
        await self._mark(self.path, makes_folder=True)
        self._note(is_there=True)

    async def _is_in_place(self) -> bool:
        folder = self.path
        marker = self.marker_of(folder)
        if marker and await self._files.has_marker(folder, marker):
            return True
        is_first_use = not marker and not self.is_recorded
        if not is_first_use and not await self.is_there(folder):
            return False
        try:
            await self._mark(folder, makes_folder=folder == self._default)
        except FileNotFoundError:
            return False  # what was chosen was there
        except OSError:
            return True  # a disk that takes nothing: writing an image says why
        return True

    async def _mark(self, folder: str, *, makes_folder: bool) -> None:
        marker = await self._files.make_marker(folder, makes_folder=makes_folder)
        name = "" if folder == self._default else folder
        self._preferences.folder_markers = {**self._markers(), name: marker}
        self.tell_of_use()

    def _note(self, *, is_there: bool) -> None:
        if is_there:
            self._away_since = None
            self._messages.lift(Condition.FOLDER_AWAY)
        elif self._away_since is None:
            self._away_since = self._clock.monotonic()
        if self.question:
            self._messages.hold(
                Condition.FOLDER_AWAY, self.question, Remedy.FOLDER, Remedy.USE_FOLDER
            )

    def _markers(self) -> dict[str, str]:
        return self._preferences.folder_markers


def folder_of(file: str) -> str:
    """The folder of images that a saved image is in: those of days are below it. Fast: it is asked
    for every image at each start."""
    return os.path.dirname(os.path.dirname(file)) or os.curdir


def place_in(folder: str, file: str) -> str:
    """Where the image of `file` is when its folder of images is this one."""
    return str(PurePath(folder, *PurePath(file).parts[-2:]))


def _normal(folder: str) -> str:
    return str(PurePath(folder))
