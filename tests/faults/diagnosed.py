"""The program itself, which on SIGUSR2 copies its diagnostics as its button does; what is on the
clipboard then goes to the file that DIAGNOSTICS_FILE names.

Run in place of `-m dreamina_desktop`.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from dreamina_desktop.__main__ import main
from dreamina_desktop.ui.window.main_window import MainWindow


def copy() -> None:
    """By the window's own means, on the clipboard of its own process."""
    clipboard = QGuiApplication.clipboard()
    clipboard.dataChanged.connect(keep)
    for window in QApplication.topLevelWidgets():
        if isinstance(window, MainWindow):
            window._remedies.copy_diagnostics()


def keep() -> None:
    file = Path(os.environ["DIAGNOSTICS_FILE"])
    part = file.with_suffix(".part")
    part.write_text(QGuiApplication.clipboard().text())
    part.replace(file)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR2, lambda *_: QTimer.singleShot(0, copy))
    sys.exit(main())
