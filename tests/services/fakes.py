"""Adapters in memory: scripts of answers, and faults at a word."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dreamina_desktop.core.errors import DatabaseError, KeyringError
from dreamina_desktop.core.export import file_name
from dreamina_desktop.core.jobs.answer import (
    Fetched,
    Found,
    ImageAnswer,
    JobAnswer,
    NotFound,
    Verdict,
    Verified,
)
from dreamina_desktop.core.jobs.history import HistoryAnswer, NoHistory
from dreamina_desktop.core.jobs.job import Batch, Image, ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.jobs.marks import Marks
from dreamina_desktop.core.jobs.record import parse_record
from dreamina_desktop.core.jobs.transition import first_images
from dreamina_desktop.core.paste.lines import NO_LABELS, KeptLine, Paste, PastedLine
from dreamina_desktop.core.search.results import JobFilter, Listing, Query
from dreamina_desktop.core.search.summary import Known, LibraryFacts, is_open, saved_count
from dreamina_desktop.core.text.accounts import account_of
from dreamina_desktop.services.ports import Clock


def job_id(index: int, *, user: int = 12345, kind: str = "i") -> str:
    return f"j0302140530{index:09d}{kind}-u{user}-US:user@example.com-bot:dreamina"


def raw_record(jobid: str, status: str = "created", **fields: Any) -> bytes:
    return json.dumps({"jobid": jobid, "status": status, "type": "image", **fields}).encode()


def created(jobid: str, **fields: Any) -> Found:
    return found(raw_record(jobid, **fields))


def failed(jobid: str, code: int = 2038) -> Found:
    return found(raw_record(jobid, "failed", code=code, error="ContentFiltered"))


def completed(jobid: str, *urls: str | None) -> Found:
    return found(completed_raw(jobid, *urls))


ACCOUNT = "US:user@example.com"


def completed_raw(jobid: str, *urls: str | None, items: Sequence[str] = ()) -> bytes:
    """`items`: the images' IDs in the account's history."""
    images = [
        {
            "imageUrl": url,
            "assetRef": f"{ACCOUNT}-image:w10:h10:s1000-uri:u{index}",
            **({"itemId": items[index]} if items else {}),
        }
        for index, url in enumerate(urls)
    ]
    return raw_record(
        jobid,
        "completed",
        created="2026-03-02T12:00:00.000Z",
        request={"prompt": "A stunning aurora"},
        response={"images": images},
    )


def found(raw: bytes) -> Found:
    return Found(parse_record(json.loads(raw)), raw)


class FakeRepository:
    """JobRepository in memory; `broken` makes its writes fail."""

    def __init__(self) -> None:
        self.jobs: dict[int, Job] = {}
        self.batches: list[Batch] = []
        self.raw: dict[int, bytes] = {}
        self.pastes: list[tuple[float, Sequence[PastedLine]]] = []
        self.answers: list[tuple[int, bytes]] = []
        self.writes = 0
        self.broken = False
        self.moved = False  # the library's file, since it was opened

    async def add(
        self,
        at: float,
        jobids: Sequence[str],
        records: Mapping[str, bytes],
        lines: Sequence[PastedLine] = (),
        batch: Batch | None = None,
        labels: Mapping[str, str] = NO_LABELS,
    ) -> tuple[Batch, Sequence[Job], int]:
        await self._write()
        self.pastes.append((at, lines))
        assert not {job.jobid for job in self.jobs.values()} & set(jobids)
        if batch is None:
            batch = Batch(len(self.batches) + 1, at, len(jobids))
        else:
            self.batches.remove(batch)
            batch = replace(batch, count=batch.count + len(jobids))
        self.batches.append(batch)
        jobs = [self._new(batch, jobid, records.get(jobid)) for jobid in jobids]
        jobs = [replace(job, given_label=labels.get(job.jobid)) for job in jobs]
        self.jobs |= {job.number: job for job in jobs}
        return batch, jobs, self.writes

    def _new(self, batch: Batch, jobid: str, raw: bytes | None) -> Job:
        number = len(self.jobs) + 1
        record = parse_record(json.loads(raw)) if raw else None
        job = Job(number, jobid, batch.id, batch.at)
        if raw and record:
            self.raw[number] = raw
            tracking = Tracking.DONE if record.is_final else Tracking.POLLING
            images = first_images(number, record)
            job = Job(
                number,
                jobid,
                batch.id,
                batch.at,
                tracking,
                record=record,
                record_source="paste",
                images=images,
            )
        self.jobs[number] = job
        return job

    async def check_place(self) -> None:
        if self.moved:
            raise DatabaseError("It was moved.")

    async def keep_paste(self, at: float, lines: Sequence[PastedLine]) -> None:
        await self._write()
        self.pastes.append((at, lines))

    async def paste_of(self, number: int) -> Paste | None:
        """By the order of tracking alone; real ones are tested with the real database."""
        lines = [KeptLine(job.number) for job in self.jobs.values()]
        return Paste(0.0, lines) if number in self.jobs else None

    async def save_jobs(self, jobs: Iterable[Job], raw: Mapping[int, bytes] | None = None) -> int:
        await self._write()
        self.jobs |= {job.number: job for job in jobs}
        self.raw |= raw or {}
        self.answers += (raw or {}).items()
        return self.writes

    async def save_images(self, images: Iterable[Image]) -> int:
        await self._write()
        for image in images:
            job = self.jobs[image.key.number]
            before, after = job.images[: image.key.index], job.images[image.key.index + 1 :]
            self.jobs[job.number] = replace(job, images=(*before, image, *after))
        return self.writes

    async def save_marks(self, marks: Mapping[ImageKey, Marks]) -> int:
        await self._write()
        for key, each in marks.items():
            self.jobs[key.number] = self.jobs[key.number].with_marks(key.index, each)
        return self.writes

    async def raw_record(self, number: int) -> bytes | None:
        return self.raw.get(number)

    async def _write(self) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise DatabaseError("The disk is full.")
        self.writes += 1


class FakeIndex:
    """JobIndex over the same memory."""

    def __init__(self, repository: FakeRepository) -> None:
        self._repository = repository

    @property
    def _jobs(self) -> dict[int, Job]:
        return self._repository.jobs

    async def facts(self) -> LibraryFacts:
        shown = [job for job in self._jobs.values() if not job.removed]
        accounts = map(account_of, (job.jobid for job in self._jobs.values()))
        return LibraryFacts(
            last_number=max(self._jobs, default=0),
            batches=tuple(self._repository.batches),
            accounts=tuple(dict.fromkeys(filter(None, accounts))),
            images=sum(len(job.images) for job in shown),
            saved=sum(map(saved_count, shown)),
        )

    async def open_jobs(self) -> Sequence[Job]:
        return [job for job in self._jobs.values() if is_open(job)]

    def job(self, number: int) -> Job | None:
        return self._jobs.get(number)

    async def jobs(self, numbers: Sequence[int]) -> Sequence[Job]:
        await asyncio.sleep(0)
        return [self._jobs[number] for number in sorted(numbers) if number in self._jobs]

    def known(self, jobids: Sequence[str]) -> Mapping[str, Known]:
        here = {job.jobid: Known(job.number, job.removed) for job in self._jobs.values()}
        return {jobid: here[jobid] for jobid in jobids if jobid in here}

    async def known_later(self, jobids: Sequence[str]) -> Mapping[str, Known]:
        return self.known(jobids)

    async def listing_later(self, query: Query, limit: int | None = None) -> Listing:
        """By number, of one batch or not found: what services ask for."""
        not_found = query.filter is JobFilter.NOT_FOUND
        jobs = [
            job
            for job in self._jobs.values()
            if not job.removed
            and query.batch in (None, job.batch)
            and (not not_found or job.tracking is Tracking.NOT_FOUND)
        ]
        return Listing.of((job.number for job in jobs), (len(job.images) for job in jobs))

    async def saved_files(self, after: ImageKey, limit: int) -> Sequence[tuple[ImageKey, str]]:
        images = (i for job in self._jobs.values() if not job.removed for i in job.images)
        saved = [(i.key, i.file) for i in images if i.file and i.state is ImageState.SAVED]
        return sorted(pair for pair in saved if pair[0] > after)[:limit]

    def note(self, stamp: int, jobs: Sequence[Job]) -> None: ...


History = Callable[[str, str | None], HistoryAnswer]  # account, offset
Script = Callable[[str, int], JobAnswer]  # job ID, how many times it was asked before


class FakeApi:
    """JobApi and HistoryApi with scripts; remembers when each job was asked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.script: Script = lambda jobid, _: created(jobid)
        self.latency_s = 0.05
        self.asked: list[tuple[float, str]] = []
        self.under_way = 0
        self.most_under_way = 0
        self.token: str | None = None
        self.trial: JobAnswer = NotFound()
        self.tried: list[str] = []
        self.history: History = lambda *_: NoHistory("Unable to find configuration")
        self.walked: list[tuple[float, str, str | None]] = []

    async def assets(self, account: str, offset: str | None = None) -> HistoryAnswer:
        self.walked.append((self._clock.monotonic(), account, offset))
        await self._clock.sleep(self.latency_s)
        return self.history(account, offset)

    async def job(self, jobid: str) -> JobAnswer:
        before = sum(1 for _, asked in self.asked if asked == jobid) if self.counts else 0
        self.asked.append((self._clock.monotonic(), jobid))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await self._clock.sleep(self.latency_s)
        self.under_way -= 1
        return self.script(jobid, before)

    counts = True  # how many times a job was asked before: costly for many

    def times(self, jobid: str) -> list[float]:
        return [at for at, asked in self.asked if asked == jobid]

    def use_token(self, token: str | None) -> None:
        self.token = token

    async def try_token(self, token: str) -> JobAnswer:
        self.tried.append(token)
        return self.trial


