"""Track, remove, stop: what the user decides about jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dreamina_desktop.core.job import Batch, Job, Tracking
from dreamina_desktop.core.job_id import Finds, find, is_possible
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.undo import UndoHistory


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
        self, library: Library, undo: UndoHistory, clock: Clock, on_polling: Callable[[], None]
    ) -> None:
        """`on_polling` is called after jobs began to poll: it wakes the poller."""
        self._library = library
        self._undo = undo
        self._clock = clock
        self._on_polling = on_polling

    def preview(self, text: str) -> Preview:
        """Pure and fast: for use at each key stroke."""
        finds = find(text)
        jobs = [self._library.by_id(jobid) for jobid in finds.jobids]
        known = sum(1 for job in jobs if job is not None and not job.removed)
        new = len(jobs) - known
        if not text.strip():
            return Preview(finds, 0, 0, "")
        words = [_found(len(jobs), new, known)] if jobs else []
        words += _not_tracked(finds)
        return Preview(finds, new, known, "; ".join(words) or "No job ID found")

    async def track(self, text: str) -> Tracked:
        """Track every ID in `text`; pasted records are kept as "from paste"."""
        return await self._track(find(text))

    async def track_anyway(self, word: str) -> Tracked:
        """Track one word that does not look like an ID. ValueError when it cannot be sent."""
        if not is_possible(word):
            raise ValueError("This cannot be a job ID.")
        return await self._track(Finds(jobids=(word,)))

    async def remove(self, numbers: Sequence[int]) -> None:
        """Hide jobs and stop their polling; their records, files and references stay."""
        gone = [n for n in numbers if n in self._library and not self._library.job(n).removed]
        if gone:
            await self._set_removed(gone, removed=True)
            self._undo.push(f"Remove {_jobs(len(gone))}", lambda: self._restore(gone))

    async def stop(self, numbers: Sequence[int]) -> None:
        """Do not ask for these jobs any more."""
        polling = [n for n in numbers if self._library.job(n).tracking is Tracking.POLLING]
        if polling:
            await self._library.change_many(polling, _stopped)
            self._undo.push(f"Stop checking {_jobs(len(polling))}", lambda: self._resume(polling))

    async def resume(self, numbers: Sequence[int]) -> None:
        """Ask again for jobs that were stopped or not found."""
        waiting = (Tracking.STOPPED, Tracking.NOT_FOUND)
        await self._resume([n for n in numbers if self._library.job(n).tracking in waiting])

    async def undo_batch(self, batch: int) -> None:
        """Remove every job that one paste added."""
        await self.remove([job.number for job in self._library.shown() if job.batch == batch])

    async def _track(self, finds: Finds) -> Tracked:
        here = {jobid: self._library.by_id(jobid) for jobid in finds.jobids}
        unknown = [jobid for jobid, job in here.items() if job is None]
        known = tuple(job.number for job in here.values() if job and not job.removed)
        restored = tuple(job.number for job in here.values() if job and job.removed)
        batch: Batch | None = None
        new: tuple[int, ...] = ()
        if unknown:
            records = {jobid: raw for jobid, raw in finds.records.items() if jobid in unknown}
            batch, jobs = await self._library.add(self._clock.time(), unknown, records)
            new = tuple(job.number for job in jobs)
        if restored:
            await self._set_removed(restored, removed=False)
        if came := (*new, *restored):
            label = "Track 1 ID" if len(came) == 1 else f"Track {len(came):,} IDs"
            self._undo.push(label, lambda: self._set_removed(came, removed=True))
            self._on_polling()
        text = _done(finds, len(new), len(known), len(restored))
        return Tracked(finds, batch, new, known, restored, text)

    async def _restore(self, numbers: Sequence[int]) -> None:
        await self._set_removed(numbers, removed=False)
        self._on_polling()

    async def _resume(self, numbers: Sequence[int]) -> None:
        if numbers:
            await self._library.change_many(numbers, _polling)
            self._on_polling()

    async def _set_removed(self, numbers: Sequence[int], *, removed: bool) -> None:
        await self._library.change_many(numbers, lambda job: replace(job, removed=removed))


def _stopped(job: Job) -> Job:
    return replace(job, tracking=Tracking.STOPPED, note="Stopped by you.")


def _polling(job: Job) -> Job:
    return replace(job, tracking=Tracking.POLLING, not_found_count=0, note="")


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"


def _found(found: int, new: int, known: int) -> str:
    if not known:
        return f"{found:,} found, {'all ' if found > 1 else ''}new"
    if not new:
        return f"{found:,} found, {'all ' if found > 1 else ''}already here"
    return f"{found:,} found: {new:,} new, {known:,} already here"


def _not_tracked(finds: Finds) -> list[str]:
    words = []
    if count := len(finds.videos):
        words.append("1 is a video job" if count == 1 else f"{count:,} are video jobs")
    if finds.hidden == 1:
        words.append("1 has its e-mail address hidden: copy it from your script's output")
    elif finds.hidden:
        words.append(
            f"{finds.hidden:,} have their e-mail addresses hidden: copy them from your script's "
            "output"
        )
    if len(finds.rejected) == 1:
        words.append(f"1 cannot be an ID ({finds.rejected[0].reason})")
    elif finds.rejected:
        words.append(f"{len(finds.rejected):,} cannot be IDs ({finds.rejected[0].reason})")
    if finds.maybe is not None and not finds.videos:
        words.append("This does not look like a job ID")
    if finds.had_token:
        words.append("a token was cut out")
    return words


def _done(finds: Finds, new: int, known: int, restored: int) -> str:
    words = []
    if new:
        words.append("Tracking 1 new job" if new == 1 else f"Tracking {new:,} new jobs")
    if restored:
        words.append(f"{_jobs(restored)} brought back")
    if known:
        words.append(f"{_jobs(known)} already here")
    words += _not_tracked(finds)
    text = "; ".join(words) or "No job ID found in that text"
    return f"{text[0].upper()}{text[1:]}."
