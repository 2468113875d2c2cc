"""Track, remove, stop: what the user decides about jobs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from dreamina_desktop.core.counting import counted, shortened
from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.job import Batch, Job, Tracking
from dreamina_desktop.core.job_id import Finds, find, is_possible
from dreamina_desktop.core.library_facts import Known
from dreamina_desktop.core.listing import Query
from dreamina_desktop.core.pasted_lines import PastedLine, pasted_lines
from dreamina_desktop.core.record import JobRecord, parse_record
from dreamina_desktop.core.transition import after_paste
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.undo import UndoHistory

LARGE = 100_000  # characters; more are read in a thread
LARGE_LINES = 10_000  # characters, line by line
_NAMED = 3  # of the words that cannot be IDs
_NAME_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Preview:
    """What a text would do, before it is tracked; `text` in words for the field."""

    finds: Finds
    new: int
    known: int  # here already, removed ones not counted
    text: str  # "40 found: 34 new, 6 already here"; "" for an empty field


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a text did. Numbers of jobs, in the text's order."""

    finds: Finds
    batch: Batch | None
    new: tuple[int, ...]
    known: tuple[int, ...]
    restored: tuple[int, ...]  # were removed, are shown again
    text: str  # in words, for a passing message; says why what was not tracked was not


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

    def preview(self, text: str) -> Preview:
        """Fast: for use at each key stroke."""
        finds = find(text)
        with suppress(DatabaseError):  # tracking them will say so
            return _preview(text, finds, self._library.known(finds.jobids))
        return _preview(text, finds, {})

    async def preview_later(self, text: str) -> Preview:
        """The same for a text of megabytes, read in a thread."""
        finds = await _find(text)
        return _preview(text, finds, await self._library.known_later(finds.jobids))

    async def track(self, text: str, *, undoable: bool = True) -> Tracked:
        """Track every ID in `text`; pasted records are kept as "from paste". The lines of the text
        are kept in their order (Library.paste_of). `undoable`: the user did it, here and now."""
        return await self._track(*await _read(text), undoable=undoable)

    async def track_anyway(self, word: str) -> Tracked:
        """Track one word that does not look like an ID. ValueError when it cannot be sent."""
        if not is_possible(word):
            raise ValueError("This cannot be a job ID.")
        return await self._track(Finds(jobids=(word,)), [PastedLine(word)], undoable=True)

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

    async def undo_batch(self, batch: int) -> None:
        """Remove every job that one paste added."""
        listing = await self._library.listing_later(Query(batch=batch))
        await self.remove(listing.numbers)

    async def _track(self, finds: Finds, lines: Sequence[PastedLine], *, undoable: bool) -> Tracked:
        async with self._tracking:
            tracked = await self._track_alone(finds, lines)
        if came := (*tracked.new, *tracked.restored):
            if undoable:
                label = "Track 1 ID" if len(came) == 1 else f"Track {len(came):,} IDs"
                self._undo.push(label, lambda: self._set_removed(came, removed=True))
            self._on_polling()
        return tracked

    async def _track_alone(self, finds: Finds, lines: Sequence[PastedLine]) -> Tracked:
        here = await self._library.known_later(finds.jobids)
        unknown = [jobid for jobid in finds.jobids if jobid not in here]
        found = [here[jobid] for jobid in finds.jobids if jobid in here]
        known = tuple(job.number for job in found if not job.removed)
        restored = tuple(job.number for job in found if job.removed)
        batch: Batch | None = None
        new: tuple[int, ...] = ()
        if unknown:
            records = {jobid: raw for jobid, raw in finds.records.items() if jobid not in here}
            batch, jobs = await self._library.add(self._clock.time(), unknown, records, lines)
            new = tuple(job.number for job in jobs)
            if self._on_new is not None:
                await self._on_new(new)
        else:
            await self._library.check_place()
            await self._keep_paste(lines)
        await self._take_records(finds, (*known, *restored))
        if restored:
            await self._set_removed(restored, removed=False)
        text = _done(finds, len(new), len(known), len(restored))
        return Tracked(finds, batch, new, known, restored, text)

    async def _keep_paste(self, lines: Sequence[PastedLine]) -> None:
        """Of jobs that are here already. A single one has no order: it was looked for, and the
        column that it came in is the one to be kept."""
        if len(lines) > 1 and any(line.jobid for line in lines):
            with suppress(DatabaseError):  # the jobs are here, and can be shown all the same
                await self._library.keep_paste(self._clock.time(), lines)

    async def _take_records(self, finds: Finds, numbers: Sequence[int]) -> None:
        """Records of jobs that are here already, where they say more than is known: the server
        may have forgotten such a job."""
        if not finds.records:
            return
        for job in await self._library.fetch(numbers):
            raw = finds.records.get(job.jobid)
            record = _record(raw) if raw else None
            if record is not None and after_paste(job, record) != job:
                await self._library.change(job.number, _pasting(record), raw)

    async def _restore(self, numbers: Sequence[int]) -> None:
        await self._set_removed(numbers, removed=False)
        self._on_polling()

    async def _resume(self, numbers: Sequence[int]) -> None:
        if numbers:
            await self._library.change_many(numbers, _polling)
            self._on_polling()

    async def _set_removed(self, numbers: Sequence[int], *, removed: bool) -> None:
        await self._library.change_many(numbers, lambda job: replace(job, removed=removed))


