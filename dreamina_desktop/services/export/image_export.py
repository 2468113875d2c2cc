"""One export of images, from its first copy to its last words."""

from __future__ import annotations

import errno
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dreamina_desktop.core.export import contact_sheet, export_name
from dreamina_desktop.core.export.request import ExportWish
from dreamina_desktop.core.export.xmp import Provenance, image_of_job, xmp_packet
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job
from dreamina_desktop.core.jobs.lineage import Source, sources
from dreamina_desktop.core.text.dates import local_time
from dreamina_desktop.core.text.wording import counted, some_of
from dreamina_desktop.services.export.jobs_as_text import job_json
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import ExportTarget, Fingerprints, GrowingFile, Imaging
from dreamina_desktop.services.session.task_runner import Progress

SHEET = "contact sheet"  # its name
AT_ONCE = 4  # images between two looks at whether to go on
_NAMED = 4  # of those that were left out
_REASONS = {
    errno.ENOENT: "The folder is not there",
    errno.EACCES: "The folder may not be written to",
    errno.EPERM: "The folder may not be written to",
    errno.EROFS: "The folder may not be written to",
    errno.EEXIST: "A file stands where the folder would be",
    errno.ENOTDIR: "A file stands where the folder would be",
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "The disk is full",
}
_PREVIEW_SIDE = 640  # pixels: services.ports.Imaging.previews


@dataclass
class ImageExport:
    """Its `steps` are those of a `long_work.Course`."""

    wish: ExportWish
    library: Library
    imaging: Imaging
    target: ExportTarget
    fingerprints: Fingerprints
    written: list[ImageKey] = field(default_factory=list)
    not_saved: list[ImageKey] = field(default_factory=list)
    unreadable: list[ImageKey] = field(default_factory=list)
    names: dict[ImageKey, str] = field(default_factory=dict)  # of the copies
    sheet: GrowingFile | None = None
    place: str = ""  # where it is, when it is whole

    @property
    def doing(self) -> str:
        return f"Exporting {counted(len(self.wish.keys), 'image')}"

    async def steps(self) -> AsyncGenerator[Progress, None]:
        """Raises OSError, with what was not written."""
        is_whole, count = False, len(self.wish.keys)
        try:
            await self.target.begin()
        except OSError as error:
            raise OSError(f"{_reason(error)} Nothing was written.") from error
        try:
            for start in range(0, count, AT_ONCE):
                await self._write(range(start, min(count, start + AT_ONCE)))
                yield Progress(self.doing, start / count)
            await self._end_sheet()
            self.place = await self.target.finish()
            is_whole = True
        except OSError as error:
            raise OSError(f"{_reason(error)} {self._not_written()}") from error
        finally:
            if not is_whole:
                await self._give_up()

    def words(self) -> str:
        """What came of it."""
        wish = self.wish
        what = [counted(len(self.written), "image")] * wish.has_pictures
        what += ["a contact sheet"] * wish.has_sheet
        words = [f"Exported {' and '.join(what)} to {self.place}."]
        words += _left_out(self.not_saved, "not saved")
        words += _left_out(self.unreadable, "not exported, for their metadata cannot be told apart")
        return " ".join(words)

    def so_far(self) -> str:
        """What there is of it where it was stopped."""
        return f"Stopped. {self._not_written()}"

    async def _end_sheet(self) -> None:
        if self.sheet is not None:
            await self.sheet.write(contact_sheet.tail().encode())
            await self.sheet.close()

    async def _give_up(self) -> None:
        if self.sheet is not None:
            await self.sheet.discard()
        await self.target.give_up()

    async def _write(self, rows: Sequence[int]) -> None:
        keys = [self.wish.keys[row] for row in rows]
        jobs = await self._jobs(keys)
        self.not_saved += [key for key in keys if _saved(jobs, key) is None]
        if self.wish.has_pictures:
            await self._write_pictures(jobs, rows)
        if self.wish.has_sheet:
            await self._write_sheet(jobs, keys)

    async def _jobs(self, keys: Sequence[ImageKey]) -> dict[int, Job]:
        jobs = await self.library.fetch(dict.fromkeys(key.number for key in keys))
        return {job.number: job for job in jobs}

    async def _write_pictures(self, jobs: dict[int, Job], rows: Sequence[int]) -> None:
        copies: dict[str, ImageKey] = {}
        for row in rows:
            if (image := _saved(jobs, self.wish.keys[row])) is not None:
                digest = await self._write_picture(jobs[image.key.number], image, row)
                if digest is not None:
                    copies[digest] = image.key
        if copies:
            await self.fingerprints.note(copies)

    async def _write_picture(self, job: Job, image: Image, row: int) -> str | None:
        """Its SHA-256; None where it was left out."""
        file, for_others = image.file or "", self.wish.for_others
        packet = None if for_others else xmp_packet(_provenance(job, image))
        stem, extension = self._stem(job, image, row), Path(file).suffix[1:] or "jpg"
        try:
            name, digest = await self.target.add_picture(
                stem, extension, file, packet, keeps_credentials=self.wish.keeps_credentials
            )
        except FileNotFoundError as error:
            if error.filename != file:
                raise  # it is the target that is gone
            self.not_saved.append(image.key)
            return None
        except ValueError:
            self.unreadable.append(image.key)
            return None
        self.written.append(image.key)
        self.names[image.key] = name
        if not for_others:
            record = job_json(job, await self.library.raw_record(job.number))
            await self.target.add_file(Path(name).stem, "json", _beside(job, image, record))
        return digest

    async def _write_sheet(self, jobs: dict[int, Job], keys: Sequence[ImageKey]) -> None:
        if self.sheet is None:
            self.sheet = await self.target.new_file(SHEET, "html")
            head = contact_sheet.head(self.wish.title, len(self.wish.keys))
            await self.sheet.write(head.encode())
        images = [image for key in keys if (image := _saved(jobs, key)) is not None]
        previews = await self.imaging.previews([Path(image.file or "") for image in images])
        for image, jpeg in zip(images, previews, strict=True):
            if jpeg is not None:
                piece = contact_sheet.item(self._sheet_item(jobs[image.key.number], image, jpeg))
                await self.sheet.write(piece.encode())

    def _sheet_item(self, job: Job, image: Image, jpeg: bytes) -> contact_sheet.SheetItem:
        width, height = image.file_width or 1, image.file_height or 1
        factor = min(1.0, _PREVIEW_SIDE / max(width, height))
        prompt = job.record.prompt if job.record and self.wish.has_prompts else None
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        number, caption = str(image.key), self.names.get(image.key, "")
        if Path(caption).stem == number:
            caption = ""  # says nothing more
        return contact_sheet.SheetItem(number, *size, jpeg, caption, prompt)

    def _stem(self, job: Job, image: Image, row: int) -> str:
        return export_name.stem(self.wish.pattern, named(job, image, row, len(self.wish.keys)))

    def _not_written(self) -> str:
        """A zip that is not whole is gone; each file in a folder is whole."""
        if not self.wish.has_pictures or self.target.is_one_file:
            return "Nothing was written."
        done = {*self.written, *self.not_saved, *self.unreadable}
        missing = [key for key in self.wish.keys if key not in done]
        written = f"{counted(len(self.written), 'image')} written, each of them whole"
        if not missing:
            return f"{written}."
        return f"{written}; {len(missing):,} not: {some_of(missing, _NAMED)}."


