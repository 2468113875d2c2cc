"""Runs the program, or a bare window, until its first frame; prints when that was and what it
took: `python started.py bare`, `python started.py imports` (the same window, with all that the
program imports), `python started.py program --data-dir FOLDER …`.
"""

from __future__ import annotations

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

WINDOW = "dreamina_desktop.ui.window.main_window"


def pss_mb() -> float:
    """Memory of this process, its share of what others use too."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def report(**more: Any) -> None:
    """One line of JSON: seconds since the process began, MB."""
    ticks = int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    began = ticks / 100
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    more |= {"seconds": round(uptime - began, 3), "mb": round(pss_mb(), 1)}
    more["cpu"] = round(time.process_time(), 3)
    sys.stderr.write(json.dumps({"frame": more}) + "\n")
    sys.stderr.flush()


def bare() -> None:
    """A window with a list, of Qt alone."""
    from PySide6.QtCore import QStringListModel, QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QListView, QMainWindow

    class Window(QMainWindow):
        def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
            super().paintEvent(event)
            QTimer.singleShot(0, self._end)

        def _end(self) -> None:
            report()
            QApplication.quit()

    application = QApplication([])
    window = Window()
    view = QListView()
    view.setModel(QStringListModel([f"Row {number}" for number in range(100)]))
    window.setCentralWidget(view)
    window.resize(1280, 800)
    window.show()
    application.exec()


def imports() -> None:
    """What the program imports until its first frame costs that much, whatever it does."""
    gc.disable()  # as the program does
    import dreamina_desktop.app.window  # noqa: F401

    bare()


def program(arguments: Sequence[str]) -> None:
    """The real program, ended after the first frame that shows its jobs."""
    sys.meta_path.insert(0, _Watch())
    sys.argv = ["dreamina-desktop", *arguments]
    from dreamina_desktop.__main__ import main

    sys.exit(main())


class _Watch(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Patches the window's class when it is imported, and no earlier."""

    def find_spec(
        self, name: str, path: Any, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != WINDOW:
            return None
        found = importlib.machinery.PathFinder.find_spec(name, path)
        assert found is not None
        self._loader = found.loader
        return importlib.util.spec_from_file_location(name, found.origin, loader=self)

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        assert self._loader is not None
        self._loader.exec_module(module)
        _watch(module.MainWindow)


def _watch(window_class: Any) -> None:
    from PySide6.QtCore import QTimer

    said = []
    paint = window_class.paintEvent

    def paint_event(self: Any, event: Any) -> None:
        paint(self, event)
        if not said:
            QTimer.singleShot(0, lambda: look(self))

    def look(self: Any) -> None:
        if said:
            return
        rows = len(self._jobs.order())
        if rows == 0:
            QTimer.singleShot(5, lambda: look(self))
            return
        said.append(True)
        report(rows=rows)
        QTimer.singleShot(0, self.quit)

    window_class.paintEvent = paint_event


if __name__ == "__main__":
    match sys.argv[1]:
        case "bare":
            bare()
        case "imports":
            imports()
        case _:
            program(sys.argv[2:])
