"""Hostile answers of the API: none may raise, and none may take away what is known."""

from __future__ import annotations

import asyncio
import math
import random
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import mutations
from faults import Effect, Fault, response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as with_seed
from program import Folder
from promises import MISTAKES
from table import Row
from vendor import Vendor, ids

from dreamina_desktop.api.wire import read_answer
from dreamina_desktop.core.export import file_name
from dreamina_desktop.core.jobs.answer import Found, JobAnswer, Throttled
from dreamina_desktop.core.jobs.failure import explain
from dreamina_desktop.core.jobs.job import ImageState, Job, Tracking
from dreamina_desktop.core.jobs.record import parse_record
from dreamina_desktop.core.jobs.status import status_words
from dreamina_desktop.core.jobs.transition import after_record, completed
from dreamina_desktop.core.text.urls import expires_at
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.job_rows import JobRows
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.schema import MIGRATIONS

SMALL, FULL = 1000, 100_000
THROUGH_PROGRAM = 30  # jobs of a session
SESSIONS = 10  # of more than the small scale
STORED_EVERY = 5  # answers
NOW = 1_772_460_000.0
PROMISES = ("uncaught exceptions", "known facts overwritten", "facts gone after a restart")
KNOWN = parse_record(mutations.CREATED)
FACTS = (
    "type",
    "model",
    "created",
    "prompt",
    "ratio",
    "resolution",
    "source_jobid",
    "source_index",
)
IMAGE_FACTS = ("uri", "width", "height", "format", "asset_id", "asset_ref", "item_id")


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many answers."""
    row = Row("hostile answers", f"{scale:,} answers")
    row.lost = dict.fromkeys(PROMISES, 0)
    found = _attend(scale, seed, row)
    _store(found, scratch, row)
    for number in range(SESSIONS if scale > SMALL else 1):
        folder = scratch / str(number)
        folder.mkdir()
        _through_program(THROUGH_PROGRAM, seed + number, folder, row)
    return row


# -- each answer, in this process ---------------------------------------------------------------


def _attend(scale: int, seed: int, row: Row) -> list[Found]:
    """Every answer on jobs in every state; those that were taken."""
    kept: list[Found] = []
    jobs = _known_jobs()

    @settings(
        max_examples=scale,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @with_seed(seed)
    @given(mutations.answers())
    def attend(answer: tuple[int, dict[str, str], bytes]) -> None:
        status, headers, body = answer
        try:
            read = read_answer(status, headers, body, mutations.JOBID, NOW)
            for words in _wrong(read, jobs):
                row.find("known facts overwritten", f"{words}, by {body[:300]!r}")
            if isinstance(read, Found):
                kept.append(read)
        except Exception:
            row.find("uncaught exceptions", f"{traceback.format_exc()[-800:]} {answer!r:.600}")

    attend()
    return kept


def _known_jobs() -> Sequence[Job]:
    """New, running, and finished with saved, lost and waiting images."""
    new = Job(1, mutations.JOBID, 1, NOW - 60)
    running = after_record(new, parse_record(mutations.CREATED), "server", NOW - 50)
    done = after_record(new, parse_record(mutations.COMPLETED), "server", NOW - 50)
    first, second, *others = done.images
    first = replace(first, state=ImageState.SAVED, file="/images/1.jpg", sha256="5ha", size_bytes=9)
    second = replace(second, state=ImageState.LOST, note="The link has expired.")
    return new, running, replace(done, images=(first, second, *others))


def _wrong(read: JobAnswer, jobs: Sequence[Job]) -> Iterator[str]:
    """Findings; and everything is done with the answer that the program would do."""
    pause_s = read.retry_after_s if isinstance(read, Throttled) else None
    if pause_s is not None and not 0 <= pause_s < math.inf:
        yield f"a pause of {pause_s} s"
    if not isinstance(read, Found):
        return
    for before in jobs:
        after = after_record(before, _taken(before, read).record, "server", NOW)
        _use(after)
        yield from _lost(before, after)


def _taken(job: Job, answer: Found) -> Found:
    """As services.polling.answer_handler takes it."""
    if job.record is None or job.record.is_final:
        return answer
    return replace(answer, record=completed(answer.record, job.record))


def _use(job: Job) -> None:
    """As the window and the downloader do."""
    status_words(job)
    if job.record is not None:
        explain(job.record)
        file_name.stem(job.number, 0, job.record.prompt)
    for image in job.images:
        expires_at(image.entry.url or "")


def _lost(before: Job, after: Job) -> Iterator[str]:
    if before.tracking is Tracking.DONE and after.tracking is not Tracking.DONE:
        yield "a finished job runs again"
    if (before.number, before.jobid) != (after.number, after.jobid):
        yield "another job"
    if before.record is not None:
        for name in FACTS:
            if getattr(before.record, name) is not None and getattr(after.record, name) is None:
                yield f"{name} is gone"
    for old, new in zip(before.images, after.images, strict=False):
        if old.state is ImageState.SAVED and (old.file, old.sha256, old.state) != (
            new.file,
            new.sha256,
            new.state,
        ):
            yield f"image {old.key} is no longer saved"
        for name in IMAGE_FACTS:
            if getattr(old.entry, name) is not None and getattr(new.entry, name) is None:
                yield f"{name} of image {old.key} is gone"
    if len(after.images) < len(before.images):
        yield "images are gone"


# -- through the database -----------------------------------------------------------------------


def _store(found: Sequence[Found], scratch: Path, row: Row) -> None:
    """What is known in memory is known after a restart."""
    asyncio.run(_store_each(found[::STORED_EVERY], scratch / "library.sqlite3", row))


async def _store_each(found: Sequence[Found], file: Path, row: Row) -> None:
    database = Database(file, MIGRATIONS)
    await database.open()
    repository = JobRepository(database, file.parent)
    try:
        for number, answer in enumerate(found):
            jobid = f"{number}:{mutations.JOBID}"
            _, (job,), _ = await repository.add(NOW, [jobid], {})
            running = replace(job, record=KNOWN)
            after = after_record(running, _taken(running, answer).record, "server", NOW)
            await repository.save_jobs([after], {job.number: answer.raw})
            await _compare(database, after, row, answer)
    except Exception:
        row.find("uncaught exceptions", traceback.format_exc()[-1500:])
    finally:
        await database.aclose()


async def _compare(database: Database, after: Job, row: Row, answer: Found) -> None:
    (again,) = await database.call(lambda c: JobRows(Path()).read(c, [after.number]))
    raw = await JobRepository(database, Path()).raw_record(after.number)
    # The answer is about the job, whose ID is another one here so that there may be many.
    named = again.record and after.record and replace(again.record, jobid=after.record.jobid)
    if named != after.record or raw != answer.raw:
        row.find("facts gone after a restart", f"{answer.raw[:500]!r}")


# -- through the program ------------------------------------------------------------------------


def _through_program(count: int, seed: int, scratch: Path, row: Row) -> None:
    """Each job's first answers are hostile; then comes the truth, where it is still asked for."""
    bodies = _sample(count * 2, seed)
    with Vendor(seed) as vendor:
        for _ in range(count):
            job = vendor.add_job(1)
            job.faults = [_fault(bodies.pop(), job.jobid, vendor) for _ in range(2)]
        jobs = list(vendor.jobs.values())
        home = Folder(scratch, vendor.token, vendor.api_url)
        ended = home.work(ids(jobs), give_up_s=5.0)
    if ended.code not in (0, 3):
        row.find("uncaught exceptions", f"exit code {ended.code}: {ended.err[-800:]}")
    if [one["jobid"] for one in ended.rows] != [job.jobid for job in jobs]:
        row.find("known facts overwritten", f"{len(ended.rows)} of {len(jobs)} jobs are there")
    for text in (ended.err, home.log):
        if mark := next((mark for mark in MISTAKES if mark in text), None):
            row.find("uncaught exceptions", text[text.index(mark) :][:1500])


def _fault(body: bytes, jobid: str, vendor: Vendor) -> Fault:
    """The same about another job, whose images are on our own host."""
    mine = body.replace(mutations.JOBID.encode(), jobid.encode())
    host = f"http://127.0.0.1:{vendor.images.port}".encode()
    mine = mine.replace(b"https://p16.byteimg.com", host)
    return Fault("a hostile answer", Effect.TROUBLE, lambda _: [response(mine)])


def _sample(count: int, seed: int) -> list[bytes]:
    """Bodies that hypothesis made, in an order of our own."""
    made: list[bytes] = []

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @with_seed(seed)
    @given(mutations.bodies())
    def collect(body: bytes) -> None:
        made.append(body)

    collect()
    rng = random.Random(seed)
    return [rng.choice(made) for _ in range(count)]
