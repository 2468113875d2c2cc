"""While a large library is prepared, a small window says so, and how far it is."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QProgressBar
from pytestqt.qtbot import QtBot

from dreamina_desktop.ui.window.start_dialogs import MANY, Preparing


def test_a_small_library_is_prepared_without_a_word(qtbot: QtBot) -> None:
    preparing = Preparing()
    qtbot.addWidget(preparing)
    preparing.show_progress(500, MANY - 1)
    assert not preparing.isVisible()


def test_a_large_one_says_how_far_it_is_until_it_is_done(qtbot: QtBot) -> None:
    preparing = Preparing()
    qtbot.addWidget(preparing)
    preparing.show_progress(500, 100_000)
    preparing.show_progress(25_000, 100_000)
    assert preparing.isVisible()
    assert "100,000 jobs" in preparing.findChildren(QLabel)[0].text()
    bar = preparing.findChild(QProgressBar)
    assert isinstance(bar, QProgressBar)
    assert (bar.value(), bar.maximum()) == (25_000, 100_000)
    preparing.show_progress(100_000, 100_000)
    assert not preparing.isVisible()
