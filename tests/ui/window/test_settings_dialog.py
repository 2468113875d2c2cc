from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from dreamina_desktop.core.jobs.answer import Refused
from dreamina_desktop.services.polling.token import TokenSource
from dreamina_desktop.ui.window.settings.checking_section import CheckingSection
from dreamina_desktop.ui.window.settings.diagnostics_section import COPIED
from dreamina_desktop.ui.window.settings.folder_section import FolderSection
from dreamina_desktop.ui.window.settings.settings_dialog import SettingsDialog


@pytest.fixture
async def dialog(bench, put_up):
    window = await put_up(QWidget(), 900, 700)
    made = SettingsDialog(bench.services, window)
    made.show_settings()
    return made


def named(dialog, name):
    return next(w for w in dialog.findChildren(QWidget) if w.accessibleName() == name)


def button(dialog, text):
    return next(b for b in dialog.findChildren(QAbstractButton) if b.text() == text)


async def test_everything_one_can_act_on_has_a_name(bench, record, dialog):
    await bench.add(record(1))
    dialog.show_settings()
    kinds = (QLineEdit, QSpinBox, QComboBox)
    fields = [w for kind in kinds for w in dialog.findChildren(kind) if w.isVisible()]
    inside = [w for w in fields if not isinstance(w.parentWidget(), QSpinBox | QComboBox)]
    assert len(inside) >= 6
    assert all(w.accessibleName() for w in inside)
    buttons = [b for b in dialog.findChildren(QAbstractButton) if b.isVisible()]
    assert all(b.text() or b.accessibleName() for b in buttons)


async def test_a_token_is_tried_and_kept(bench, dialog, until):
    field = named(dialog, "API token")
    assert field.echoMode() is QLineEdit.EchoMode.Password
    QTest.keyClicks(field, "user:12345-abc")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await until(lambda: bench.keyring.tokens)
    assert list(bench.keyring.tokens.values()) == ["user:12345-abc"]
    await until(lambda: "works" in dialog._token.result())
    assert field.text() == ""
    assert bench.services.token.source is TokenSource.KEYRING


async def test_a_refused_token_is_said_and_stays_to_be_mended(bench, dialog, until):
    bench.api.trial = Refused(401, "Unauthorized")
    field = named(dialog, "API token")
    field.setText("user:12345-abd")
    button(dialog, "Try and keep").click()
    await until(lambda: "refused" in dialog._token.result())
    assert field.text() == "user:12345-abd"
    assert bench.keyring.tokens == {}


async def test_a_failing_keyring_is_said(bench, dialog, until):
    bench.keyring.trouble = "The keyring is locked."
    named(dialog, "API token").setText("user:12345-abc")
    button(dialog, "Try and keep").click()
    await until(lambda: "for this run only" in dialog._token.result())
    assert bench.services.token.source is TokenSource.THIS_RUN


async def test_a_token_can_be_forgotten(bench, dialog, until):
    await bench.services.token.try_and_keep("user:12345-abc")
    button(dialog, "Forget").click()
    await until(lambda: bench.services.token.source is TokenSource.NONE)
    assert bench.keyring.tokens == {}
    assert not button(dialog, "Forget").isVisible()


async def test_the_interval_is_taken_when_it_is_entered(bench, dialog):
    interval = named(dialog, "Seconds between two checks of a running job")
    interval.selectAll()
    QTest.keyClicks(interval, "120")
    assert bench.services.preferences.poll_interval_s == 10.0
    QTest.keyClick(interval, Qt.Key.Key_Return)
    assert bench.services.preferences.poll_interval_s == 120.0
    assert (interval.minimum(), interval.maximum()) == (5, 300)


async def test_the_theme_is_kept_and_told(bench, dialog):
    told = []
    dialog.theme_chosen.connect(told.append)
    themes = named(dialog, "Theme")
    themes.setCurrentIndex(themes.findData("dark"))
    assert told == ["dark"]
    assert bench.services.preferences.theme == "dark"


