"""What one call of the program asked for, and how it is carried out: by its own process, or by
the process that holds the data folder, with the same output.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.export.file_name import text_as_path
from dreamina_desktop.core.export.request import JobsForm
from dreamina_desktop.core.paste.find_ids import Finds, find
from dreamina_desktop.core.paste.scan_words import lone_ids
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.session.task_runner import Course
from dreamina_desktop.services.tracking.idle import IdleWaiter
from dreamina_desktop.services.tracking.paste_run import Tracked
from dreamina_desktop.services.tracking.tracker import Tracker

if TYPE_CHECKING:
    from dreamina_desktop.services.archive.archiver import Archiver

MOST_NOTES = 100  # about words that are no IDs
LONG_TEXT = 1_000_000  # characters; the reading of more can be stopped
_LINE = re.compile(r"[^\r\n]+")
_LINES_AT_ONCE = 100
_MOST_WORDS = 4  # around one that might be an ID there are signs at most
EXIT_DONE = 0
EXIT_ERROR = 1
EXIT_GAVE_UP = 3


class Picture(msgspec.Struct, frozen=True):
    """A picture of the window: pixels, and "light", "dark" or None for the theme in force."""

    width: int
    height: int
    theme: str | None = None


class Assignment(msgspec.Struct, frozen=True):
    """What is to be done with the data folder. `text` holds job IDs, or is empty."""

    text: str = ""
    waits: bool = False
    give_up_s: float = 300.0
    picture: Picture | None = None
    exports: bool = False
    export_form: JobsForm = JobsForm.JSON
    only: bool = False
    activates: bool = False  # bring the window to the front
    takes_over: bool = False  # the caller opens a window: one without a window gives way
    api_url: str = ""
    collection: str = ""  # its images come into the collection of this name
    save_library: str = ""  # an absolute path, as text: the whole library goes there
    add_library: str = ""  # and what is in such a file comes here


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece of the answer: a line for standard error, or a result, or the exit code."""

    note: str | None = None
    export: bytes | None = None
    picture: bytes | None = None  # PNG
    exit_code: int | None = None  # the last reply has one


