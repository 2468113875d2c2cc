"""Libraries with extreme values saved, read, merged and compared; forged ones that mean harm."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import sys
import traceback
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import apsw
from table import Row

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import ImageKey, ImageState, Job
from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.integrity import check_rows, check_texts
from dreamina_desktop.library.schema import MIGRATIONS

# The libraries of the tests, on a real disk.
sys.path.append(str(Path(__file__).parents[1] / "services"))

from archive_bench import Place, jpeg, opened, record_of
from fakes import job_id

SMALL, FULL = 4, 500
FORGED_EACH = 3  # archives of each library that mean harm
NUMBERED = ("job", "image", "mark", "answer", "collected", "expected", "pasted", "exported")
REFUSED = "archives refused by the program that wrote them"
LOST = "jobs, records, images or marks lost or wrong"
TWICE = "second adds that changed something"
NUMBERS = "numbers set from elsewhere"
DAMAGED = "libraries called damaged afterwards"
CHANGED = "libraries changed by a refused archive"
UNCAUGHT = "uncaught exceptions"
PROMISES = (REFUSED, LOST, TWICE, NUMBERS, DAMAGED, CHANGED, UNCAUGHT)

COLOURS = ("red", "green", "blue", "gray", "black")
# What files of a library may be called that another program named.
NAMES = ("con.jpg", "AUX", "x.", "..jpg", "a\u202eb.jpg", "other/0001-1.jpg", "é.jpg", "x" * 220)
COUNTS = (0, 1, 2, 7, 1_000, 1_001, 1_002, 1_101, 1_101, 9_999)
CREATED = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-03-02T14:05:30Z", "never", None)
SIZES = (0, 10, 200, 20_000, 200_000)  # bytes of a field that nobody knows
LARGE = 19_000_000
_TIMES = (-5e9, -1.0, 0.0, 3e8, 5e9, 9.9e10, 1e12)
_TEXTS = ("", "x" * 9_999, "x" * 10_001, "\u202e" * 500, "文" * 60_000, "'\"\n\t")
# By columns: what an older version, or a clock that was wrong, may have left there.
LEFT_BEHIND: Mapping[str, tuple[Any, ...]] = {
    "job.note": _TEXTS,
    "job.tracked_at": _TIMES,
    "job.last_asked_at": (*_TIMES, None),
    "job.not_found_count": (0, 7, 2**40),
    "batch.at": _TIMES,
    "batch.count": (0, -3, 2**40),
    "image.note": _TEXTS,
    "image.died": _TEXTS,
    "image.link": (*_TEXTS, None, "https://h/" + "x" * 30_000),
    "mark.note": _TEXTS,
    "pasted.text": _TEXTS,
    "pasted.why": _TEXTS,
    "paste.at": _TIMES,
    "collection.name": ("x" * 5_000, "Ünïcode 文", "a\u202eb"),
}
_FOREIGN = (-1, 0, 1.5, 2**31, 2**53, 2**63 - 1, -(2**63), 1e308, float("inf"), None, "", "x", b"x")


@dataclass
class _Case:
    """One library, and what became of it."""

    row: Row
    rng: random.Random
    folder: Path

    async def run(self) -> None:
        archive = self.folder / "a.dreamina.zip"
        await self._make("first")
        try:
            said = await self._said("first", lambda place: place.save(archive))
        except OSError as error:
            self.row.find(REFUSED, f"not saved: {error}")
            return
        async with opened(self.folder / "first") as first:
            before = await facts(first)
        await self._moves(archive, before, said)
        await self._merges(archive, before)
        for number in range(FORGED_EACH):
            await self._forged(archive, number)

    async def _moves(self, archive: Path, before: Mapping[str, Any], said: str) -> None:
        """To an empty folder, and a second time."""
        try:
            await self._said("second", lambda place: place.add(archive))
        except OSError as error:
            self.row.find(REFUSED, f"{error} (it had said: {said})")
            return
        async with opened(self.folder / "second") as second:
            self._compare(before, await facts(second), "moved")
            rows, tree = second.rows(), second.tree()
            await second.add(archive)
            if (second.rows(), second.tree()) != (rows, tree):
                self.row.find(TWICE, "rows or files are others")
            await self._goes_on(second, len(before))
        await self._is_sound("second")

    async def _merges(self, archive: Path, before: Mapping[str, Any]) -> None:
        """Into a library that has some of it already."""
        async with opened(self.folder / "third") as third:
            await _fill(third, self.rng, range(3, 8))
            here = await facts(third)
            await third.add(archive)
            after = await facts(third)
            await self._goes_on(third, len(before) + len(here))
        if missing := {*before, *here} - set(after):
            self.row.find(LOST, f"{len(missing)} jobs are not in a library that has both")
        for jobid, kept in here.items():
            if not kept.is_kept_in(after[jobid]):
                self.row.find(LOST, f"what was here did not stay: {kept} became {after[jobid]}")
        await self._is_sound("third")

    async def _forged(self, archive: Path, number: int) -> None:
        """The library in it changed at a random place; refused, or harmless."""
        table, column, value, forged = _forge(archive, self.folder, self.rng)
        what = f"{table}.{column} = {value!r:.40}"
        name = f"forged-{number}"
        async with opened(self.folder / name) as place:
            await place.complete(1, "red")
            rows, tree = place.rows(), place.tree()
            try:
                await place.add(forged)
            except OSError as error:
                if (place.rows(), place.tree()) != (rows, tree):
                    self.row.find(CHANGED, f"{what}: {error}")
                return
            await self._goes_on(place, 10)
        await self._is_sound(name, what)

    def _compare(self, before: Mapping[str, Any], after: Mapping[str, Any], how: str) -> None:
        for jobid, kept in before.items():
            if jobid not in after:
                self.row.find(LOST, f"{how}: {jobid} is not there")
            elif not kept.is_in(after[jobid]):
                self.row.find(LOST, f"{how}: {kept.difference(after[jobid])}")

    async def _goes_on(self, place: Place, jobs: int) -> None:
        """The next job is numbered as if all that came had been tracked here."""
        batch, (job,) = await place.library.add(99.0, [job_id(99)], {})
        if job.number > 2 * jobs + 10_001 or batch.id > 2 * jobs + 10_001:
            self.row.find(NUMBERS, f"the next job is {job.number}, its paste {batch.id}")

    async def _make(self, name: str) -> None:
        async with opened(self.folder / name) as place:
            await _fill(place, self.rng, range(1, self.rng.randint(2, 6)))
        _leave_behind(self.folder / name / "library.sqlite3", self.rng)

    async def _said(self, name: str, work: Callable[[Place], Any]) -> str:
        async with opened(self.folder / name) as place:
            words: str = await work(place)
            return words

    async def _is_sound(self, name: str, what: str = "") -> None:
        """As the next start looks at it."""
        database = Database(self.folder / name / "library.sqlite3", MIGRATIONS)
        try:
            await database.open()
            await database.call(check_rows)
            await database.call(check_texts)
        except DatabaseError as error:
            self.row.find(DAMAGED, f"{what} {error}")
        finally:
            await database.aclose()


@dataclass(frozen=True)
class _Kept:
    """What must be the same elsewhere. `files`: digests by index; `marks`: by index, as far as
    there are any."""

    raw: bytes | None
    removed: bool
    images: int
    files: Mapping[int, str]
    marks: Mapping[int, tuple[Any, ...]]

    def is_in(self, other: _Kept) -> bool:
        return not self.difference(other)

    def is_kept_in(self, other: _Kept) -> bool:
        """Whether nothing of it was overwritten by what came."""
        return (
            self.removed == other.removed
            and self.files.items() <= other.files.items()
            and all(_stayed(each, other.marks[index]) for index, each in self.marks.items())
        )

    def difference(self, other: _Kept) -> str:
        """In words; "" where all of this is in the other one."""
        if self.raw is not None and self.raw != other.raw:
            return "another record"
        if self.images > other.images:
            return f"{self.images} images became {other.images}"
        if not self.files.items() <= other.files.items():
            return f"files {dict(self.files)} became {dict(other.files)}"
        if not self.marks.items() <= other.marks.items():
            return f"marks {dict(self.marks)} became {dict(other.marks)}"
        return "" if self.removed == other.removed else "removed or not"


def _bytes(file: str | None) -> bytes | None:
    try:
        return Path(file).read_bytes() if file else None
    except OSError:
        return None


def _stayed(before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
    flag, rating, tags, note = before
    return (
        after[0] == (flag or after[0])
        and after[1] == (rating or after[1])
        and set(tags) <= set(after[2])
        and after[3] == (note or after[3])
    )


async def facts(place: Place) -> Mapping[str, _Kept]:
    """Of all jobs of a library, by their IDs."""
    numbers = [row[0] for row in place.rows()["job"]]
    return {job.jobid: await _kept(place, job) for job in await place.library.fetch(numbers)}


async def _kept(place: Place, job: Job) -> _Kept:
    files = {
        image.key.index: hashlib.sha256(data).hexdigest()
        for image in job.images
        if image.state is ImageState.SAVED and (data := _bytes(image.file)) is not None
    }
    right = {image.key.index for image in job.images if image.sha256 == files.get(image.key.index)}
    marks = {
        index: (each.flag, each.rating, each.tags, each.note[:100].strip("\u202e\n\t "))
        for index, each in enumerate(job.marks)
        if each
    }
    raw = await place.library.raw_record(job.number)
    kept = {index: digest for index, digest in files.items() if index in right}
    return _Kept(raw, job.removed, len(job.images), kept, marks)


async def _fill(place: Place, rng: random.Random, indexes: range) -> None:
    """By the program's own means."""
    for index in indexes:
        kind = rng.choice(("saved", "saved", "bare", "many", "large", "removed"))
        if kind == "bare":
            await place.tracker.track(f"{job_id(index)}\n\nask Ann\n{job_id(index)}")
        elif kind in ("saved", "removed"):
            job = await place.complete(index, *rng.choices(COLOURS, k=rng.randint(1, 3)))
            if kind == "removed":
                await place.tracker.remove([job.number])
        else:
            raw = _record(index, rng, large=kind == "large")
            await place.library.add(float(index), [job_id(index)], {job_id(index): raw})
    await _say_of_images(place, rng)
    await _rename(place, rng)