def named(job: Job, image: Image, row: int, count: int) -> export_name.Named:
    """What its name can tell; `row`: its place in the export, from 0."""
    record = job.record
    created = local_time(record.created) if record and record.created else None
    return export_name.Named(
        index=row + 1,
        count=count,
        number=str(image.key),
        prompt=(record.prompt if record else None) or "",
        label=job.label,
        model=(record.model if record else None) or "",
        ratio=(record.ratio if record else None) or "",
        width=image.file_width,
        height=image.file_height,
        created=created,
    )


def _beside(job: Job, image: Image, record: bytes) -> bytes:
    """Which image it is and what was said of it, and the whole record of its job."""
    marks = job.marks_of(image.key.index)
    facts = {
        "image": str(image.key),
        "index": image.key.index,
        "flag": marks.flag.name.lower(),
        "rating": marks.rating,
        "tags": list(marks.tags),
        "note": marks.note,
    }
    head = json.dumps(facts, ensure_ascii=False, indent=2).removesuffix("\n}")
    return f'{head},\n  "job": '.encode(errors="replace") + record.strip() + b"\n}\n"


def _saved(jobs: dict[int, Job], key: ImageKey) -> Image | None:
    job = jobs.get(key.number)
    image = job.images[key.index] if job and key.index < len(job.images) else None
    return image if image and image.file and image.state is ImageState.SAVED else None


def _provenance(job: Job, image: Image) -> Provenance:
    record = job.record
    if record is None:
        return Provenance(job.jobid, image.key.index)
    created = record.created
    return Provenance(
        jobid=job.jobid,
        index=image.key.index,
        prompt=record.prompt,
        model=record.model,
        asset_ref=image.entry.asset_ref,
        parents=tuple(parent for each in sources(record) if (parent := _parent(each))),
        created=created.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if created
        else None,
    )


def _parent(source: Source) -> str | None:
    if source.jobid is not None:
        return image_of_job(source.jobid, source.index or 0)
    return source.reference


def _reason(error: OSError) -> str:
    """In the user's words; the system's where there are none."""
    known = _REASONS.get(error.errno or 0)
    words = known or error.strerror or str(error) or "It could not be written"
    return f"{words.rstrip('.')}."


def _left_out(keys: Sequence[ImageKey], why: str) -> list[str]:
    return [f"{counted(len(keys), 'image')} {why}: {some_of(keys, _NAMED)}."] if keys else []
