"""What lies over the window while something is dragged onto it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.overrides import guarded

MARGIN = 16
RADIUS = 10
WORDS = (
    "Drop a text to track its job IDs,\na picture to find its image,\nor a saved library to add it"
)


@guarded
class DropHint(QWidget):
    """Covers its parent and lets everything through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        parent.installEventFilter(self)

    def appear(self) -> None:
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._covered.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        c = colors()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            veil = QColor(c.surface)
            veil.setAlphaF(0.85)
            painter.fillRect(self.rect(), veil)
            painter.setPen(QPen(c.accent, 2, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN), RADIUS, RADIUS
            )
            font = QFont(self.font())
            font.setPointSizeF(font.pointSizeF() * 1.15)
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(c.text)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, WORDS)
