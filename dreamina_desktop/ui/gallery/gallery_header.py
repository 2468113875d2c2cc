"""The line above the tiles: how many images, how many of them selected, how large."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QSlider, QToolButton, QWidget

from dreamina_desktop.core.search.grouping import Grouping
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.icon_button import IconButton
from dreamina_desktop.ui.widgets.overrides import guarded

HEIGHT = 44
GROUPINGS = {
    Grouping.NOTHING: "Not grouped",
    Grouping.JOB: "By job",
    Grouping.DAY: "By day",
    Grouping.PROMPT: "By prompt",
    Grouping.BATCH: "By paste",
}
SLIDER = """
QSlider::groove:horizontal {{ height: 2px; background: {control}; border-radius: 1px; }}
QSlider::handle:horizontal {{
    width: 12px; margin: -5px 0; border-radius: 6px; background: {muted};
}}
QSlider::handle:horizontal:hover {{ background: {text}; }}
QSlider::handle:horizontal:focus {{ background: {accent}; }}
"""
NARROW = 420  # pixels; below, the slider stands without its word


@guarded
class GalleryHeader(QWidget):
    """`Images  38 of 812 · 2 selected`, and the slider for the size of tiles."""

    tile_width_changed = Signal(int)  # by the user
    all_requested = Signal()
    grouping_chosen = Signal(object)  # a Grouping
    select_all_requested = Signal()
    export_requested = Signal()
    tray_requested = Signal()
    trash_requested = Signal()

    def __init__(self, min_tile: int, max_tile: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel("Images", self)
        self._title.setProperty("role", "heading")
        self._counts = QLabel(self)
        self._size = QLabel("Size", self)
        for label in (self._counts, self._size):
            label.setProperty("role", "muted")
        self._show_all = QToolButton(self)
        self._show_all.setText("Show all")
        self._show_all.setToolTip("Show the images of all jobs (Esc)")
        self._show_all.setProperty("role", "link")
        self._show_all.clicked.connect(self.all_requested)
        self._show_all.hide()
        self._groups = QToolButton(self)
        self._groups.setProperty("role", "menu")
        self._groups.setAccessibleName("How images are grouped")
        self._groups.setToolTip("How images are grouped")
        self._groups.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._groups.setMenu(self._group_menu())
        self.show_grouping(Grouping.NOTHING)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setAccessibleName("Tile size")
        self._slider.setToolTip("Tile size (Ctrl++, Ctrl+-)")
        self._slider.setRange(min_tile, max_tile)
        self._slider.setSingleStep(16)
        self._slider.setPageStep(48)
        self._slider.setFixedWidth(96)
        self._slider.valueChanged.connect(self.tile_width_changed)
        self._more = IconButton("more", "More about these images", parent=self)
        self._more.setProperty("role", "plain-menu")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.addAction("Select all", self.select_all_requested.emit)
        groups = menu.addMenu("Group")  # the button of its own is not there where it is narrow
        groups.addActions(self._groups.menu().actions())
        menu.addAction("Reference tray\tCtrl+T", self.tray_requested.emit)
        menu.addSeparator()
        menu.addAction("Export…\tCtrl+E", self.export_requested.emit)
        menu.addAction("Move to trash…", self.trash_requested.emit)
        self._more.setMenu(menu)
        self._lay_out()
        self._tint()

    def _lay_out(self) -> None:
        self.setFixedHeight(HEIGHT)
        self._counts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 16, 0)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._counts, 1)
        layout.addWidget(self._show_all)
        layout.addWidget(self._groups)
        layout.addWidget(self._size)
        layout.addWidget(self._slider)
        layout.addWidget(self._more)

    def _group_menu(self) -> QMenu:
        menu = QMenu(self)
        for grouping, label in GROUPINGS.items():
            action = menu.addAction(label)
            action.triggered.connect(lambda _=False, g=grouping: self.grouping_chosen.emit(g))
        return menu

    def show_grouping(self, grouping: Grouping) -> None:
        """How they are grouped now."""
        self._groups.setText(GROUPINGS[grouping])

    def show_counts(self, shown: int, total: int, selected: int) -> None:
        """How many images are shown, of how many, and how many are selected."""
        text = f"{shown:,}" if shown == total else f"{shown:,} of {total:,}"
        if selected:
            text += f" · {selected:,} selected"
        if text != self._counts.text():
            self._counts.setText(text)

    def show_filtered(self, filtered: bool) -> None:
        """Whether the images of some jobs only are shown."""
        self._show_all.setVisible(filtered)

    def counts(self) -> str:
        """What the header says."""
        return self._counts.text()

    def set_tile_width(self, width: int) -> None:
        self._slider.setValue(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._size.setVisible(self.width() >= NARROW)
        self._groups.setVisible(self.width() >= NARROW)
        self._slider.setFixedWidth(96 if self.width() >= NARROW else 64)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._tint()

    def _tint(self) -> None:
        c = colors()
        self._slider.setStyleSheet(
            SLIDER.format(
                control=c.control.name(),
                muted=c.muted.name(),
                text=c.text.name(),
                accent=c.accent.name(),
            )
        )
