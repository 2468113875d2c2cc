"""A window of another program: says what is dropped on it, a line of JSON each."""

from __future__ import annotations

import base64
import json
import sys

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget


class DropTarget(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.setWindowTitle("Another program")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        data = event.mimeData()
        dropped = {
            each: base64.b64encode(bytes(data.data(each).data())).decode()
            for each in data.formats()
        }
        sys.stdout.write(f"{json.dumps(dropped)}\n")
        sys.stdout.flush()
        event.acceptProposedAction()


if __name__ == "__main__":
    application = QApplication([])
    target = DropTarget()
    target.setGeometry(*map(int, sys.argv[1:5]))
    target.show()
    sys.exit(application.exec())
