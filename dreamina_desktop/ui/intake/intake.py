"""The ways in: the field for IDs, the clipboard, and what is dropped on the window."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.text.wording import counted, plural, some_of
from dreamina_desktop.services.export.reimport import CameBack
from dreamina_desktop.services.session.task_runner import Course, Progress
from dreamina_desktop.services.tracking.paste_run import PasteRun, Tracked
from dreamina_desktop.ui.intake.clipboard_and_drops import (
    editable_has_focus,
    files_and_text,
    files_within,
    named_ids,
    pictures_among,
    read_texts,
)
from dreamina_desktop.ui.intake.id_field import IdField
from dreamina_desktop.ui.services import Services

MOST_NAMED = 3  # files in a message
LONG_TEXT = 1_000_000  # characters; of more it is shown how far it is
_ONE_MILLION = "Reading 1 million characters"
_MILLIONS = "Reading {n} million characters"


class Intake:
    """Tracks what comes in, each time as a task, and says what it did."""

    def __init__(
        self,
        services: Services,
        field: IdField,
        show_tracked: Callable[[Tracked], None],
        show_images: Callable[[Sequence[ImageKey]], None],
    ) -> None:
        """`show_tracked`: what came is to be shown, and said; `show_images`: they came back."""
        self._services = services
        self._field = field
        self._show_tracked = show_tracked
        self._show_images = show_images
        field.submitted.connect(self._take_field)
        field.anyway.connect(self._take_anyway)
        field.files_pasted.connect(self.take_files)

    def paste(self) -> None:
        """What is on the clipboard; nothing while a text field has the focus, whose paste it is."""
        if editable_has_focus():
            return
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None: empty
        if data is None or not self.take(data):
            self._services.messages.say("There is no text on the clipboard.")

    def take(self, data: QMimeData) -> bool:
        """Files or text; False where there is neither."""
        files, text = files_and_text(data)
        if files:
            self.take_files(files)
        elif text and not text.isspace():
            self._services.supervisor.spawn(self._track_or_offer(text), "track")
        else:
            return False
        return True

    def take_files(self, files: Sequence[str]) -> None:
        """Text files with IDs, libraries, and pictures that came from here, by their paths."""
        self._services.supervisor.spawn(self._take_files(files), "take files")

    def _take_field(self, text: str) -> None:
        self._services.supervisor.spawn(self._track_field(text), "track")

    def _take_anyway(self, word: str) -> None:
        self._services.supervisor.spawn(self._track_anyway(word), "track anyway")

    async def _track(self, text: str) -> Tracked | None:
        if len(text) > LONG_TEXT:
            return await self._track_long(text)
        try:
            tracked = await self._services.tracker.track(text)
        except OSError as error:
            self._services.messages.say(f"Nothing was tracked. {error}")
            return None
        self._show_tracked(tracked)
        return tracked

    async def _track_long(self, text: str) -> Tracked | None:
        """With its progress, and its *Stop*. None where it was stopped, or failed."""
        run = self._services.tracker.run(text)
        done: list[Tracked] = []
        doing = plural(round(len(text) / 1e6), _ONE_MILLION, _MILLIONS)

        async def steps() -> AsyncGenerator[Progress, None]:
            async with aclosing(run.steps()) as shares:
                async for share in shares:
                    yield Progress(doing, share)
            done.append(run.tracked)
            self._show_tracked(run.tracked)

        course = Course(doing, steps, lambda: "", lambda: _stopped(run))
        await self._services.long_work.start(course).wait()
        return done[0] if done else None

    async def _track_field(self, text: str) -> None:
        """The field is emptied when its IDs are safe."""
        self._field.set_busy(True)
        tracked = None
        try:
            tracked = await self._track(text)
        finally:
            self._field.set_busy(False)
        if tracked is not None and (tracked.new or tracked.known or tracked.restored):
            self._field.clear()

    async def _track_or_offer(self, text: str) -> None:
        """One word that does not look like an ID goes to the field, which offers it."""
        tracked = await self._track(text)
        if tracked is not None and tracked.finds.maybe and not tracked.finds.videos:
            self._field.offer(tracked.finds.maybe)
            self._field.edit.setFocus()

    async def _track_anyway(self, word: str) -> None:
        try:
            self._show_tracked(await self._services.tracker.track_anyway(word))
        except (OSError, ValueError) as error:
            self._services.messages.say(f"Nothing was tracked. {error}")
        else:
            self._field.clear()

    async def _take_files(self, files: Sequence[str]) -> None:
        archiver = self._services.archiver()
        files, left_out = await asyncio.to_thread(files_within, files)
        libraries = [file for file in files if await archiver.is_archive(Path(file))]
        pictures = await asyncio.to_thread(pictures_among, files)
        others = frozenset((*libraries, *pictures))
        for file in libraries:
            archiver.add(Path(file))
        if pictures:
            await self._find_images(pictures)
        texts = [file for file in files if file not in others]
        names = await asyncio.to_thread(named_ids, files)
        if texts or names or left_out or not files:
            await self._track_files(texts, names, left_out)

    async def _find_images(self, pictures: Sequence[str]) -> None:
        """What is not tracked here is put into the field, which tracks it."""
        try:
            came = await self._services.way_back.find(pictures)
        except OSError as error:
            self._services.messages.say(str(error))
            return
        if came.keys:
            self._show_images(came.keys)
        if came.untracked:
            self._field.edit.set_text("\n".join(came.untracked))
            self._field.edit.setFocus()
        self._services.messages.say(_came_back(came))

    async def _track_files(
        self, files: Sequence[str], names: Sequence[str], left_out: Sequence[str]
    ) -> None:
        """`names`: IDs that files are called by."""
        texts = await asyncio.to_thread(read_texts, files)
        text = "\n".join(filter(None, (texts.text, *names)))
        if has_text := not (text == "" or text.isspace()):
            await self._track(text)
        if unread := (*texts.unread, *left_out):
            self._services.messages.say(f"Not read: {some_of(unread, MOST_NAMED)}.")
        elif not has_text:
            self._services.messages.say("There is no text in it.")


def _stopped(run: PasteRun) -> str:
    """What came by then stays."""
    if new := len(run.tracked.new):
        return plural(
            new, "Stopped. 1 job of it is tracked.", "Stopped. {n} jobs of it are tracked."
        )
    return "Stopped. Nothing of it was tracked."


def _came_back(came: CameBack) -> str:
    """In words: what was found, what can be tracked, what nobody knows."""
    words = []
    if came.keys:
        words.append(f"Found {some_of(came.keys, 4)}.")
    if came.untracked:
        jobs = counted(len(came.untracked), "job")
        words.append(f"{jobs} of these pictures are not tracked here: Enter tracks them.")
        if len(came.untracked) == 1:
            words[-1] = "The job of this picture is not tracked here: Enter tracks it."
    if came.unknown:
        words.append(f"Nothing is known here of {some_of(came.unknown, MOST_NAMED)}.")
    return " ".join(words)
