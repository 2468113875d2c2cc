"""Track, remove, stop: what the user decides about jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import Job, Tracking, clean_label
from dreamina_desktop.core.paste.find_ids import Finds, find, is_possible
from dreamina_desktop.core.paste.lines import PastedLine, PastedText
from dreamina_desktop.core.search.results import Query
from dreamina_desktop.core.search.summary import Known
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.session.undo import UndoHistory
from dreamina_desktop.services.tracking.paste_run import (
    ASKED_AT_ONCE,
    PasteRun,
    Preview,
    Tracked,
    preview,
)

LARGE = 20_000  # characters; more are read in slices


class Tracker:
    """Every decision is on disk when its call returns, and can be undone."""

    def __init__(
        self,
        library: Library,
        undo: UndoHistory,
        clock: Clock,
        on_polling: Callable[[], None],
        on_new: Callable[[Sequence[int]], Awaitable[None]] | None = None,
    ) -> None:
        """`on_polling` is called after jobs began to poll: it wakes the poller; `on_new` with the
        numbers of new jobs."""
        self._library = library
        self._undo = undo
        self._clock = clock
        self._on_polling = on_polling
        self._on_new = on_new
        self._tracking = asyncio.Lock()  # two calls with the same new ID
        self._last_read: tuple[str, PastedText] | None = None  # for who tracks what was previewed

    def preview(self, text: str) -> Preview:
        """What `text` would do. Fast: for use at each key stroke."""
        finds = find(text)
        known = 0
        with suppress(DatabaseError):  # tracking them will say so
            known = _shown(self._library.known(finds.jobids))
        return preview(text, finds, known)

    async def preview_later(self, text: str, is_wanted: Callable[[], bool]) -> Preview | None:
        """The same for a text of megabytes, read in slices; what was read is kept for `track`.
        None as soon as it is not wanted any more."""
        run = self.run(text)
        async for _ in run.reading():
            if not is_wanted():
                return None
        finds, known = run.pasted.finds, 0
        for start in range(0, len(finds.jobids), ASKED_AT_ONCE):
            some = finds.jobids[start : start + ASKED_AT_ONCE]
            known += _shown(await self._library.known_later(some))
            if not is_wanted():
                return None
        self._last_read = text, run.pasted
        return preview(text, finds, known)

    async def track(self, text: str, *, undoable: bool = True) -> Tracked:
        """Track every ID in `text`; pasted records are kept as "from paste". The lines of the text
        are kept in their order (Library.paste_of). `undoable`: the user did it, here and now."""
        return await self.run(text, undoable=undoable).to_end()

    def run(self, text: str, *, undoable: bool = True) -> PasteRun:
        """The same in steps, for a text of any length."""
        last, self._last_read = self._last_read, None
        pasted = last[1] if last is not None and last[0] is text else None
        return self._run(text, pasted, undoable=undoable)

    async def track_anyway(self, word: str) -> Tracked:
        """Track one word that does not look like an ID. ValueError when it cannot be sent."""
        if not is_possible(word):
            raise ValueError("This cannot be a job ID.")
        pasted = PastedText(Finds(jobids=(word,)), (PastedLine(word),))
        return await self._run(word, pasted, undoable=True).to_end()

    async def remove(self, numbers: Sequence[int]) -> None:
        """Hide jobs and stop their polling; their records, files and references stay."""
        gone = [job.number for job in await self._library.fetch(numbers) if not job.removed]
        if gone:
            await self._set_removed(gone, removed=True)
            self._undo.push(f"Remove {counted(len(gone), 'job')}", lambda: self._restore(gone))

    async def stop(self, numbers: Sequence[int]) -> None:
        """Do not ask for these jobs any more."""
        jobs = await self._library.fetch(numbers)
        polling = [job.number for job in jobs if job.tracking is Tracking.POLLING]
        if polling:
            await self._library.change_many(polling, _stopped)
            self._undo.push(
                f"Stop checking {counted(len(polling), 'job')}", lambda: self.resume(polling)
            )

    async def resume(self, numbers: Sequence[int]) -> None:
        """Ask again for jobs that were stopped or not found."""
        waiting = (Tracking.STOPPED, Tracking.NOT_FOUND)
        jobs = await self._library.fetch(numbers)
        await self._resume([job.number for job in jobs if job.tracking in waiting])

    async def label(self, number: int, text: str) -> None:
        """Call a job so; "" takes its label away."""
        label = clean_label(text)
        for job in await self._library.fetch([number]):
            if job.label != label:
                await self._set_label(number, label)
                back = partial(self._set_label, number, job.given_label)
                self._undo.push(f"Label job {number}", back)

    async def undo_batch(self, batch: int) -> None:
        """Remove every job that one paste added."""
        listing = await self._library.listing_later(Query(batch=batch))
        await self.remove(listing.numbers)

    def _run(self, text: str, pasted: PastedText | None, *, undoable: bool) -> PasteRun:
        on_came = partial(self._take_note, undoable=undoable)
        return PasteRun(
            self._library, self._clock, self._tracking, self._on_new, on_came, text, pasted
        )

    def _take_note(self, came: Sequence[int], *, undoable: bool) -> None:
        """Jobs came: they can be taken back, and are asked for."""
        if undoable:
            label = "Track 1 ID" if len(came) == 1 else f"Track {len(came):,} IDs"
            self._undo.push(label, lambda: self._set_removed(came, removed=True))
        self._on_polling()

    async def _restore(self, numbers: Sequence[int]) -> None:
        await self._set_removed(numbers, removed=False)
        self._on_polling()

    async def _resume(self, numbers: Sequence[int]) -> None:
        if numbers:
            await self._library.change_many(numbers, _polling)
            self._on_polling()

    async def _set_label(self, number: int, label: str | None) -> None:
        await self._library.change(number, lambda job: replace(job, given_label=label))

    async def _set_removed(self, numbers: Sequence[int], *, removed: bool) -> None:
        await self._library.change_many(numbers, lambda job: replace(job, removed=removed))


def _shown(here: Mapping[str, Known]) -> int:
    return sum(1 for job in here.values() if not job.removed)


def _stopped(job: Job) -> Job:
    return replace(job, tracking=Tracking.STOPPED, note="Stopped by you.")


def _polling(job: Job) -> Job:
    return replace(job, tracking=Tracking.POLLING, not_found_count=0, note="")