async def _say_of_images(place: Place, rng: random.Random) -> None:
    """Marks, a collection, copies that were exported: of a few images, the last ones too."""
    jobs = await place.library.fetch(range(1, place.library.last_number + 1))
    keys = [key for job in jobs if job.images for key in (job.images[0].key, job.images[-1].key)]
    for key in keys:
        await place.marking.rate([key], rng.randint(0, 5))
        await place.marking.flag([key], rng.choice(list(Flag)))
        await place.marking.tag([key], rng.sample(("a", "文", "Campaign X", "x" * 70), 2), [])
    if keys and (made := await place.collections.named(rng.choice(("Selects", "文" * 100)))):
        await place.collections.add(made.id, keys)
        copies = {hashlib.sha256(str(key).encode()).hexdigest(): key for key in keys}
        await place.fingerprints.note(copies)


async def _rename(place: Place, rng: random.Random) -> None:
    """Files as other programs and other folders name them; some of them are gone or changed."""
    for key, file in await place.library.saved_files(ImageKey(0, 0), 100):
        fate = rng.random()
        if fate < 0.3:
            target = place.images / str(key) / rng.choice(NAMES)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.rename(file, target)
            await place.library.change_image(
                key, lambda image, target=target: replace(image, file=str(target))
            )
        elif fate < 0.4:
            os.unlink(file)
        elif fate < 0.5:
            _write(file, jpeg("white"))