def _preview(text: str, finds: Finds, here: Mapping[str, Known]) -> Preview:
    known = sum(1 for job in here.values() if not job.removed)
    new = len(finds.jobids) - known
    if not text.strip():
        return Preview(finds, 0, 0, "")
    words = [_found(len(finds.jobids), new, known)] if finds.jobids else []
    words += [*_not_tracked(finds), *_rejected(finds)]
    return Preview(finds, new, known, "; ".join(words) or "No job ID found")


def _record(raw: bytes) -> JobRecord | None:
    try:
        return parse_record(json.loads(raw))
    except (ValueError, RecursionError):
        return None


def _pasting(record: JobRecord) -> Callable[[Job], Job]:
    return lambda job: after_paste(job, record)


async def _read(text: str) -> tuple[Finds, Sequence[PastedLine]]:
    """What is in a text, and its lines."""

    def read() -> tuple[Finds, Sequence[PastedLine]]:
        finds = find(text)
        return finds, pasted_lines(text, finds)

    return read() if len(text) < LARGE_LINES else await asyncio.to_thread(read)


async def _find(text: str) -> Finds:
    """A text of megabytes takes seconds: not on the event loop."""
    if len(text) < LARGE:
        return find(text)
    return await asyncio.to_thread(find, text)


def _stopped(job: Job) -> Job:
    return replace(job, tracking=Tracking.STOPPED, note="Stopped by you.")


def _polling(job: Job) -> Job:
    return replace(job, tracking=Tracking.POLLING, not_found_count=0, note="")


def _found(found: int, new: int, known: int) -> str:
    if not known:
        return f"{found:,} found, {'all ' if found > 1 else ''}new"
    if not new:
        return f"{found:,} found, {'all ' if found > 1 else ''}already here"
    return f"{found:,} found: {new:,} new, {known:,} already here"


def _not_tracked(finds: Finds, *, long: bool = False) -> list[str]:
    """`long`: with the reason."""
    words = []
    if count := len(finds.videos):
        words.append("1 is a video job" if count == 1 else f"{count:,} are video jobs")
        words[-1] += " (only image jobs are tracked)" if long else ""
    if finds.hidden == 1:
        words.append("1 has its e-mail address hidden: copy it from your script's output")
    elif finds.hidden:
        words.append(
            f"{finds.hidden:,} have their e-mail addresses hidden: copy them from your script's "
            "output"
        )
    if finds.maybe is not None and not finds.videos:
        words.append("This does not look like a job ID")
    if finds.had_token:
        words.append("a token was cut out")
    return words


def _rejected(finds: Finds) -> list[str]:
    """Short, for the field."""
    if not finds.rejected:
        return []
    count = len(finds.rejected)
    words = "1 cannot be an ID" if count == 1 else f"{count:,} cannot be IDs"
    return [f"{words} ({finds.rejected[0].reason})"]


def _rejected_names(finds: Finds) -> list[str]:
    """Each by name and with its reason, as far as there is room."""
    words = [
        f"\u201c{shortened(one.text, _NAME_LENGTH)}\u201d cannot be an ID ({one.reason})"
        for one in finds.rejected[:_NAMED]
    ]
    more = len(finds.rejected) - _NAMED
    if more > 0:
        words.append(f"{more:,} more cannot be IDs")
    return words


def _done(finds: Finds, new: int, known: int, restored: int) -> str:
    words = []
    if new:
        words.append("Tracking 1 new job" if new == 1 else f"Tracking {new:,} new jobs")
    if restored:
        words.append(f"{counted(restored, 'job')} brought back")
    if known:
        words.append(f"{counted(known, 'job')} already here")
    words += [*_not_tracked(finds, long=True), *_rejected_names(finds)]
    text = "; ".join(words) or "No job ID found in that text"
    return f"{text[0].upper()}{text[1:]}."
