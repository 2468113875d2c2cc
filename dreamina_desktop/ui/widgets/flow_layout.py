"""A layout that goes on in the next line where the first is full, as words do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from dreamina_desktop.ui.widgets.overrides import guarded


@guarded
class FlowLayout(QLayout):
    """Items keep their size hints; one that is wider than the line is cut to it. Qt has no such
    layout, only an example of one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def insert_widget(self, place: int, widget: QWidget) -> None:
        """Before the item at this place."""
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        heights = [item.sizeHint().height() for item in self._items if not item.isEmpty()]
        height = max(heights, default=0) + margins.top() + margins.bottom()
        return QSize(margins.left() + margins.right(), height)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def _place(self, rect: QRect, *, move: bool) -> int:
        """The height that it takes."""
        margins, gap = self.contentsMargins(), self.spacing()
        room = rect.marginsRemoved(margins)
        x, y, line = room.left(), room.top(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(max(0, room.width()), 10_000))
            if x > room.left() and x + size.width() > room.right() + 1:
                x, y, line = room.left(), y + line + gap, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + gap
            line = max(line, size.height())
        return y + line - rect.top() + margins.bottom()
