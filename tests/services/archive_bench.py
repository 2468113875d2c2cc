"""Libraries on a real disk, with all that is saved into an archive and merged out of one."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
from fake_clock import FakeClock
from fakes import completed_raw, job_id
from PIL import Image as Pillow

from dreamina_desktop.core.jobs.answer import Verdict
from dreamina_desktop.core.jobs.job import ImageKey, ImageState, Job
from dreamina_desktop.core.jobs.record import parse_record
from dreamina_desktop.core.jobs.transition import after_record
from dreamina_desktop.files.images import ImageFiles
from dreamina_desktop.files.parts import PARTS, PartFiles
from dreamina_desktop.imaging.verify import verify
from dreamina_desktop.library.archive.archives import Archives
from dreamina_desktop.library.collections import CollectionRepository
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.index.index import JobIndex
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.schema import MIGRATIONS
from dreamina_desktop.library.settings import Fingerprints, SettingsStore
from dreamina_desktop.services.archive.archiver import Archiver
from dreamina_desktop.services.curation.collections import Collections
from dreamina_desktop.services.curation.marking import Marking
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.session.messages import Messages
from dreamina_desktop.services.session.preferences import Preferences
from dreamina_desktop.services.session.supervisor import Supervisor
from dreamina_desktop.services.session.task_runner import Course, LongWork
from dreamina_desktop.services.session.undo import UndoHistory
from dreamina_desktop.services.tracking.tracker import Tracker

TABLES = (
    "paste",
    "pasted",
    "exported",
    *("batch", "job", "answer", "image", "mark", "collection", "collected", "expected"),
    "setting",
)


class ImagingHere:
    """The real decoding, in a thread instead of a process."""

    async def verify(self, file: Path) -> Verdict:
        return await asyncio.to_thread(verify, file)

    async def thumbnails(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        return [None for _ in files]


class Place:
    """A data folder with everything open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.images = folder / "images"
        self.errors: list[BaseException] = []

    async def open(self) -> Place:
        self.images.mkdir(parents=True, exist_ok=True)
        file = self.folder / "library.sqlite3"
        self.database = Database(file, MIGRATIONS)
        await self.database.open()
        self.index = JobIndex(self.folder / "index.sqlite3", file, self.folder)
        await self.index.open()
        self.library = Library(JobRepository(self.database, self.folder), self.index)
        await self.library.load()
        self.supervisor = Supervisor(lambda _, error: self.errors.append(error))
        self.messages, self.undo, clock = Messages(), UndoHistory(), FakeClock()
        self.preferences = Preferences(SettingsStore(self.database), self.supervisor)
        await self.preferences.load()
        self.collections = Collections(
            CollectionRepository(self.database),
            self.library,
            self.preferences,
            self.undo,
            self.messages,
            self.supervisor,
        )
        await self.collections.load()
        self.fingerprints = Fingerprints(self.database)
        self.marking = Marking(self.library, self.undo)
        self.tracker = Tracker(self.library, self.undo, clock, lambda: None)
        self.disk = ThreadPoolExecutor(1)
        self.files = ImageFiles(self.images, self.disk)
        self.parts = PartFiles(self.images / PARTS)
        self.archives = Archives(self.database, self.parts, self.folder)
        self.imaging = ImagingHere()
        self.long_work = LongWork(self.messages, self.supervisor, clock)
        self.archiver = Archiver(
            self.archives,
            self.library,
            self.collections,
            self.fingerprints,
            self.files,
            self.imaging,
            self.undo,
            self.long_work,
        )
        return self

    async def close(self) -> None:
        await self.preferences.flush()
        await self.supervisor.aclose(1.0)
        await self.index.aclose()
        await self.database.aclose()
        self.disk.shutdown()
        assert self.errors == []

    async def save(self, file: Path) -> str:
        """What is said of it."""
        return await followed(self.archiver.saving(file))

    async def add(self, file: Path) -> str:
        return await followed(self.archiver.adding(file))

    async def complete(self, index: int, *colours: str, prompt: str = "A stunning aurora") -> Job:
        """A finished job with a real JPEG for each colour."""
        _, (job,) = await self.library.add(float(index), [job_id(index)], {})
        raw = record_of(index, *colours, prompt=prompt)
        record = parse_record(json.loads(raw))
        await self.library.change(
            job.number, lambda job: after_record(job, record, "server", 5.0), raw
        )
        for place, colour in enumerate(colours):
            await self.put_file(ImageKey(job.number, place), jpeg(colour))
        return self.library.job(job.number)

    async def put_file(self, key: ImageKey, data: bytes) -> None:
        """As a download leaves it."""
        part = self.parts.new()
        part.write(data)
        part.close()
        stem = f"{key.number:04d}-{key.index + 1} a-stunning-aurora"
        file = await self.files.keep(part.path, "2026-03-02", stem, "jpg")
        await self.files.discard(part.path)
        await self.library.change_image(
            key,
            lambda image: replace(
                image,
                state=ImageState.SAVED,
                file=str(file),
                file_width=64,
                file_height=36,
                size_bytes=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                note="",
            ),
        )

    def bytes_of(self, number: int, index: int = 0) -> bytes:
        image = self.library.image(ImageKey(number, index))
        assert image is not None
        assert image.state is ImageState.SAVED
        assert image.file
        return Path(image.file).read_bytes()

    def rows(self, *tables: str) -> Mapping[str, list[Any]]:
        """All that is in the library, as it is on the disk."""
        connection = apsw.Connection(
            str(self.folder / "library.sqlite3"), flags=apsw.SQLITE_OPEN_READONLY
        )
        try:
            return {name: list(connection.execute(f"SELECT * FROM {name}")) for name in TABLES}
        finally:
            connection.close()

    def tree(self) -> list[tuple[str, int]]:
        """Every file of the folder of images, and what lies beside the library of an archive."""
        files = [f for f in self.images.rglob("*") if f.is_file()]
        files += self.folder.glob("archive*")
        return sorted((str(file.relative_to(self.folder)), file.stat().st_size) for file in files)


