"""What the dialog asks, by keys and by mouse."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QRadioButton

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.ui.export.export_dialog import CHOICE, ExportDialog
from dreamina_desktop.ui.window.main_window import MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]
Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    """Three jobs of two images."""
    for second in range(1, 4):
        await bench.add(record(second))
    window = MainWindow(bench.services)
    await put_up(window)
    await until(lambda: len(window._gallery.order()) == 6)
    return window


async def asked(window: MainWindow, until: Until) -> ExportDialog:
    window.activateWindow()
    window._gallery.view.setFocus()
    await until(window._gallery.view.hasFocus)
    QTest.keyClick(window._gallery.view, Key.Key_E, CTRL)
    await until(lambda: window.findChild(ExportDialog) is not None)
    dialog = window.findChild(ExportDialog)
    await until(lambda: dialog.isVisible() and "Example" in words(dialog))
    return dialog


def words(dialog: ExportDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def named(dialog: ExportDialog, kind: Any, name: str) -> Any:
    return next(w for w in dialog.findChildren(kind) if name in (w.text(), w.accessibleName()))


def press(dialog: ExportDialog, kind: Any, name: str) -> None:
    QTest.mouseClick(named(dialog, kind, name), Qt.MouseButton.LeftButton)


async def test_the_selected_images_are_proposed_and_all_that_are_shown_offered(
    window: MainWindow, until: Until
) -> None:
    window._gallery.select_keys([ImageKey(2, 0), ImageKey(1, 1)])

    dialog = await asked(window, until)

    what = dialog.findChild(QComboBox)
    assert [what.itemText(row) for row in range(what.count())] == [
        "Selected images (2)",
        "All images shown (6)",
    ]


async def test_the_example_is_the_first_images_name_and_follows_the_pattern(
    window: MainWindow, until: Until
) -> None:
    dialog = await asked(window, until)
    pattern = dialog.findChild(QLineEdit)
    pattern.clear()

    QTest.keyClicks(pattern, "boat {model}")
    await until(lambda: "Example: boat seedream-4.0.jpg" in words(dialog))
    named(dialog, QCheckBox, "Keep this order in the names: 001, 002 …").click()
    assert "Example: 001 boat seedream-4.0.jpg" in words(dialog)


async def test_a_pattern_that_cannot_be_says_why_and_nothing_can_be_exported(
    window: MainWindow, until: Until
) -> None:
    dialog = await asked(window, until)
    pattern, export = dialog.findChild(QLineEdit), named(dialog, QPushButton, "Export")
    for text, why in (("{promt}", "There is no {promt}"), ("{prompt}", "does not tell")):
        pattern.clear()
        QTest.keyClicks(pattern, text)
        assert why in words(dialog)
        assert not export.isEnabled()

    named(dialog, QRadioButton, "For me").click()
    assert pattern.text() == "{number} {prompt}"
    assert export.isEnabled()


async def test_others_get_no_prompts_in_the_sheet_either(window: MainWindow, until: Until) -> None:
    dialog = await asked(window, until)
    sheet = named(dialog, QCheckBox, "Contact sheet, one page for the browser and for paper")
    prompts = named(dialog, QCheckBox, "with prompts")
    sheet.setChecked(True)
    assert not prompts.isEnabled()

    named(dialog, QRadioButton, "For me").click()
    assert prompts.isEnabled()


async def test_what_was_chosen_is_written_and_kept(
    window: MainWindow, bench: Any, until: Until, tmp_path: Path
) -> None:
    dialog = await asked(window, until)
    place = named(dialog, QLineEdit, "Folder or zip file")
    place.setText(str(tmp_path / "client"))
    QTest.keyClick(named(dialog, QPushButton, "Export"), Key.Key_Return)

    await until(lambda: bench.services.messages.passing)
    assert bench.services.messages.passing.text.startswith("Exported 6 images to ")
    assert len(list((tmp_path / "client").iterdir())) == 6
    assert not dialog.isVisible()
    assert bench.services.preferences.get(CHOICE)["place"] == str(tmp_path / "client")


async def test_each_export_is_for_others_and_each_kind_has_a_place_of_its_own(
    window: MainWindow, bench: Any, until: Until, tmp_path: Path
) -> None:
    dialog = await asked(window, until)
    place = named(dialog, QLineEdit, "Folder or zip file")
    place.setText(str(tmp_path / "client"))
    named(dialog, QRadioButton, "For me").click()
    assert place.text() != str(tmp_path / "client")
    place.setText(str(tmp_path / "mine"))
    named(dialog, QCheckBox, "Contact sheet, one page for the browser and for paper").click()
    named(dialog, QCheckBox, "with prompts").click()
    QTest.keyClick(named(dialog, QPushButton, "Export"), Key.Key_Return)
    await until(lambda: bench.services.messages.passing)

    again = await asked(window, until)
    assert named(again, QRadioButton, "For others").isChecked()
    assert place.text() == str(tmp_path / "client")
    assert not named(again, QCheckBox, "with prompts").isChecked()
    named(again, QRadioButton, "For me").click()
    assert place.text() == str(tmp_path / "mine")


async def test_the_key_works_in_the_list_and_in_the_search_field(
    window: MainWindow, until: Until
) -> None:
    for widget in (window._jobs.view, window._search):
        widget.setFocus()
        QTest.keyClick(widget, Key.Key_E, CTRL)
        await until(lambda: (each := window.findChild(ExportDialog)) and each.isVisible())
        window.findChild(ExportDialog).reject()


async def test_a_place_below_a_file_is_refused_before(
    window: MainWindow, until: Until, tmp_path: Path
) -> None:
    dialog = await asked(window, until)
    (tmp_path / "file").write_text("")
    named(dialog, QLineEdit, "Folder or zip file").setText(str(tmp_path / "file" / "below"))

    assert "is a file. Choose a folder or a zip file." in words(dialog)
    assert not named(dialog, QPushButton, "Export").isEnabled()


async def test_a_place_that_is_none_is_asked_for(window: MainWindow, until: Until) -> None:
    dialog = await asked(window, until)
    named(dialog, QLineEdit, "Folder or zip file").setText("somewhere")

    assert "Choose a folder or a zip file" in words(dialog)
    assert not named(dialog, QPushButton, "Export").isEnabled()


async def test_an_exported_file_that_is_dropped_selects_its_image(
    window: MainWindow, bench: Any, until: Until, tmp_path: Path
) -> None:
    dialog = await asked(window, until)
    named(dialog, QLineEdit, "Folder or zip file").setText(str(tmp_path))
    QTest.keyClick(named(dialog, QPushButton, "Export"), Key.Key_Return)
    await until(lambda: bench.services.messages.passing)
    bench.services.messages.dismiss()
    window._search.setText("nothing has this word")

    window._intake.take_files([str(tmp_path / "2-2.jpg"), str(tmp_path / "3-1.jpg")])

    await until(lambda: bench.services.messages.passing)
    assert bench.services.messages.passing.text == "Found 2-2, 3-1."
    await until(lambda: len(window._gallery.selected_keys()) == 2)
    assert set(window._gallery.selected_keys()) == {ImageKey(2, 1), ImageKey(3, 0)}


async def test_a_picture_of_an_unknown_job_offers_to_track_it(
    window: MainWindow, bench: Any, record: Any, until: Until, tmp_path: Path
) -> None:
    dialog = await asked(window, until)
    named(dialog, QRadioButton, "For me").click()
    named(dialog, QLineEdit, "Folder or zip file").setText(str(tmp_path))
    named(dialog, QLineEdit, "Pattern of the names").setText("{number}")
    dialog._refresh()
    QTest.keyClick(named(dialog, QPushButton, "Export"), Key.Key_Return)
    await until(lambda: bench.services.messages.passing)
    await bench.services.tracker.remove([2])
    bench.services.messages.dismiss()

    window._intake.take_files([str(tmp_path / "2-1.jpg")])

    await until(lambda: bench.services.messages.passing)
    assert "not tracked here: Enter tracks it" in bench.services.messages.passing.text
    assert window._field.edit.whole_text() == record(2)["jobid"]
    QTest.keyClick(window._field.edit, Key.Key_Return)
    await until(lambda: not bench.services.library.job(2).removed)
