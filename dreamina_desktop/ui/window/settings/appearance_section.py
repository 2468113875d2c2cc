"""Light, dark, or as the system has it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.form import make_form, make_heading

_THEMES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))


class AppearanceSection(QWidget):
    """Seen at once."""

    theme_chosen = Signal(str)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.themes = QComboBox()
        self.themes.setAccessibleName("Theme")
        for name, label in _THEMES:
            self.themes.addItem(label, name)
        self.themes.setCurrentIndex(self.themes.findData(services.preferences.theme))
        self.themes.currentIndexChanged.connect(self._choose)
        form = make_form()
        form.addRow("Theme", self.themes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(make_heading("Appearance"))
        column.addLayout(form)
        column.addWidget(self._moves_on())

    def _moves_on(self) -> QCheckBox:
        box = QCheckBox("In the viewer, go on to the next image after P, X, U or stars")
        box.setChecked(self._services.preferences.moves_on)

        def choose(on: bool) -> None:
            self._services.preferences.moves_on = on

        box.toggled.connect(choose)
        return box

    def _choose(self, row: int) -> None:
        name = self.themes.itemData(row)
        self._services.preferences.theme = name
        self.theme_chosen.emit(name)