async def test_how_much_of_the_disk_stays_free_is_kept(bench, dialog):
    reserve = dialog.findChild(FolderSection).reserve
    assert reserve.text() == "2 GB free, a tenth of a small disk"
    reserve.setValue(50)
    assert bench.services.preferences.reserve_bytes == 50_000_000_000
    assert reserve.text() == "50 GB free"
    reserve.setValue(0)
    assert bench.services.preferences.reserve_bytes is None
    thumbnails = dialog.findChild(FolderSection).thumbnails
    assert thumbnails.text() == "2 GB"
    thumbnails.setValue(5)
    assert bench.services.preferences.thumbnail_bytes == 5_000_000_000
    thumbnails.setValue(0)
    assert bench.services.preferences.thumbnail_bytes is None


async def test_whether_made_up_addresses_are_believed_is_kept(bench, dialog):
    box = dialog.findChild(CheckingSection).fake_addresses
    assert not bench.services.preferences.allows_fake_addresses
    box.click()
    assert bench.services.preferences.allows_fake_addresses
    box.click()
    assert not bench.services.preferences.allows_fake_addresses


async def test_a_chosen_folder_is_kept_and_shown(bench, dialog, tmp_path):
    button(dialog, "Choose…").click()
    chooser = dialog.findChild(QFileDialog)
    chooser.fileSelected.emit(str(tmp_path))
    chooser.close()
    assert bench.services.preferences.images_folder == str(tmp_path)
    assert named(dialog, "Folder for images").text() == str(tmp_path)


async def test_accounts_can_be_named(bench, record, dialog):
    await bench.add(record(1))
    dialog.show_settings()
    name = named(dialog, "Name of account A")
    QTest.keyClicks(name, "Studio")
    QTest.keyClick(name, Qt.Key.Key_Return)
    (label,) = bench.services.accounts.all().values()
    assert label.name == "Studio"
    assert dialog.isVisible()


async def test_diagnostics_are_copied_and_it_says_what_is_not_in_them(bench, dialog, until):
    QGuiApplication.clipboard().setText("before")
    words = dialog._diagnostics._words
    assert words.text().startswith("For a report of a fault")
    button(dialog, "Copy diagnostics").click()
    await until(lambda: words.text().startswith("Copied"))
    assert words.text() == COPIED
    assert COPIED.endswith("They hold no token, no e-mail address and no link.")
    assert QGuiApplication.clipboard().text() == "the report\n"
    dialog.show_settings()
    assert words.text() != COPIED


async def test_diagnostics_that_cannot_be_read_are_said(bench, dialog, until):
    QGuiApplication.clipboard().setText("before")
    bench.diagnosis.trouble = OSError(5, "Input/output error")
    button(dialog, "Copy diagnostics").click()
    await until(lambda: "Input/output error" in dialog._diagnostics._words.text())
    assert QGuiApplication.clipboard().text() == "before"


async def test_escape_closes_it(dialog):
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


async def test_keeping_in_the_background_is_a_plain_setting(bench, dialog):
    box = button(dialog, "Keep saving in the background when the window is closed")
    assert not box.isChecked()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert bench.services.preferences.background is True
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert bench.services.preferences.background is False


async def test_what_was_answered_elsewhere_is_shown(bench, dialog, until):
    dialog.reject()
    bench.services.background.decide(keeps=True)
    bench.autostart.on = True
    dialog.show_settings()
    assert button(dialog, "Keep saving in the background when the window is closed").isChecked()
    await until(button(dialog, "Start at login").isChecked)


async def test_start_at_login_is_told_to_the_system(bench, dialog, until):
    box = button(dialog, "Start at login")
    box.click()
    await until(lambda: bench.autostart.on)
    box.click()
    await until(lambda: not bench.autostart.on)


async def test_a_start_at_login_that_cannot_be_set_is_said_and_not_shown(bench, dialog, until):
    bench.autostart.trouble = "The folder cannot be written."
    box = button(dialog, "Start at login")
    box.click()
    words = "Start at login could not be changed. The folder cannot be written."
    await until(lambda: words in [label.text() for label in dialog.findChildren(QLabel)])
    assert not box.isChecked()
    bench.autostart.trouble = ""
    box.click()
    await until(lambda: bench.autostart.on)
    await until(lambda: words not in [label.text() for label in dialog.findChildren(QLabel)])
