"""Puts jobs, gallery and details where there is room: side by side, floating, or in turns."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRect, QSignalBlocker, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeySequence,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.overrides import guarded

JOBS_WIDTH = 320
DETAILS_WIDTH = 300
DETAILS_FLOAT_BELOW = 900  # logical pixels of the window's width
ONE_PANE_BELOW = 700
MIN_PANE = 220
SHADOW = 12


@guarded
class Panes(QWidget):
    """Three panes by the width there is. Which one is in front matters only in a narrow window."""

    details_toggled = Signal(bool)  # whether the details are shown

    def __init__(self, jobs: QWidget, gallery: QWidget, details: QWidget) -> None:
        super().__init__()
        self._jobs = jobs
        self._gallery = gallery
        self._details = details
        self._details_wanted = True  # beside the others; floating is for the moment
        self._floats_open = False
        self._gallery_in_front = False
        self._widths = [JOBS_WIDTH, DETAILS_WIDTH]
        self._switch = _Switch()
        self._switch.chosen.connect(self.bring_to_front)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.splitterMoved.connect(self._note_widths)
        for pane in (jobs, gallery, details):
            pane.setMinimumWidth(MIN_PANE)
            self._splitter.addWidget(pane)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setCollapsible(1, False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._switch)
        layout.addWidget(self._splitter, 1)
        self._float = _Float(self)
        close = QShortcut(QKeySequence(Qt.Key.Key_Escape), self._float)
        close.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        close.activated.connect(self.toggle_details)
        self._arrange()

    @property
    def one_at_a_time(self) -> bool:
        """Whether jobs and gallery take turns."""
        return self.width() < ONE_PANE_BELOW

    @property
    def details_float(self) -> bool:
        return self.width() < DETAILS_FLOAT_BELOW

    @property
    def details_shown(self) -> bool:
        return self._floats_open if self.details_float else self._details_wanted

    def toggle_details(self) -> None:
        if self.details_float:
            self._floats_open = not self._floats_open
        else:
            self._details_wanted = not self._details_wanted
        self._arrange()

    def bring_to_front(self, gallery: bool) -> None:
        """The gallery, or the jobs; where both have room, only a collapsed list comes back."""
        self._gallery_in_front = gallery
        if not gallery and not self._widths[0]:
            self._widths[0] = JOBS_WIDTH
        if self.one_at_a_time:
            self._floats_open = False
        self._arrange()

    def state(self) -> dict[str, Any]:
        """JSON for `restore`."""
        return {
            "widths": self._widths,
            "details": self._details_wanted,
            "gallery_in_front": self._gallery_in_front,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """What cannot be read stays as it is."""
        widths = state.get("widths")
        if isinstance(widths, list) and len(widths) == 2:
            self._widths = [min(max(int(w), 0), 2000) for w in widths if isinstance(w, int)]
        if len(self._widths) != 2:
            self._widths = [JOBS_WIDTH, DETAILS_WIDTH]
        self._details_wanted = state.get("details") is not False
        self._gallery_in_front = state.get("gallery_in_front") is True
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        one, floats = self.one_at_a_time, self.details_float
        if not floats:
            self._floats_open = False
        self._switch.setVisible(one)
        self._switch.show_choice(gallery=self._gallery_in_front)
        self._jobs.setVisible(not one or not self._gallery_in_front)
        self._gallery.setVisible(not one or self._gallery_in_front)
        self._place_details(floats)
        self._set_sizes()
        self.details_toggled.emit(self.details_shown)

    def _place_details(self, floats: bool) -> None:
        is_floating = self._splitter.indexOf(self._details) < 0
        if floats and not is_floating:
            self._float.take(self._details)
        elif not floats and is_floating:
            self._splitter.addWidget(self._details)
        self._details.setVisible(self.details_shown or floats)
        self._float.setVisible(floats and self._floats_open)
        if floats:
            width = min(DETAILS_WIDTH + SHADOW, self.width())
            top = self._switch.height() if self.one_at_a_time else 0
            self._float.setGeometry(QRect(self.width() - width, top, width, self.height() - top))
            self._float.raise_()

    def _set_sizes(self) -> None:
        jobs, details = self._widths
        beside = self.details_shown and not self.details_float
        rest = max(self.width() - jobs - (details if beside else 0), MIN_PANE)
        with QSignalBlocker(self._splitter):
            self._splitter.setSizes([jobs, rest, details])

    def _note_widths(self) -> None:
        sizes = self._splitter.sizes()
        if not self.one_at_a_time:
            self._widths[0] = sizes[0]
        if not self.details_float and self._details_wanted:
            self._widths[1] = sizes[2]
            if not sizes[2]:  # pulled shut
                self._widths[1] = DETAILS_WIDTH
                self.toggle_details()


class _Switch(QWidget):
    """`Jobs | Images`, for a window with room for one of them."""

    chosen = Signal(bool)  # whether the gallery

    def __init__(self) -> None:
        super().__init__()
        self._buttons = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(8)
        for which, name in enumerate(("Jobs", "Images")):
            button = QToolButton()
            button.setText(name)
            button.setCheckable(True)
            button.setProperty("role", "switch")
            button.setAccessibleName(f"Show {name.lower()}")
            button.setSizePolicy(
                button.sizePolicy().Policy.Expanding, button.sizePolicy().verticalPolicy()
            )
            self._buttons.addButton(button, which)
            layout.addWidget(button)
        self._buttons.idClicked.connect(lambda which: self.chosen.emit(which == 1))

    def show_choice(self, *, gallery: bool) -> None:
        self._buttons.button(int(gallery)).setChecked(True)


@guarded
class _Float(QWidget):
    """Carries the details over the gallery, with a shadow at their left."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SHADOW, 0, 0, 0)
        self.hide()

    def take(self, widget: QWidget) -> None:
        layout = self.layout()
        assert layout is not None
        layout.addWidget(widget)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = colors()
        with QPainter(self) as painter:
            gradient = QLinearGradient(QPointF(0, 0), QPointF(SHADOW, 0))
            dark = QColor(0, 0, 0, 90 if c.dark else 36)
            gradient.setColorAt(0, QColor(0, 0, 0, 0))
            gradient.setColorAt(1, dark)
            painter.fillRect(QRect(0, 0, SHADOW, self.height()), gradient)
            painter.fillRect(self.rect().adjusted(SHADOW, 0, 0, 0), c.surface)
            painter.fillRect(SHADOW - 1, 0, 1, self.height(), c.line)
