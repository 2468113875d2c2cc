from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
from memory import library_of
from PIL import Image as Pillow
from PySide6.QtCore import QCoreApplication

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job
from dreamina_desktop.core.jobs.record import ImageEntry
from dreamina_desktop.services.library import Library
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails

ONE, TWO, LOST = ImageKey(1, 0), ImageKey(1, 1), ImageKey(1, 2)


def jobs() -> Sequence[Job]:
    images = [
        Image(ImageKey(1, index), ImageEntry(index), ImageState.SAVED, f"/images/{index}.jpg")
        for index in range(2)
    ]
    lost = Image(LOST, ImageEntry(2), ImageState.LOST)
    return [Job(1, "j1:dreamina", 1, 0.0, images=(*images, lost))]


class Thumbnailing:
    """Notes what is wished for, and tells what a test makes."""

    def __init__(self) -> None:
        self.wished: list[ImageKey] = []
        self.tell_all: Callable[[Mapping[ImageKey, bytes | None]], None] = lambda jpegs: None

    def subscribe(self, listener: Callable[[Mapping[ImageKey, bytes | None]], None]) -> None:
        self.tell_all = listener

    def tell(self, key: ImageKey, jpeg: bytes | None) -> None:
        self.tell_all({key: jpeg})

    def want(self, view: str, keys: Sequence[ImageKey]) -> None:
        self.wished = list(keys)


def jpeg(size: tuple[int, int] = (320, 180)) -> bytes:
    made = io.BytesIO()
    Pillow.new("RGB", size, (200, 30, 30)).save(made, "JPEG")
    return made.getvalue()


@pytest.fixture
def library() -> Library:
    library = library_of(jobs())
    asyncio.run(library.load())
    return library


@pytest.fixture
def thumbnailing() -> Thumbnailing:
    return Thumbnailing()


@pytest.fixture
def thumbnails(qapp: object, library: Library, thumbnailing: Thumbnailing) -> Thumbnails:
    return Thumbnails(thumbnailing, library)  # type: ignore[arg-type]


def decoded(thumbnails: Thumbnails, thumbnailing: Thumbnailing, *keys: ImageKey) -> None:
    """Have them made, and wait for their pixmaps."""
    thumbnailing.tell_all({key: jpeg() for key in keys})
    finish(thumbnails)


def finish(thumbnails: Thumbnails) -> None:
    thumbnails._decoding._pool.waitForDone()
    QCoreApplication.processEvents()


def test_a_thumbnail_that_was_made_is_decoded_in_another_thread_and_told(
    thumbnails: Thumbnails, thumbnailing: Thumbnailing
) -> None:
    told: list[ImageKey] = []
    thumbnails.made.connect(told.append)
    thumbnailing.tell(ONE, jpeg())
    assert thumbnails.pixmap(ONE) is None
    finish(thumbnails)
    pixmap = thumbnails.pixmap(ONE)
    assert told == [ONE]
    assert pixmap is not None
    assert pixmap.size().toTuple() == (320, 180)
    assert pixmap.toImage().pixelColor(100, 100).red() > 190


def test_only_what_is_missing_and_saved_is_asked_for(
    thumbnails: Thumbnails, thumbnailing: Thumbnailing
) -> None:
    thumbnailing.tell(ONE, jpeg())
    thumbnails.want("gallery", [ONE, TWO, LOST, ImageKey(99, 0)])
    assert thumbnailing.wished == [TWO]  # the other one is being decoded
    finish(thumbnails)
    thumbnails.want("gallery", [ONE, TWO, LOST, ImageKey(99, 0)])
    assert thumbnailing.wished == [TWO]


def test_a_file_that_cannot_be_read_has_failed(
    thumbnails: Thumbnails, thumbnailing: Thumbnailing
) -> None:
    told: list[ImageKey] = []
    thumbnails.made.connect(told.append)
    thumbnailing.tell_all({ONE: None, TWO: b"not a picture"})
    finish(thumbnails)
    assert thumbnails.failed(ONE)
    assert thumbnails.failed(TWO)
    assert thumbnails.pixmap(TWO) is None
    assert told == [ONE, TWO]
    thumbnails.want("gallery", [ONE, TWO])
    assert thumbnailing.wished == []


def test_another_file_makes_the_old_thumbnail_forgotten(
    thumbnails: Thumbnails, thumbnailing: Thumbnailing, library: Library
) -> None:
    decoded(thumbnails, thumbnailing, ONE, TWO)
    asyncio.run(library.change_image(ONE, lambda image: replace(image, file="/images/new.jpg")))
    assert thumbnails.pixmap(ONE) is None
    assert thumbnails.pixmap(TWO) is not None
    thumbnails.want("gallery", [ONE])
    assert thumbnailing.wished == [ONE]


def test_another_file_while_it_is_decoded_makes_it_forgotten_too(
    thumbnails: Thumbnails, thumbnailing: Thumbnailing, library: Library
) -> None:
    thumbnailing.tell(ONE, jpeg())
    asyncio.run(library.change_image(ONE, lambda image: replace(image, file="/images/new.jpg")))
    thumbnailing.tell(ONE, jpeg((100, 100)))
    finish(thumbnails)
    pixmap = thumbnails.pixmap(ONE)
    assert pixmap is not None
    assert pixmap.size().toTuple() == (100, 100)


def test_a_note_makes_nothing_forgotten(
    thumbnails: Thumbnails, thumbnailing: Thumbnailing, library: Library
) -> None:
    decoded(thumbnails, thumbnailing, ONE)
    asyncio.run(library.change_image(ONE, lambda image: replace(image, note="looked at")))
    assert thumbnails.pixmap(ONE) is not None


def test_a_thumbnail_of_a_file_that_went_away_is_not_kept(
    thumbnails: Thumbnails, thumbnailing: Thumbnailing, library: Library
) -> None:
    gone = {"state": ImageState.PENDING, "file": None}
    asyncio.run(library.change_image(ONE, lambda image: replace(image, **gone)))
    decoded(thumbnails, thumbnailing, ONE)
    assert thumbnails.pixmap(ONE) is None
    assert not thumbnails.failed(ONE)


def test_pixmaps_stay_within_their_limit_and_those_that_went_are_asked_for_again(
    qapp: object, library: Library, thumbnailing: Thumbnailing
) -> None:
    one_pixmap = 320 * 180 * 4
    thumbnails = Thumbnails(thumbnailing, library, limit_bytes=one_pixmap)  # type: ignore[arg-type]
    decoded(thumbnails, thumbnailing, ONE, TWO)
    assert thumbnails.size_bytes == one_pixmap
    assert thumbnails.pixmap(ONE) is None
    assert thumbnails.pixmap(TWO) is not None
    thumbnails.want("gallery", [ONE, TWO])
    assert thumbnailing.wished == [ONE]


def test_what_a_view_shows_stays_whatever_the_limit(
    qapp: object, library: Library, thumbnailing: Thumbnailing
) -> None:
    thumbnails = Thumbnails(thumbnailing, library, limit_bytes=1)  # type: ignore[arg-type]
    thumbnails.want("gallery", [ONE])
    thumbnails.want("jobs", [TWO])
    decoded(thumbnails, thumbnailing, ONE, TWO)
    assert thumbnails.pixmap(ONE) is not None
    assert thumbnails.pixmap(TWO) is not None
    thumbnails.want("gallery", [])
    decoded(thumbnails, thumbnailing, TWO)
    assert thumbnails.pixmap(ONE) is None
    assert thumbnails.pixmap(TWO) is not None
