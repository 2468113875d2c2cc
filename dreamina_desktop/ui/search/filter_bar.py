"""The filters that are on, as chips; a click lifts one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QToolButton, QWidget

from dreamina_desktop.core.jobs.collection import Collection
from dreamina_desktop.core.search.filters import NOTHING, Narrowing
from dreamina_desktop.services.curation.saved_searches import NAME_LENGTH
from dreamina_desktop.ui.search.wording import Chip, chips
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.flow_layout import FlowLayout
from dreamina_desktop.ui.widgets.overrides import guarded
from dreamina_desktop.ui.wording import on_button

ICON = QSize(12, 12)
NAMED = 40  # characters of a collection's name


class FilterBar(QWidget):
    """Not there while nothing is narrowed and nothing is being named."""

    narrowed = Signal(object)  # a Narrowing
    named = Signal(str)  # what the search is to be called
    left = Signal()
    destination_lifted = Signal()  # new jobs go into no collection any more

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._narrowing = NOTHING
        self._chips: list[QToolButton] = []
        self._name = _NameField()
        self._name.given.connect(self._on_named)
        self._name.given_up.connect(self._end_naming)
        self._save = QPushButton("Save search…")
        self._save.setProperty("role", "quiet")
        self._save.clicked.connect(self.ask_for_name)
        self._lift = QPushButton("Lift all")
        self._lift.setProperty("role", "quiet")
        self._lift.clicked.connect(lambda: self.narrowed.emit(NOTHING))
        self._row = FlowLayout(self)
        self._row.setContentsMargins(16, 0, 12, 8)
        self._row.setSpacing(8)
        self._destination = _Chip("", "new jobs go into it")
        self._destination.lifted.connect(self.destination_lifted)
        self._destination.hide()
        self._row.addWidget(self._destination)
        for widget in (self._name, self._save, self._lift):
            self._row.addWidget(widget)
        self._name.hide()
        self.hide()

    def show_narrowing(self, narrowing: Narrowing) -> None:
        """As chips, in the order in which they were always shown."""
        self._narrowing = narrowing
        had_focus = any(chip.hasFocus() for chip in self._chips)
        for chip in self._chips:
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [self._chip(chip) for chip in chips(narrowing, self._services)]
        for place, chip in enumerate(self._chips):
            self._row.insert_widget(place, chip)
            chip.show()
        self._show()
        if had_focus and self._chips:
            self._chips[0].setFocus(Qt.FocusReason.OtherFocusReason)
        elif had_focus:
            self.left.emit()

    def show_destination(self, collection: Collection | None) -> None:
        """Where the images of new jobs go, while they go somewhere."""
        self._destination.setVisible(collection is not None)
        if collection is not None:
            name = (
                collection.name if len(collection.name) <= NAMED else f"{collection.name[:NAMED]}…"
            )
            self._destination.show_label(f"New jobs go to: {name}")
        self._show()

    def ask_for_name(self) -> None:
        """What is found now is to be kept under a name."""
        self._name.clear()
        self._name.show()
        self._show()
        self._name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        naming = not self._name.isHidden()
        self._save.setVisible(not naming and bool(self._narrowing))
        self._lift.setVisible(bool(self._narrowing))
        is_collecting = not self._destination.isHidden()
        self.setVisible(naming or bool(self._narrowing) or is_collecting)

    def _chip(self, chip: Chip) -> QToolButton:
        button = _Chip(chip.label)
        button.lifted.connect(lambda: self.narrowed.emit(chip.without))
        return button

    def _on_named(self, name: str) -> None:
        self._end_naming()
        self.named.emit(name)

    def _end_naming(self) -> None:
        self.left.emit()  # before the field is hidden: Qt would give the focus to what comes next
        self._name.hide()
        self._show()


@guarded
class _Chip(QToolButton):
    """Delete and Backspace lift it too."""

    lifted = Signal()

    def __init__(self, label: str, what: str = "") -> None:
        super().__init__()
        self._what = what
        self.show_label(label)
        self.setIcon(icons.icon("close", colors().muted))
        self.setIconSize(ICON)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setProperty("role", "chip")
        self.setToolTip("Switch this off" if what else "Lift this filter")
        self.clicked.connect(self.lifted)

    def show_label(self, label: str) -> None:
        self.setText(on_button(label))
        self.setAccessibleName(f"Switch off: {label}" if self._what else f"Lift the filter {label}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() in keys:
            self.lifted.emit()
        else:
            super().keyPressEvent(event)


@guarded
class _NameField(QLineEdit):
    """Enter gives the name, Esc gives it up."""

    given = Signal(str)
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Name of this search")
        self.setAccessibleName("Name of this search")
        self.setMaxLength(NAME_LENGTH)
        self.setMaximumWidth(240)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Escape: self.given_up.emit,
            Qt.Key.Key_Return: self._give,
            Qt.Key.Key_Enter: self._give,
        }
        work = keys.get(event.key())
        if work is None:
            super().keyPressEvent(event)
        else:
            work()

    def _give(self) -> None:
        if self.text().strip():
            self.given.emit(self.text())
