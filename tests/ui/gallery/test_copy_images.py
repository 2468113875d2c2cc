from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.ui.copy.copy_images import Copying


@pytest.fixture
def copying(scene: Any, qapp: object) -> Copying:
    scene.job(214, *(scene.saved(214, index) for index in range(3)))
    scene.job(215, scene.unsaved(215, 0, ImageState.LOST), prompt="a red boat")
    QGuiApplication.clipboard().clear()
    return Copying(scene.start())


def keys(number: int, *indexes: int) -> list[ImageKey]:
    return [ImageKey(number, index) for index in indexes]


def said(scene: Any) -> str:
    return scene.services.messages.passing.text if scene.services.messages.passing else ""


def text() -> str:
    return QGuiApplication.clipboard().text()


def test_links_are_copied_byte_for_byte_with_how_long_they_work(
    scene: Any, copying: Copying
) -> None:
    copying.links(keys(214, 1))
    assert text() == scene.services.library.image(ImageKey(214, 1)).entry.url
    assert said(scene) == "Copied 1 link (214-2). It works for 2 h more."


def test_a_job_id_is_copied_once_however_many_of_its_images_are_selected(
    scene: Any, copying: Copying
) -> None:
    copying.job_ids([*keys(214, 0, 1, 2), *keys(215, 0)])
    assert text() == "j214:dreamina\nj215:dreamina"
    assert said(scene) == "Copied 2 job IDs (214, 215)"


def test_prompts_are_copied_once_each(scene: Any, copying: Copying) -> None:
    copying.prompts([*keys(214, 0, 1), *keys(215, 0)])
    assert text() == "prompt 214\n\na red boat"
    assert said(scene) == "Copied 2 prompts"


def test_a_picture_is_copied_with_its_file(scene: Any, copying: Copying, qtbot: QtBot) -> None:
    copying.pictures(keys(214, 1))
    qtbot.waitUntil(lambda: bool(said(scene)))
    mime = QGuiApplication.clipboard().mimeData()
    image = scene.services.library.image(ImageKey(214, 1))
    assert [url.toLocalFile() for url in mime.urls()] == [image.file]
    assert QGuiApplication.clipboard().image().size().toTuple() == (64, 36)
    assert said(scene) == "Copied the picture 214-2."
    uri = Path(image.file).as_uri()
    assert bytes(mime.data("x-special/gnome-copied-files").data()).decode() == f"copy\n{uri}"
    assert not mime.hasFormat("text/plain")
    assert json.loads(bytes(mime.data("application/x-dreamina-images+json").data())) == {
        "version": 1,
        "images": [
            {
                "number": 214,
                "index": 1,
                "jobid": "j214:dreamina",
                "assetRef": image.entry.asset_ref,
                "file": image.file,
            }
        ],
    }


def test_file_managers_get_names_with_spaces_and_letters_of_any_language(
    scene: Any, copying: Copying
) -> None:
    odd = scene.folder / "a b#ü%20.jpg"
    Path(scene.services.library.image(ImageKey(214, 0)).file).rename(odd)
    scene.change_image(ImageKey(214, 0), lambda image: replace(image, file=str(odd)))
    copying.pictures(keys(214, 0, 1))
    mime = QGuiApplication.clipboard().mimeData()
    lines = bytes(mime.data("x-special/gnome-copied-files").data()).decode().split("\n")
    assert lines[0] == "copy"
    assert QUrl(lines[1]).toLocalFile() == str(odd)
    assert lines[1].endswith("/a%20b%23%C3%BC%2520.jpg")
    assert len(lines) == 3


def test_several_pictures_are_copied_as_files(scene: Any, copying: Copying) -> None:
    copying.pictures([*keys(214, 0, 2), *keys(215, 0)])
    assert len(QGuiApplication.clipboard().mimeData().urls()) == 2
    assert said(scene) == "Copied 2 picture files (214-1, 214-3). 1 of 3 has no picture file"


def test_a_picture_that_arrives_late_does_not_replace_what_was_copied_since(
    scene: Any, copying: Copying
) -> None:
    copying.pictures(keys(214, 1))
    copying.references(keys(214, 0))
    copying._reading.finish()
    QGuiApplication.processEvents()
    assert text().endswith("tos-214-0")
    assert not QGuiApplication.clipboard().mimeData().hasImage()


def test_what_is_not_saved_has_no_picture_to_copy(scene: Any, copying: Copying) -> None:
    QGuiApplication.clipboard().setText("before")
    copying.pictures(keys(215, 0))
    assert text() == "before"
    assert said(scene) == "215-1 is not saved: there is no picture to copy."


def test_a_file_that_went_away_is_said(scene: Any, copying: Copying, qtbot: QtBot) -> None:
    file = scene.services.library.image(ImageKey(214, 0)).file
    Path(file).unlink()
    copying.pictures(keys(214, 0))
    qtbot.waitUntil(lambda: bool(said(scene)))
    assert said(scene) == f"The file of 214-1 cannot be read: {file}"


def test_nothing_to_copy_leaves_the_clipboard_alone(scene: Any, copying: Copying) -> None:
    QGuiApplication.clipboard().setText("before")
    scene.change_image(
        ImageKey(215, 0), lambda image: replace(image, entry=replace(image.entry, asset_ref=None))
    )
    copying.references(keys(215, 0))
    assert text() == "before"
    assert said(scene) == "1 of 1 has no reference"
    copying.references([])
    assert text() == "before"


def test_what_is_to_be_known_of_references_is_said_once_ever(scene: Any, copying: Copying) -> None:
    scene.services.preferences.values.clear()
    copying.references([])
    scene.change_image(
        ImageKey(215, 0), lambda image: replace(image, entry=replace(image.entry, asset_ref=None))
    )
    copying.references([*keys(214, 0, 1), *keys(215, 0)])
    assert said(scene) == (
        "Copied 2 references (214-1, 214-2). They work only with your own API account, and hold "
        "its e-mail address. 1 of 3 has no reference."
    )
    copying.references(keys(214, 0))
    assert said(scene) == "Copied 1 reference (214-1)"
    Copying(scene.services).references(keys(214, 1))  # of another view
    assert said(scene) == "Copied 1 reference (214-2)"
