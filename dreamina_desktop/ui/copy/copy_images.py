"""Put references, pictures, links, IDs and prompts of images on the clipboard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QGuiApplication, QImage

from dreamina_desktop.core.jobs.job import Image, ImageKey, Job
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.ui import wording
from dreamina_desktop.ui.copy.account_hint import own_account_once
from dreamina_desktop.ui.copy.mime import ImagesData
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.views.image_reading import ImageReading
from dreamina_desktop.ui.views.job_loader import images_among, with_images, with_jobs
from dreamina_desktop.ui.wording import link_life


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture on its way to the clipboard; only the newest one gets there."""

    turn: int
    job: Job
    image: Image


class Copying(QObject):
    """Every way to copy; each says in a passing message what was copied and what was not."""

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._turn = 0
        self._reading = ImageReading(self)
        self._reading.read.connect(self._on_picture_read)

    def references(self, keys: Sequence[ImageKey]) -> None:
        """The assetRefs exactly as they came, one a line in the order of `keys`."""

        def copy(found: Sequence[tuple[ImageKey, str]]) -> None:
            self._copy_lines([reference for _, reference in found])
            known = own_account_once(self._services.preferences, len(found))
            self._say_copied("reference", [key for key, _ in found], len(keys), known)

        with_images(self._services, keys, lambda image: image.entry.asset_ref, copy)

    def links(self, keys: Sequence[ImageKey]) -> None:
        """The signed URLs as they came, one a line."""

        def copy(found: Sequence[tuple[ImageKey, str]]) -> None:
            self._copy_lines([url for _, url in found])
            life = link_life(found[0][1], self._services.server_clock.time()) if found else ""
            said = f"It {life}." if life and len(found) == 1 else ""
            self._say_copied("link", [key for key, _ in found], len(keys), said)

        with_images(self._services, keys, lambda image: image.url, copy)

    def job_ids(self, keys: Sequence[ImageKey]) -> None:
        """The IDs of the images' jobs, each once."""
        with_jobs(self._services, _numbers(keys), self._copy_job_ids)

    def _copy_job_ids(self, jobs: Sequence[Job]) -> None:
        self._copy_lines([job.jobid for job in jobs])
        if jobs:
            names = ", ".join(str(job.number) for job in jobs[:4])
            self._say(f"Copied {counted(len(jobs), 'job ID')} ({names}{_more(jobs)})")

    def prompts(self, keys: Sequence[ImageKey]) -> None:
        """The prompts of the images' jobs, each once, with an empty line between them."""
        with_jobs(self._services, _numbers(keys), self._copy_prompts)

    def _copy_prompts(self, jobs: Sequence[Job]) -> None:
        prompts = [job.record.prompt for job in jobs if job.record and job.record.prompt]
        self._copy_lines(["\n\n".join(dict.fromkeys(prompts))] if prompts else [])
        if not prompts:
            self._say("There is no prompt to copy.")
        else:
            self._say(
                "Copied the prompt" if len(prompts) == 1 else f"Copied {len(prompts)} prompts"
            )

    def pictures(self, keys: Sequence[ImageKey]) -> None:
        """One picture with its file; of several their files. What they are is said too, for
        other tools (docs/clipboard.md), but nothing as text: that is `references`."""
        with_jobs(self._services, _numbers(keys), lambda jobs: self._copy_pictures(jobs, keys))

    def _copy_pictures(self, jobs: Sequence[Job], keys: Sequence[ImageKey]) -> None:
        images = list(images_among(jobs, keys))
        saved = [image for image in images if image.file]
        if len(saved) == 1:
            self._turn += 1
            turn = self._turn
            job = next(job for job in jobs if job.number == saved[0].key.number)
            self._reading.start(
                _Picture(turn, job, saved[0]),
                saved[0].file or "",
                None,
                lambda: turn == self._turn,
                saved[0].size_bytes,
            )
        elif saved:
            self._set(ImagesData(jobs, saved))
            self._say_copied("picture file", [image.key for image in saved], len(images))
        elif images:
            self._say(f"{_named(images)} not saved: there is no picture to copy.")

    def _on_picture_read(self, picture: _Picture, data: QImage) -> None:
        if picture.turn != self._turn:
            return  # something else was copied meanwhile
        if data.isNull():
            self._say(f"The file of {picture.image.key} cannot be read: {picture.image.file}")
            return
        mime = ImagesData([picture.job], [picture.image])
        mime.setImageData(data)
        self._set(mime)
        self._say(f"Copied the picture {picture.image.key}.")

    def _copy_lines(self, lines: Sequence[str]) -> None:
        if lines:
            mime = QMimeData()
            mime.setText("\n".join(lines))
            self._set(mime)

    def _set(self, mime: QMimeData) -> None:
        self._turn += 1
        QGuiApplication.clipboard().setMimeData(mime)

    def _say_copied(self, one: str, keys: Sequence[ImageKey], total: int, more: str = "") -> None:
        said = []
        if keys:
            said.append(f"Copied {counted(len(keys), one)} ({wording.keys(keys)})")
        if more:
            said.append(more.removesuffix("."))
        missing = total - len(keys)
        if missing:
            verb = "has" if missing == 1 else "have"
            said.append(f"{missing} of {total} {verb} no {one}")
        if said:
            self._say(f"{'. '.join(said)}{'.' if more else ''}")

    def _say(self, text: str) -> None:
        self._services.messages.say(text)


def _numbers(keys: Sequence[ImageKey]) -> Iterable[int]:
    return (key.number for key in keys)


def _named(images: Sequence[Image]) -> str:
    verb = "is" if len(images) == 1 else "are"
    return f"{wording.keys([image.key for image in images])} {verb}"


def _more(jobs: Sequence[Job]) -> str:
    return f" and {len(jobs) - 4} more" if len(jobs) > 4 else ""
