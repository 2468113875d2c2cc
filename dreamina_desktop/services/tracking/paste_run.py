"""One pasted text on its way into the library, a slice at a time, and what it did, in words."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import Batch, Job, labelled_where_empty
from dreamina_desktop.core.jobs.record import JobRecord, parse_record
from dreamina_desktop.core.jobs.transition import after_paste
from dreamina_desktop.core.paste.find_ids import Finds
from dreamina_desktop.core.paste.lines import PastedLine, PastedText, read_in_slices
from dreamina_desktop.core.text.dates import utc_time
from dreamina_desktop.core.text.wording import counted, plural, shortened
from dreamina_desktop.services.library import SLICE, Library
from dreamina_desktop.services.ports import Clock

LONGEST_TEXT = 64 * 1024 * 1024  # characters of a text that are read
MOST_NEW = 100_000  # jobs of a text that are tracked at once
ASKED_AT_ONCE = 5_000  # IDs: whether they are here
ADDED_AT_ONCE = 5_000  # jobs, in one transaction
TURN_S = 0.004  # of reading; then others have theirs
_READING_SHARE = 0.6  # of the whole work
_NAMED = 3  # of the words that cannot be IDs
_NAME_LENGTH = 40
_ONE_LEFT_OUT = "1 more ID is in that text: paste it again to track that, too."
_LEFT_OUT = "{n} more IDs are in that text: paste it again to track the next ones."
_TOO_LONG = "Only the first 64 million characters were read: paste the rest by itself."


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
    rest: str = ""  # of that, what was left out because it is too much


class PasteRun:
    """Reads a text and tracks its IDs, in slices between which others have their turn. Where it is
    stopped, what came by then stays: `tracked` says what that was."""

    def __init__(
        self,
        library: Library,
        clock: Clock,
        alone: asyncio.Lock,
        on_new: Callable[[Sequence[int]], Awaitable[None]] | None,
        on_came: Callable[[Sequence[int]], None],
        text: str,
        pasted: PastedText | None,
    ) -> None:
        """`alone`: no other run looks IDs up while one adds them; `on_came`: at the end, also of
        one that was stopped, with the jobs that are new or shown again; `pasted`: where the text
        was read already."""
        self._library = library
        self._clock = clock
        self._alone = alone
        self._on_new = on_new
        self._on_came = on_came
        self._text = text
        self._pasted = pasted
        self._batch: Batch | None = None
        self._new = list[int]()
        self._known = list[int]()
        self._removed = list[int]()
        self._restored = list[int]()
        self._left_out = 0  # IDs

    @property
    def pasted(self) -> PastedText:
        """What the text holds, when it is read."""
        return self._pasted or PastedText(Finds(), ())

    @property
    def tracked(self) -> Tracked:
        """What the run has done so far."""
        finds = self.pasted.finds
        text = _done(finds, len(self._new), len(self._known), len(self._restored))
        rest = plural(self._left_out, _ONE_LEFT_OUT, _LEFT_OUT) if self._left_out else ""
        if len(self._text) > LONGEST_TEXT:
            rest = " ".join(filter(None, (rest, _TOO_LONG)))
        text = f"{text} {rest}" if rest else text
        new, known, restored = map(tuple, (self._new, self._known, self._restored))
        return Tracked(finds, self._batch, new, known, restored, text, rest)

    async def to_end(self) -> Tracked:
        """All of it. Raises DatabaseError."""
        async for _ in self.steps():
            pass
        return self.tracked

    async def reading(self) -> AsyncGenerator[float, None]:
        """Read the text; yields how much of it is read, from 0 to 1."""
        if self._pasted is not None:
            return
        slices = read_in_slices(self._text[:LONGEST_TEXT])
        began = time.monotonic()
        while True:
            try:
                share = next(slices)
            except StopIteration as end:
                self._pasted = end.value
                return
            if time.monotonic() - began >= TURN_S:
                yield share
                await asyncio.sleep(0)
                began = time.monotonic()

    async def steps(self) -> AsyncGenerator[float, None]:
        """Do all of it; yields how much is done, from 0 to 1. Raises DatabaseError."""
        async for share in self.reading():
            yield _READING_SHARE * share
        async with self._alone:
            try:
                async for share in self._track(self.pasted):
                    yield _READING_SHARE + (1 - _READING_SHARE) * share
            finally:
                if came := (*self._new, *self._restored):
                    self._on_came(came)

    async def _track(self, pasted: PastedText) -> AsyncGenerator[float, None]:
        unknown = list[str]()
        async for share in self._look_up(pasted.finds.jobids, unknown):
            yield share
        async for share in self._add(pasted, unknown):
            yield share
        if not unknown:
            await self._library.check_place()  # before it is said of them that they are here
            await self._keep_paste(pasted.lines)
        async for share in self._take_records(pasted.finds, frozenset(unknown)):
            yield share
        await self._take_labels(pasted.labels)
        if self._removed:
            await self._library.change_many(self._removed, _shown_again)
            self._restored = self._removed

    async def _look_up(
        self, jobids: Sequence[str], unknown: list[str]
    ) -> AsyncGenerator[float, None]:
        """Which of the IDs are here, until there are as many new ones as are tracked at once."""
        for start in range(0, len(jobids), ASKED_AT_ONCE):
            some = jobids[start : start + ASKED_AT_ONCE]
            here = await self._library.known_later(some)
            for jobid in some:
                if (known := here.get(jobid)) is None:
                    unknown.append(jobid)
                else:
                    (self._removed if known.removed else self._known).append(known.number)
            if len(unknown) > MOST_NEW:
                self._left_out = len(jobids) - start - len(some) + len(unknown) - MOST_NEW
                del unknown[MOST_NEW:]
                return
            yield 0.0

    async def _add(self, pasted: PastedText, unknown: Sequence[str]) -> AsyncGenerator[float, None]:
        at, kept = self._clock.time(), pasted.finds.records
        for start in range(0, len(unknown), ADDED_AT_ONCE):
            some = unknown[start : start + ADDED_AT_ONCE]
            records = {jobid: kept[jobid] for jobid in some if jobid in kept}
            is_last = start + len(some) == len(unknown)
            lines = pasted.lines if is_last else ()
            self._batch, jobs = await self._library.add(
                at, some, records, lines, self._batch, pasted.labels
            )
            numbers = [job.number for job in jobs]
            self._new += numbers
            if self._on_new is not None:
                await self._on_new(numbers)
            yield (start + len(some)) / len(unknown)

    async def _keep_paste(self, lines: Sequence[PastedLine]) -> None:
        """Of jobs that are here already. A single one has no order: it was looked for, and the
        column that it came in is the one to be kept."""
        if len(lines) > 1 and any(line.jobid for line in lines):
            with suppress(DatabaseError):  # the jobs are here, and can be shown all the same
                await self._library.keep_paste(self._clock.time(), lines)

    async def _take_labels(self, labels: Mapping[str, str]) -> None:
        """Of jobs that were here before, where they have none."""
        jobids, before = list(labels), {*self._known, *self._removed}
        for start in range(0, len(jobids), SLICE):
            known = await self._library.known_later(jobids[start : start + SLICE])
            here = [each.number for each in known.values() if each.number in before]
            jobs = await self._library.fetch(here)
            empty = [job.number for job in jobs if not job.given_label]
            await self._library.change_many(
                empty, lambda job: labelled_where_empty(job, labels[job.jobid])
            )

    async def _take_records(
        self, finds: Finds, new: Collection[str]
    ) -> AsyncGenerator[float, None]:
        """Records of jobs that are here already, where they say more than is known: the server
        may have forgotten such a job."""
        jobids = [jobid for jobid in finds.records if jobid not in new]
        for start in range(0, len(jobids), SLICE):
            here = await self._library.known_later(jobids[start : start + SLICE])
            for job in await self._library.fetch([known.number for known in here.values()]):
                raw = finds.records[job.jobid]
                record = _record(raw, utc_time(self._clock.time()))
                if record is not None and after_paste(job, record) != job:
                    await self._library.change(job.number, _pasting(record), raw)
            yield 1.0


def preview(text: str, finds: Finds, known: int) -> Preview:
    """`known`: how many of the IDs are here and shown."""
    new = len(finds.jobids) - known
    if not text or text.isspace():
        return Preview(finds, 0, 0, "")
    words = [_found(len(finds.jobids), new, known)] if finds.jobids else []
    words += [*_not_tracked(finds), *_rejected(finds)]
    return Preview(finds, new, known, "; ".join(words) or "No job ID found")


def _shown_again(job: Job) -> Job:
    return replace(job, removed=False)


def _record(raw: bytes, seen: datetime) -> JobRecord | None:
    try:
        return parse_record(json.loads(raw), seen)
    except (ValueError, RecursionError):
        return None


def _pasting(record: JobRecord) -> Callable[[Job], Job]:
    return lambda job: after_paste(job, record)


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
