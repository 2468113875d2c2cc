"""A library of a few jobs with real JPEG files, and the services that the gallery asks."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from memory import library_of
from PIL import Image as Pillow
from pytestqt.qtbot import QtBot

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.jobs.record import ImageEntry, JobRecord
from dreamina_desktop.core.search.results import Listing
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.session.messages import Messages
from dreamina_desktop.services.traffic.poll_status import Connection
from dreamina_desktop.ui.gallery.gallery_pane import GalleryPane
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails

NOW = 1_772_460_000.0  # Unix seconds of the tests' clock


class RecordingDownloader:
    """Remembers what it was asked to retry."""

    def __init__(self) -> None:
        self.retried: list[ImageKey] = []
        self.fetching: set[ImageKey] = set()
        self._listeners: list[Callable[[], None]] = []

    def subscribe(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def is_fetching(self, key: ImageKey) -> bool:
        return key in self.fetching

    def retry(self, keys: Iterable[ImageKey]) -> None:
        self.retried += keys


class Watching:
    """Files of which a test says that they are gone or changed; remembers who asked."""

    def __init__(self) -> None:
        self.troubles: dict[ImageKey, str] = {}
        self.looked_at: list[ImageKey] = []
        self.retried: list[ImageKey] = []
        self._listeners: list[Callable[[ImageKey], None]] = []

    def subscribe(self, listener: Callable[[ImageKey], None]) -> None:
        self._listeners.append(listener)

    def trouble(self, key: ImageKey) -> str:
        return self.troubles.get(key, "")

    def look_at(self, keys: Iterable[ImageKey], *, at_once: bool = False) -> None:
        self.looked_at += keys

    def retry(self, keys: Iterable[ImageKey]) -> None:
        self.retried += keys

    def notice(self, key: ImageKey, trouble: str) -> None:
        self.troubles[key] = trouble
        for listener in self._listeners:
            listener(key)


class Thumbnailing:
    """Makes wished-for thumbnails when a test says so."""

    def __init__(self, library: Library) -> None:
        self.wishes: dict[str, list[ImageKey]] = {}
        self._library = library
        self._listeners: list[Callable[[Mapping[ImageKey, bytes | None]], None]] = []

    def subscribe(self, listener: Callable[[Mapping[ImageKey, bytes | None]], None]) -> None:
        self._listeners.append(listener)

    def want(self, view: str, keys: Sequence[ImageKey]) -> None:
        self.wishes[view] = list(keys)

    def make_all(self) -> None:
        for key in [key for keys in self.wishes.values() for key in keys]:
            image = self._library.image(key)
            if image is not None and image.file is not None:
                self.tell(key, _thumbnail(Path(image.file)))

    def tell(self, key: ImageKey, jpeg: bytes | None) -> None:
        for listener in self._listeners:
            listener({key: jpeg})


class Settings:
    """What was kept; that references were explained is among it, unless a test forgets it."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {"references_were_explained": True}

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        self.values[name] = value


class Masking:
    def subscribe(self, listener: Callable[[], None]) -> None: ...

    def masked(self, text: str) -> str:
        return text.replace("user@example.com", "A")


@dataclass
class Scene:
    """Jobs are put in before `start`; images change afterwards."""

    folder: Path
    jobs: list[Job] = field(default_factory=list)
    services: Any = None
    thumbnailing: Any = None
    now: float = NOW

    def saved(self, number: int, index: int = 0, size: tuple[int, int] = (64, 36)) -> Image:
        file = self.folder / f"{number:04}-{index + 1}.jpg"
        Pillow.new("RGB", size, (number % 256, 40 * index, 90)).save(file)
        return Image(
            ImageKey(number, index),
            entry(number, index),
            ImageState.SAVED,
            str(file),
            *size,
            file.stat().st_size,
            "x",
        )

    def unsaved(self, number: int, index: int, state: ImageState, note: str = "") -> Image:
        return Image(ImageKey(number, index), entry(number, index), state, note=note)

    def job(
        self,
        number: int,
        *images: Image,
        status: str = "completed",
        tracking: Tracking = Tracking.DONE,
        note: str = "",
        **record: Any,
    ) -> Job:
        record = {"prompt": f"prompt {number}"} | record
        job = Job(
            number,
            f"j{number}:dreamina",
            1,
            NOW - 42,
            tracking,
            record=JobRecord(f"j{number}:dreamina", status, **record) if status else None,
            note=note,
            images=images,
        )
        self.jobs.append(job)
        return job

    def start(self) -> Any:
        library = library_of(self.jobs)
        asyncio.run(library.load())
        self.thumbnailing = Thumbnailing(library)
        self.services = SimpleNamespace(
            library=library,
            downloader=RecordingDownloader(),
            file_watch=Watching(),
            messages=Messages(),
            preferences=Settings(),
            accounts=Masking(),
            thumbnailer=self.thumbnailing,
            poller=SimpleNamespace(status=SimpleNamespace(connection=Connection.ONLINE)),
            collections=SimpleNamespace(
                all=lambda: [], destination=None, set_destination=lambda _: None
            ),
            clock=SimpleNamespace(time=lambda: self.now),
            server_clock=SimpleNamespace(time=lambda: self.now),
        )
        return self.services

    def listing_of(self, numbers: Sequence[int]) -> Listing:
        """As the list of jobs gives it."""
        jobs = [self.services.library.job(number) for number in numbers]
        return Listing.of(numbers, (len(job.images) for job in jobs))

    def change_image(self, key: ImageKey, change: Callable[[Image], Image]) -> None:
        asyncio.run(self.services.library.change_image(key, change))

    def change_job(self, number: int, change: Callable[[Job], Job]) -> None:
        asyncio.run(self.services.library.change(number, change))


def entry(number: int, index: int) -> ImageEntry:
    return ImageEntry(
        index,
        url=f"https://p16.example.com/{number}/{index}.jpeg?x-expires={int(NOW) + 7300}",
        width=2560,
        height=1440,
        asset_ref=f"US:user@example.com-image:w2560:h1440:s905-uri:tos-{number}-{index}",
    )


def _thumbnail(file: Path) -> bytes | None:
    try:
        with Pillow.open(file) as image:
            image.thumbnail((320, 320))
            made = io.BytesIO()
            image.convert("RGB").save(made, "JPEG")
    except OSError:
        return None
    return made.getvalue()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.fixture
def open_pane(qtbot: QtBot) -> Callable[..., GalleryPane]:
    """Shows a gallery of all jobs of a scene, newest first."""

    def open_it(scene: Scene, width: int = 800, height: int = 600) -> GalleryPane:
        services = scene.services or scene.start()
        pane = GalleryPane(services, Thumbnails(scene.thumbnailing, services.library))
        qtbot.addWidget(pane)
        pane.resize(width, height)
        pane.show()
        pane.activateWindow()
        qtbot.waitUntil(pane.isActiveWindow)
        numbers = [job.number for job in reversed(scene.jobs)]
        pane.show_jobs(scene.listing_of(numbers), False)
        return pane

    return open_it
