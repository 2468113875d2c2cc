"""What one call of the program asked for, and how it is carried out: by its own process, or by
the process that holds the data folder, with the same output.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.file_name import text_as_path
from dreamina_desktop.core.job_id import Finds, find
from dreamina_desktop.core.jobs_form import JobsForm
from dreamina_desktop.services.idle import IdleWaiter
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.long_work import Course
from dreamina_desktop.services.tracker import Tracked, Tracker

if TYPE_CHECKING:
    from dreamina_desktop.services.archiver import Archiver

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
            tracked = await self.tracker.track(assignment.text, undoable=False)
            self.on_tracked(tracked)
            numbers = frozenset((*tracked.new, *tracked.known, *tracked.restored))
            if assignment.collection and self.collect is not None:
                await self.collect(sorted(numbers), assignment.collection)
            for note in unusable(assignment.text, tracked.finds):
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
            from dreamina_desktop.app.export import export  # noqa: PLC0415 - few starts need it

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


def unusable(text: str, finds: Finds) -> list[str]:
    """Sentences about what was given as an ID and is none."""
    rejected = {one.text: one.reason for one in finds.rejected}
    if not finds.records:
        rejected |= _unusable_lines(text)
    notes = [f"{word}: {reason}." for word, reason in rejected.items()]
    notes += [
        f"{jobid}: this is a video job; Dreamina Desktop tracks image jobs."
        for jobid in finds.videos
    ]
    if finds.hidden:
        notes.append(
            f"{finds.hidden} of the IDs have their e-mail address hidden by the web page they were "
            "copied from: copy them from your script's output instead."
        )
    if finds.had_token:
        notes.append("A token was in the text. It was neither kept nor used.")
    return notes


def _unusable_lines(text: str) -> dict[str, str]:
    """Lines of one word that is no ID: among IDs, that is a mistake."""
    words: dict[str, str] = {}
    for line in text.splitlines():
        alone = find(line)
        words |= {one.text: one.reason for one in alone.rejected}
        if alone.maybe and not alone.videos and not alone.rejected:
            words[alone.maybe] = "this does not look like a job ID (j…:dreamina)"
    return words


def _other_api(url: str) -> Reply:
    return Reply(
        note=f"The data folder is in use by a Dreamina Desktop that works with {url}. Close it, or "
        "give another --data-dir.",
        exit_code=EXIT_ERROR,
    )
