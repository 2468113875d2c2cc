"""A job with real JPEG files in a window, and a viewer over it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from memory import library_of
from PIL import Image as Pillow
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.jobs.record import ImageEntry, JobRecord
from dreamina_desktop.services.session.messages import Messages
from dreamina_desktop.ui.viewer.viewer import Viewer
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails

SIZES = ((2560, 1440), (400, 200), (1440, 2560))


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


class Settings:
    """What was kept between runs: nothing yet."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        self.values[name] = value


class Stage:
    """A window with a focused field, an order of images, and the viewer."""

    def __init__(self, window: QWidget, field: QLineEdit, services: Any) -> None:
        self.window = window
        self.field = field
        self.services = services
        thumbnailer: Any = SimpleNamespace(subscribe=lambda _: None, want=lambda *_: None)
        self.viewer = Viewer(services, window, Thumbnails(thumbnailer, services.library))
        self.order = [ImageKey(214, index) for index in range(5)]

    def open(self, index: int) -> None:
        self.viewer.open_image(ImageKey(214, index), self.order)

    def change_image(self, key: ImageKey, change: Callable[[Image], Image]) -> None:
        asyncio.run(self.services.library.change_image(key, change))

    def said(self) -> str:
        message = self.services.messages.passing
        return message.text if message else ""


def images(folder: Path) -> Iterable[Image]:
    """Three saved ones; 214-4 is lost, 214-5 is waited for."""
    for index, size in enumerate(SIZES):
        file = folder / f"0214-{index + 1}.jpg"
        Pillow.new("RGB", size, (60 * index, 90, 120)).save(file)
        yield Image(ImageKey(214, index), entry(index), ImageState.SAVED, str(file), *size)
    yield Image(ImageKey(214, 3), entry(3), ImageState.LOST, note="the link had expired")
    yield Image(ImageKey(214, 4), entry(4))


def entry(index: int) -> ImageEntry:
    return ImageEntry(index, width=2560, height=1440, asset_ref=f"reference {index}")


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path) -> Stage:
    record = JobRecord("j214:dreamina", "completed", prompt="a boat, for user@example.com")
    job = Job(214, "j214:dreamina", 1, 0.0, Tracking.DONE, record=record)
    job = Job(214, job.jobid, 1, 0.0, Tracking.DONE, record=record, images=tuple(images(tmp_path)))
    library = library_of([job])
    asyncio.run(library.load())
    window = QWidget()
    field = QLineEdit(window)
    QVBoxLayout(window).addWidget(field)
    window.resize(800, 600)
    services = SimpleNamespace(
        library=library,
        messages=Messages(),
        preferences=Settings(),
        file_watch=Watching(),
        downloader=SimpleNamespace(subscribe=lambda listener: None, is_fetching=lambda key: False),
        accounts=SimpleNamespace(masked=lambda text: text.replace("user@example.com", "A")),
        clock=SimpleNamespace(time=lambda: 0.0),
    )
    stage = Stage(window, field, services)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    field.setFocus()
    return stage
