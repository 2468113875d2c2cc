from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from dreamina_desktop.services.session.messages import Messages
from dreamina_desktop.ui.gallery.save_copy import Saving, copy_file


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def messages() -> Messages:
    return Messages()


def test_a_copy_has_the_same_bytes(
    window: QWidget, messages: Messages, qtbot: QtBot, tmp_path: Path
) -> None:
    source, target = tmp_path / "a.jpg", tmp_path / "elsewhere.jpg"
    source.write_bytes(bytes(range(256)) * 9000)  # more than one chunk
    Saving(messages, window).copy([str(source)], str(target))
    qtbot.waitUntil(lambda: messages.passing is not None)
    assert target.read_bytes() == source.read_bytes()
    assert messages.passing.text == f"Saved a copy as {target}"


def test_several_copies_overwrite_nothing(
    window: QWidget, messages: Messages, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"mine")
    sources = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    for source in sources:
        source.write_bytes(source.name.encode())
    Saving(messages, window).copy([str(source) for source in sources], str(folder))
    qtbot.waitUntil(lambda: messages.passing is not None)
    assert (folder / "a.jpg").read_bytes() == b"mine"
    assert (folder / "a (2).jpg").read_bytes() == b"a.jpg"
    assert (folder / "b.jpg").read_bytes() == b"b.jpg"
    assert messages.passing.text == f"Saved 2 copies in {folder}"


def test_a_folder_that_is_not_there_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    source.write_bytes(b"a")
    target = tmp_path / "nowhere" / "a.jpg"
    assert "cannot be written" in copy_file(str(source), str(target))
    assert not target.exists()


def test_a_file_that_went_away_leaves_the_old_copy_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "kept.jpg"
    target.write_bytes(b"kept")
    assert "cannot be read" in copy_file(str(tmp_path / "gone.jpg"), str(target))
    assert target.read_bytes() == b"kept"


def test_the_dialog_proposes_the_files_name_and_stops_nothing(
    scene: Any, window: QWidget, messages: Messages
) -> None:
    image = scene.saved(214)
    window.show()
    Saving(messages, window).ask([image])  # returns at once
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert Path(dialog.selectedFiles()[0]).name == "0214-1.jpg"
    dialog.reject()