def record_of(index: int, *colours: str, prompt: str = "A stunning aurora") -> bytes:
    """Each colour's image with a link that has long expired, and the reference of its file."""
    value = json.loads(completed_raw(job_id(index), *(f"https://h/{c}" for c in colours)))
    value["request"]["prompt"] = prompt
    for colour, image in zip(colours, value["response"]["images"], strict=True):
        reference = f"US:user@example.com-image:w64:h36:s{len(jpeg(colour))}-uri:{colour}"
        image["assetRef"] = reference
    return json.dumps(value).encode()


def jpeg(colour: str) -> bytes:
    stream = io.BytesIO()
    Pillow.new("RGB", (64, 36), colour).save(stream, "JPEG")
    return stream.getvalue()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Place]:
    place = await Place(folder).open()
    try:
        yield place
    finally:
        await place.close()


async def followed(
    course: Course, until: Callable[[str, float], bool] = lambda _doing, _share: False
) -> str:
    """Carry it out; stopped where `until` says so."""
    async with aclosing(course.steps()) as steps:
        async for progress in steps:
            if until(progress.doing, progress.share):
                return_words = course.stopped
                break
        else:
            return_words = course.end
    return return_words()


async def fill(place: Place) -> None:
    """Jobs of every kind, with marks, a collection, settings and a link of its own."""
    await place.complete(1, "red", "green")
    await place.complete(2, "blue", prompt="红色世界 4k")
    await place.tracker.track(f"{job_id(3)}\n{job_id(4)}")
    await place.complete(5, "gray")
    await place.tracker.remove([5])
    await place.marking.rate([ImageKey(1, 0)], 4)
    await place.marking.tag([ImageKey(1, 0), ImageKey(2, 0)], ["Campaign X"], [])
    await place.marking.note([ImageKey(1, 1)], "too dark\nagain")
    made = await place.collections.named("Selects")
    assert made is not None
    await place.collections.add(made.id, [ImageKey(2, 0), ImageKey(1, 1), ImageKey(1, 0)])
    await place.collections.collect([3], "Selects")
    place.preferences.set("account_names", {"US:user@example.com": "Studio secret"})
    await place.preferences.flush()
