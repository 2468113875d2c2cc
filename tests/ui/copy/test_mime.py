"""Images for other programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.jobs.record import ImageEntry
from dreamina_desktop.ui.copy import mime
from dreamina_desktop.ui.copy.mime import DraggedImages, image_keys

JOB = Job(7, "j7:dreamina", 1, 0.0, Tracking.DONE)
LIST = "application/x-dreamina-images+json"


def saved(folder: Path, index: int, name: str) -> Image:
    file = folder / name
    file.write_bytes(f"content of {name}".encode())
    return Image(
        ImageKey(7, index),
        ImageEntry(index, url="https://p16.example.com/1.jpeg?x-signature=abc"),
        ImageState.SAVED,
        str(file),
        size_bytes=file.stat().st_size,
    )


@pytest.mark.parametrize(
    ("name", "kind"), [("7-1.JPG", "image/jpeg"), ("7-1.webp", "image/webp"), ("7-1.xyz", "")]
)
def test_one_picture_is_its_file_and_the_files_own_bytes(
    tmp_path: Path, name: str, kind: str, qapp: object
) -> None:
    data = DraggedImages([JOB], [saved(tmp_path, 0, name)])
    assert [url.toLocalFile() for url in data.urls()] == [str(tmp_path / name)]
    assert [each for each in data.formats() if each.startswith("image/")] == (
        [kind] if kind else []
    )
    if kind:
        assert bytes(data.data(kind).data()) == f"content of {name}".encode()
    assert image_keys(data) == (ImageKey(7, 0),)
    assert not any("text/plain" in each for each in data.formats())
    offered = b"".join(bytes(data.data(each).data()) for each in data.formats())
    assert b"https:" not in offered


def test_a_file_that_is_gone_by_then_is_empty(tmp_path: Path, qapp: object) -> None:
    data = DraggedImages([JOB], [saved(tmp_path, 0, "a.png")])
    (tmp_path / "a.png").unlink()
    assert data.hasFormat("image/png")
    assert data.data("image/png").size() == 0


def test_of_several_and_of_large_ones_there_are_files_alone(
    tmp_path: Path, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = [saved(tmp_path, 0, "a.jpg"), saved(tmp_path, 1, "b.jpg")]
    assert not any(each.startswith("image/") for each in DraggedImages([JOB], two).formats())
    assert len(DraggedImages([JOB], two).urls()) == 2
    monkeypatch.setattr(mime, "MAX_FILE_BYTES", 3)
    assert not any(each.startswith("image/") for each in DraggedImages([JOB], two[:1]).formats())


def test_what_is_not_saved_is_listed_and_nothing_else(qapp: object) -> None:
    unsaved = Image(ImageKey(7, 3), ImageEntry(3, url="https://p16.example.com/1.jpeg"))
    data = DraggedImages([JOB], [unsaved])
    assert data.formats() == [LIST]
    assert image_keys(data) == (ImageKey(7, 3),)


def test_other_data_has_no_images(qapp: object) -> None:
    data = QMimeData()
    data.setText("7-1")
    assert image_keys(data) == ()
