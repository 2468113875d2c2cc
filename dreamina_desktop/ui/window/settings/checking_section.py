"""How often a running job is asked for."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QSpinBox, QVBoxLayout, QWidget

from dreamina_desktop.services.session.preferences import MAX_POLL_INTERVAL_S, MIN_POLL_INTERVAL_S
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.form import make_form, make_heading, make_words


class CheckingSection(QWidget):
    """In force when it is entered, not at each digit."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.interval = QSpinBox()
        self.interval.setRange(int(MIN_POLL_INTERVAL_S), int(MAX_POLL_INTERVAL_S))
        self.interval.setSuffix(" s")
        self.interval.lineEdit().setTextMargins(6, 0, 0, 0)  # where other fields begin
        self.interval.setKeyboardTracking(False)
        self.interval.setAccessibleName("Seconds between two checks of a running job")
        self.interval.setValue(round(services.preferences.poll_interval_s))
        self.interval.valueChanged.connect(
            lambda seconds: setattr(services.preferences, "poll_interval_s", float(seconds))
        )
        form = make_form()
        form.addRow("Check a running job every", self.interval)
        self.fake_addresses = QCheckBox("Believe made-up addresses of a proxy on this computer")
        self.fake_addresses.setToolTip(
            "Clash, sing-box and Surge can answer every name with an address of 198.18.0.0/15. "
            "Private networks and this computer itself stay refused."
        )
        self.fake_addresses.setChecked(services.preferences.allows_fake_addresses)
        self.fake_addresses.toggled.connect(
            lambda is_on: setattr(services.preferences, "allows_fake_addresses", is_on)
        )
        words = make_words()
        words.setText("5 to 300 s. Jobs that run for long are checked less often.")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(make_heading("Checking"))
        column.addLayout(form)
        column.addWidget(words)
        column.addWidget(self.fake_addresses)
