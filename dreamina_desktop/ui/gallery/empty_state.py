"""What an empty gallery shows: an icon and a few words, in the middle."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from dreamina_desktop.ui.gallery.absence import Absence
from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.overrides import guarded

ICON = 28
MAX_TEXT_WIDTH = 360


@guarded
class EmptyPage(QWidget):
    """Lies over `parent`, lets the mouse through, and shows nothing until it is told to."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._under = parent
        self._absence: Absence | None = None
        self._icon = QLabel(self)
        self._title = QLabel(self)
        self._text = QLabel(self, wordWrap=True)
        for label in (self._icon, self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setForegroundRole(QPalette.ColorRole.WindowText)  # a viewport's is another
        self._title.setWordWrap(True)
        self._title.setProperty("role", "heading")
        self._text.setProperty("role", "muted")
        self._lay_out()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)
        self.hide()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        for label in (self._icon, self._title, self._text):
            layout.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    @property
    def words(self) -> str:
        """What stands here now; "" while it is hidden."""
        if self._absence is None:
            return ""
        return f"{self._absence.title}\n{self._absence.text}".strip()

    def show_absence(self, absence: Absence | None) -> None:
        """None: there are images."""
        if absence == self._absence:
            return
        self._absence = absence
        self.setVisible(absence is not None)
        if absence is not None:
            self.setGeometry(self._under.rect())
            self._fill(absence)

    def _fill(self, absence: Absence) -> None:
        c = colors()
        scale = self.devicePixelRatioF()
        color = getattr(c, absence.color)
        self._icon.setPixmap(icons.pixmap(absence.icon, color, ICON, scale))
        self._title.setText(absence.title)
        self._text.setText(absence.text)
        self._text.setVisible(bool(absence.text))
        width = min(MAX_TEXT_WIDTH, max(120, self.width() - 48))
        for label in (self._title, self._text):
            label.setMinimumHeight(0)  # else a styled label is never less high than before
            label.setFixedSize(width, label.heightForWidth(width))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._absence is not None:
            self._fill(self._absence)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and self._absence is not None:
            self.setGeometry(self._under.rect())
            self._fill(self._absence)
        return False