Draw = Callable[[Picture], Awaitable[bytes]]
Collect = Callable[[Sequence[int], str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Executor:
    """Carries out assignments with the services of this process. `draw` is None without Qt."""

    library: Library
    tracker: Tracker
    idle: IdleWaiter
    api_url: str
    draw: Draw | None
    on_tracked: Callable[[Tracked], None]  # for the window, to say what came
    on_activated: Callable[[], None]
    on_waited_for: Callable[[], None]  # somebody waits: a pause would let them wait for ever
    refusal: str = ""  # why nothing can be tracked or checked here
    on_taken_over: Callable[[], None] = lambda: None
    collect: Collect | None = None
    archiver: Callable[[], Archiver] | None = None

    async def carry_out(self, assignment: Assignment, stop: asyncio.Event) -> AsyncIterator[Reply]:
        """`stop`: the caller does not wait any longer (exit code 3)."""
        try:
            async for reply in self._carry_out(assignment, stop):
                yield reply
        except DatabaseError as error:
            yield Reply(note=str(error), exit_code=EXIT_ERROR)

    async def _carry_out(self, assignment: Assignment, stop: asyncio.Event) -> AsyncIterator[Reply]:
        if assignment.api_url != self.api_url:
            yield _other_api(self.api_url)
            return
        if assignment.takes_over:
            self.on_taken_over()
            yield Reply(exit_code=EXIT_DONE)
            return
        if assignment.activates:
            self.on_activated()
        if (course := self._library_work(assignment)) is not None:
            yield await _followed(course, stop)
            return
        numbers: frozenset[int] = frozenset()
        code = EXIT_DONE
        if self.refusal and (assignment.text or assignment.waits):
            yield Reply(note=self.refusal)
            assignment = msgspec.structs.replace(assignment, text="", waits=False)
            code = EXIT_ERROR
        if assignment.text:
            tracked = await self._track(assignment, stop)
            if tracked is None:
                yield Reply(note="Stopped before the whole text was read.", exit_code=EXIT_GAVE_UP)
                return
            numbers = frozenset((*tracked.new, *tracked.known, *tracked.restored))
            for note in filter(
                None, (tracked.rest, *await unusable(assignment.text, tracked.finds))
            ):
                yield Reply(note=note)
        only = numbers if assignment.only else None
        if assignment.waits:
            self.on_waited_for()
            reason = await self.idle.wait(only, assignment.give_up_s, stop)
            if reason is not None:
                yield Reply(note=reason)
                code = EXIT_GAVE_UP
        async for reply in self._results(assignment, only):
            yield reply
        yield Reply(exit_code=code)

    async def _track(self, assignment: Assignment, stop: asyncio.Event) -> Tracked | None:
        """None where a long text was not wanted any more, before it was read."""
        text = assignment.text
        run = self.tracker.run(text, undoable=False)
        async with aclosing(run.reading()) as shares:
            async for _ in shares:
                if stop.is_set() and len(text) > LONG_TEXT:
                    return None
        tracked = await run.to_end()
        self.on_tracked(tracked)
        if assignment.collection and self.collect is not None:
            numbers = sorted((*tracked.new, *tracked.known, *tracked.restored))
            await self.collect(numbers, assignment.collection)
        return tracked

    def _library_work(self, assignment: Assignment) -> Course | None:
        if self.archiver is None:
            return None
        if assignment.save_library:
            return self.archiver().saving(Path(text_as_path(assignment.save_library)))
        if assignment.add_library:
            return self.archiver().adding(Path(text_as_path(assignment.add_library)))
        return None

    async def _results(
        self, assignment: Assignment, only: Collection[int] | None
    ) -> AsyncIterator[Reply]:
        if assignment.exports:
            from dreamina_desktop.app.instance.export import (  # noqa: PLC0415 - few starts need it
                export,
            )

            yield Reply(export=await export(self.library, only, assignment.export_form))
        if assignment.picture and self.draw:
            yield Reply(picture=await self.draw(assignment.picture))


async def _followed(course: Course, stop: asyncio.Event) -> Reply:
    """All of the work, or until the caller does not wait any longer."""
    try:
        async with aclosing(course.steps()) as steps:
            async for _ in steps:
                if stop.is_set():
                    break
            else:
                return Reply(note=course.end(), exit_code=EXIT_DONE)
    except OSError as error:
        return Reply(note=f"{course.doing} was given up. {error}", exit_code=EXIT_ERROR)
    return Reply(note=course.stopped(), exit_code=EXIT_GAVE_UP)


async def unusable(text: str, finds: Finds) -> list[str]:
    """Sentences about what was given as an ID and is none, the first of very many."""
    rejected = {one.text: one.reason for one in finds.rejected[:MOST_NOTES]}
    if not finds.records:
        rejected |= await _unusable_lines(text)
    notes = [f"{word}: {reason}." for word, reason in rejected.items()]
    notes += [
        f"{jobid}: this is a video job; Dreamina Desktop tracks image jobs."
        for jobid in finds.videos[:MOST_NOTES]
    ]
    if len(notes) > MOST_NOTES:
        notes[MOST_NOTES:] = ["There is more in the text that is no ID of an image job."]
    if finds.hidden:
        notes.append(
            f"{finds.hidden} of the IDs have their e-mail address hidden by the web page they were "
            "copied from: copy them from your script's output instead."
        )
    if finds.had_token:
        notes.append("A token was in the text. It was neither kept nor used.")
    return notes


async def _unusable_lines(text: str) -> dict[str, str]:
    """Lines of one word that is no ID: among IDs, that is a mistake."""
    words: dict[str, str] = {}
    for count, match in enumerate(_LINE.finditer(text)):
        if not count % _LINES_AT_ONCE:
            await asyncio.sleep(0)  # the window's turn
        line = match[0]
        if lone_ids(line) is not None or len(line.split(None, _MOST_WORDS)) > _MOST_WORDS:
            continue
        alone = find(line)
        words |= {one.text: one.reason for one in alone.rejected}
        if alone.maybe and not alone.videos and not alone.rejected:
            words[alone.maybe] = "this does not look like a job ID (j…:dreamina)"
        if len(words) > MOST_NOTES:
            break
    return words


def _other_api(url: str) -> Reply:
    return Reply(
        note=f"The data folder is in use by a Dreamina Desktop that works with {url}. Close it, or "
        "give another --data-dir.",
        exit_code=EXIT_ERROR,
    )
