"""The library as one file: from the settings, and by a drop on the window."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QWidget

from dreamina_desktop.core.archive.format import ENDING
from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.ui.window.main_window import MainWindow
from dreamina_desktop.ui.window.settings.library_section import LibrarySection
from dreamina_desktop.ui.window.settings.settings_dialog import SettingsDialog


@pytest.fixture
async def section(bench, put_up):
    return await put_up(LibrarySection(bench.services), 560, 160)


def button(widget, text):
    return next(b for b in widget.findChildren(QAbstractButton) if b.text() == text)


async def make_library(bench, record):
    """A job with two images whose check sums are those of their files."""
    job = await bench.add(record(1))

    def summed(image):
        return replace(image, sha256=hashlib.sha256(Path(image.file).read_bytes()).hexdigest())

    await bench.services.library.change(
        job.number, lambda job: replace(job, images=tuple(map(summed, job.images)))
    )


def said(bench):
    message = bench.services.messages.passing
    return message.text if message else ""


async def save(bench, record, until, file):
    await make_library(bench, record)
    bench.services.archiver().save(file)
    await until(lambda: said(bench).startswith("Saved the library"))


async def test_it_is_saved_where_the_dialog_was_told(bench, record, section, until, tmp_path):
    await make_library(bench, record)
    button(section, "Save the library as a file…").click()
    dialog = section.findChild(QFileDialog)
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert not dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
    (proposed,) = dialog.selectedFiles()
    assert proposed.endswith(ENDING)
    file = tmp_path / f"atelier{ENDING}"
    dialog.fileSelected.emit(str(file))
    dialog.close()
    await until(lambda: said(bench).startswith("Saved the library"))
    assert "1 job and 2 images" in said(bench)
    assert zipfile.is_zipfile(file)


async def test_a_folder_that_takes_nothing_is_said(bench, record, section, until, tmp_path):
    await make_library(bench, record)
    bench.services.archiver().save(tmp_path / "nowhere" / f"a{ENDING}")
    await until(lambda: "was given up" in said(bench))
    assert said(bench).endswith("The file or its folder is not there. No file was written.")


async def test_one_is_added_from_the_dialog_with_a_way_back(
    bench, record, section, until, tmp_path
):
    file = tmp_path / f"a{ENDING}"
    await save(bench, record, until, file)
    await bench.services.library.change(1, lambda job: replace(job, jobid=job.jobid))
    button(section, "Add a library from a file…").click()
    dialog = section.findChild(QFileDialog)
    assert dialog.fileMode() is QFileDialog.FileMode.ExistingFile
    dialog.fileSelected.emit(str(file))
    dialog.close()
    await until(lambda: said(bench).startswith("Nothing to add"))


async def test_one_that_is_damaged_says_why(bench, section, until, tmp_path):
    file = tmp_path / f"a{ENDING}"
    file.write_bytes(b"half a zip")
    bench.services.archiver().add(file)
    await until(lambda: said(bench))
    assert said(bench) == (
        f"Adding “a{ENDING}” was given up. It is damaged or was not copied to its end. "
        "Nothing was added."
    )


async def test_the_settings_have_it(bench, put_up):
    window = await put_up(QWidget(), 900, 700)
    dialog = SettingsDialog(bench.services, window)
    dialog.show_settings()
    assert dialog.findChild(LibrarySection).isVisible()


@pytest.fixture
async def other_library(other_bench, tmp_path, record, until):
    """Saved by another machine, under a name that says nothing."""
    file = tmp_path / "from-home.zip"
    await save(other_bench, record, until, file)
    return file


async def test_one_that_is_dropped_on_the_window_is_added(
    bench, record, put_up, until, other_library
):
    window = await put_up(MainWindow(bench.services))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(other_library))])
    assert window._intake.take(data)
    await until(lambda: said(bench).startswith("Added 1 job and 2 images"))
    image = bench.services.library.image(ImageKey(1, 1))
    assert image.state is ImageState.SAVED
    assert Path(image.file).is_relative_to(bench.images)
    await until(lambda: window._jobs.order() == (1,) or list(window._jobs.order()) == [1])
    await bench.services.undo.undo()
    await until(lambda: not list(window._jobs.order()))


async def test_texts_beside_it_are_tracked_as_ever(
    bench, record, put_up, until, other_library, tmp_path
):
    window = await put_up(MainWindow(bench.services))
    text, zipped = tmp_path / "ids.txt", tmp_path / "other.zip"
    text.write_text(record(2)["jobid"])
    with zipfile.ZipFile(zipped, "w") as made:
        made.writestr("notes.txt", "nothing of ours")
    window._intake.take_files([str(text), str(other_library), str(zipped)])
    await until(lambda: bench.services.library.last_number == 2)
    ids = await bench.services.library.jobids([1, 2])
    assert set(ids) == {record(1)["jobid"], record(2)["jobid"]}


async def test_a_broken_one_is_refused_as_a_library_and_not_read_as_text(
    bench, put_up, until, tmp_path
):
    window = await put_up(MainWindow(bench.services))
    file = tmp_path / f"a{ENDING}"
    file.write_text("j03021405011234567890i-u12345-US:user@example.com-bot:dreamina")
    window._intake.take_files([str(file)])
    await until(lambda: "was given up" in said(bench))
    assert bench.services.library.last_number == 0
