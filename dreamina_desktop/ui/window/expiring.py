"""What must be fetched soon, as two buttons of the status bar, `3 images expire in 40 min`: list
it, fetch it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.tracking.background import Unfinished
from dreamina_desktop.services.tracking.deadlines import Expiring
from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.overrides import guarded
from dreamina_desktop.ui.wording import roughly


def expiring_words(expiring: Expiring, now: float) -> str:
    """ "" where nothing is to be fetched soon. `now` in Unix seconds."""
    if expiring.next_at is None:
        links = "link has" if expiring.expired == 1 else "links have"
        return f"{expiring.expired:,} {links} expired" if expiring else ""
    counts = ((expiring.images, "image"), (expiring.jobs, "job"))
    what = " and ".join(counted(number, word) for number, word in counts if number)
    verb = "expires" if expiring.images + expiring.jobs == 1 else "expire"
    return f"{what} {verb} in {roughly(expiring.next_at - now)}"


def paused_words(expiring: Expiring, unfinished: Unfinished, now: float) -> str:
    """What a pause costs, if it costs something. `unfinished`: what was under way."""
    if expiring.next_at is not None:
        return f"Paused. {expiring_words(expiring, now)} unless you resume."
    if unfinished.images:
        verb = "is" if unfinished.images == 1 else "are"
        return f"Paused. {counted(unfinished.images, 'image')} {verb} not saved yet."
    if unfinished.jobs:
        runs, their = ("job is", "its") if unfinished.jobs == 1 else ("jobs are", "their")
        return (
            f"Paused. {unfinished.jobs:,} {runs} still running; the links to {their} images may "
            "die within hours."
        )
    return "Paused."


ICON = 16


@guarded
class ExpiringButtons(QWidget):
    """Hidden while nothing is to be fetched soon."""

    list_chosen = Signal()
    fetch_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = QToolButton()
        self._list.setProperty("role", "expiring")
        self._list.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._list.setIconSize(QSize(ICON, ICON))
        self._list.setToolTip("List what must be fetched soon")
        self._list.clicked.connect(self.list_chosen)
        self._fetch = QToolButton()
        self._fetch.setText("Fetch now")
        self._fetch.setToolTip("Fetch what expires soon before anything else")
        self._fetch.clicked.connect(self.fetch_chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._list)
        layout.addWidget(self._fetch)
        self._tint()
        self.hide()

    def words(self) -> str:
        """What the first one says; "" while there is nothing to say."""
        return self._list.text()

    def show_status(self, expiring: Expiring, now: float) -> None:
        """`now` in Unix seconds."""
        words = expiring_words(expiring, now)
        if words != self._list.text():
            self._list.setText(words)
            self._list.setAccessibleName(f"{words}. List them")
        self.setVisible(bool(words))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()

    def _tint(self) -> None:
        self._list.setIcon(icons.icon("clock", colors().pending))