class FakeSource:
    """ImageSource with a script by URL: the last answer is given again and again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.script: dict[str, list[ImageAnswer]] = {}
        self.latency_s = 0.2
        self.fetched: list[tuple[float, str]] = []
        self.under_way = 0
        self.most_under_way = 0
        self.parts: set[Path] = set()
        self.forgotten: list[str] = []
        self.here: dict[str, int] = {}  # bytes by URL, while it is fetched
        self._made = 0

    async def fetch(self, url: str) -> ImageAnswer:
        self.fetched.append((self._clock.monotonic(), url))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await self._clock.sleep(self.latency_s)
        self.under_way -= 1
        answers = self.script.get(url)
        if answers:
            return answers.pop(0) if len(answers) > 1 else answers[0]
        return self.whole()

    def received(self, url: str) -> int:
        return self.here.get(url, 0)

    def forget(self, url: str) -> None:
        self.forgotten.append(url)

    def whole(self) -> Fetched:
        self._made += 1
        part = Path(f"{self._made}.part")
        self.parts.add(part)
        return Fetched(part, 1000, "5ha")

    def urls(self) -> list[str]:
        return [url for _, url in self.fetched]


class FakeFiles:
    """ImageFiles as a set of names; `full` and `broken` are faults."""

    def __init__(self, source: FakeSource) -> None:
        self._source = source
        self.kept: list[str] = []
        self.gone: set[str] = set()
        self.left: list[tuple[Path, Path | None]] = []  # by a killed run
        self.discarded: list[Path] = []
        self.changed: dict[str, int] = {}  # sizes; every other file has 1000 bytes
        self.looked_at: list[str] = []
        self.there: dict[str, list[Path]] = {}  # by folder
        self.digests: dict[str, str] = {}  # that differ from those of all others
        self.looked_into: list[str] = []  # folders of images, for files by their names
        self.away: set[str] = set()  # folders of images: another one is in their place
        self.not_made: set[str] = set()  # folders that are not there at all
        self.moved: dict[str, str] = {}  # folders of images, and where they were before
        self.free = 40_000_000_000
        self.total = 100_000_000_000
        self.broken: OSError | None = None

    async def keep(self, part: Path, folder: str, stem: str, extension: str = "") -> Path:
        if self.broken:
            raise self.broken
        assert part in self._source.parts
        path = Path(folder) / f"{stem}.{extension or 'jpg'}"
        self.kept.append(path.as_posix())
        self.there.setdefault(folder, []).append(path)
        return path

    async def discard(self, part: Path) -> None:
        self.discarded.append(part)
        for files in self.there.values():
            files[:] = [file for file in files if file != part]
        self._source.parts.discard(part)

    async def unrecorded(self) -> Sequence[tuple[Path, Path | None]]:
        return self.left

    async def digest(self, file: Path) -> tuple[int, str]:
        return 1000, self.digests.get(file.as_posix(), "5ha")

    async def missing(self, files: Sequence[str]) -> set[str]:
        return set(files) & self.gone

    async def sizes(self, files: Sequence[str]) -> Mapping[str, int | None]:
        self.looked_at += files
        return {file: None if file in self.gone else self.changed.get(file, 1000) for file in files}

    async def has_marker(self, root: str, marker: str) -> bool:
        return root not in self.away and marker == self._marker(root)

    async def make_marker(self, root: str, *, makes_folder: bool) -> str:
        if self.broken:
            raise self.broken
        if root in self.not_made and not makes_folder:
            raise FileNotFoundError(root)
        self.away.discard(root)
        return self._marker(root)

    def _marker(self, root: str) -> str:
        return f"marker of {self.moved.get(root, root)}"

    async def find(
        self, folders: Sequence[str], key: tuple[int, int], elsewhere: Sequence[str] = ()
    ) -> Sequence[Path]:
        if self.broken:
            raise self.broken
        self.looked_into += elsewhere
        files = [file for folder in folders for file in self.there.get(folder, [])]
        return [file for file in files if file_name.key_of(file.stem) == key]

    async def free_bytes(self) -> tuple[int, int]:
        return self.free, self.total


class FakeImaging:
    def __init__(self) -> None:
        self.verdict: Verdict = Verified("jpg", 2560, 1440)
        self.broken: Exception | None = None
        self.verified: list[Path] = []
        self.batches: list[list[str]] = []
        self.unreadable: set[str] = set()
        self.under_way = 0
        self.most_under_way = 0

    async def verify(self, file: Path) -> Verdict:
        self.verified.append(file)
        if self.broken:
            raise self.broken
        return self.verdict

    @property
    def made(self) -> list[str]:
        return [file for batch in self.batches for file in batch]

    async def thumbnails(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(0.1)
        self.under_way -= 1
        self.batches.append([file.as_posix() for file in files])
        if self.broken:
            raise self.broken
        return [
            None if file.name in self.unreadable else b"jpeg of " + file.as_posix().encode()
            for file in files
        ]

    async def previews(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        return await self.thumbnails(files)


class FakeThumbnails:
    def __init__(self) -> None:
        self.kept: dict[ImageKey, bytes] = {}
        self.asked: list[list[ImageKey]] = []
        self.broken = False
        self.untidy = 0  # pieces of work
        self.tidied = 0

    async def tidy(self) -> bool:
        self.tidied += 1
        self.untidy = max(0, self.untidy - 1)
        return self.untidy > 0

    async def get(self, keys: Sequence[ImageKey], size_px: int) -> Mapping[ImageKey, bytes]:
        assert size_px == 320
        if self.broken:
            raise DatabaseError("The disk is full.")
        self.asked.append(list(keys))
        return {key: self.kept[key] for key in keys if key in self.kept}

    async def put(self, jpegs: Mapping[ImageKey, bytes], size_px: int) -> None:
        assert size_px == 320
        if self.broken:
            raise DatabaseError("The disk is full.")
        self.kept |= jpegs

    async def drop(self, key: ImageKey) -> None:
        if self.broken:
            raise DatabaseError("The disk is full.")
        self.kept.pop(key, None)


class FakeKeyring:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.broken = False

    async def get(self, origin: str) -> str | None:
        self._check()
        return self.kept.get(origin)

    async def set(self, origin: str, token: str) -> None:
        self._check()
        self.kept[origin] = token

    async def delete(self, origin: str) -> None:
        self._check()
        self.kept.pop(origin, None)

    def _check(self) -> None:
        if self.broken:
            raise KeyringError("The system's keyring does not answer.")


class FakeSettings:
    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.broken = False
        self.tries = 0

    async def load_settings(self) -> dict[str, Any]:
        return dict(self.values)

    async def save_setting(self, name: str, value: Any) -> None:
        self.tries += 1
        await asyncio.sleep(0)
        if self.broken:
            raise DatabaseError("The disk is full.")
        self.values[name] = value


class FakeAutostart:
    """Autostart as a flag; `broken` is a fault."""

    def __init__(self) -> None:
        self.on = False
        self.writes = 0
        self.broken = False

    async def is_on(self) -> bool:
        return self.on

    async def set_on(self, on: bool) -> None:
        if self.broken:
            raise PermissionError("The folder cannot be written.")
        self.writes += 1
        self.on = on