def _write(file: str, data: bytes) -> None:
    Path(file).write_bytes(data)


def _record(index: int, rng: random.Random, *, large: bool) -> bytes:
    value = json.loads(record_of(index, "red"))
    if not large:
        count = rng.choice(COUNTS)
        value["response"]["images"] = [{"imageUri": f"u{each}"} for each in range(count)]
    size = LARGE if large and rng.random() < 0.2 else rng.choice(SIZES)
    padding = " " * size if rng.random() < 0.5 else rng.randbytes(size // 2).hex()
    return json.dumps(value | {"created": rng.choice(CREATED), "padding": padding}).encode()


def _leave_behind(file: Path, rng: random.Random) -> None:
    with closing(apsw.Connection(str(file))) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for place in rng.sample(list(LEFT_BEHIND), 5):
            table, column = place.split(".")
            value = rng.choice(LEFT_BEHIND[place])
            which = f"rowid IN (SELECT rowid FROM {table} LIMIT {rng.randint(0, 2)})"
            if table in ("image", "mark"):
                which = f"number <= {rng.randint(0, 3)}"
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE {which}", (value,))
        if rng.random() < 0.3:
            high = rng.choice((5_000, 200_000, 1_000_000_000))
            for table in NUMBERED:
                connection.execute(f"UPDATE {table} SET number = number + {high} WHERE number > 1")


def _forge(archive: Path, folder: Path, rng: random.Random) -> tuple[str, str, Any, Path]:
    """One value of its library from a hostile hand, and a list of contents that fits."""
    with zipfile.ZipFile(archive) as source:
        members = {name: source.read(name) for name in source.namelist()}
    file = folder / "forged.sqlite3"
    file.write_bytes(members["library.sqlite3"])
    with closing(apsw.Connection(str(file))) as connection:
        table = rng.choice([*NUMBERED, "batch", "collection", "paste", "sqlite_sequence"])
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        column, value = rng.choice(columns), rng.choice(_FOREIGN)
        try:
            connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", (value,))
        except apsw.Error:
            value = "refused by SQLite"
    members["library.sqlite3"] = file.read_bytes()
    manifest = json.loads(members.pop("manifest.json"))
    manifest["files"] = [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in members.items()
    ]
    target = folder / "forged.dreamina.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for name, data in (members | {"manifest.json": json.dumps(manifest).encode()}).items():
            made.writestr(name, data)
    return table, column, value, target


def run(count: int, seed: int, scratch: Path) -> Row:
    """So many libraries; each is saved, moved, merged and forged."""
    row = Row("archives", f"{count:,} libraries, {count * FORGED_EACH:,} forged")
    row.lost = dict.fromkeys(PROMISES, 0)
    for number in range(count):
        folder = scratch / str(number)
        folder.mkdir()
        case = _Case(row, random.Random(f"{seed}-{number}"), folder)
        try:
            asyncio.run(case.run())
        except Exception:
            row.find(UNCAUGHT, f"library {number}: {traceback.format_exc()[-1500:]}")
        for file in sorted(folder.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
    return row
