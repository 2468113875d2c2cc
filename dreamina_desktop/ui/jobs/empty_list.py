"""What stands in the list while it has no rows; it lies over the list, which keeps the focus, so
that Ctrl+V works at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from dreamina_desktop.core.text.wording import shortened
from dreamina_desktop.ui.search.criteria import SHOWN
from dreamina_desktop.ui.search.job_order import ALL, EXPIRING
from dreamina_desktop.ui.wording import on_button

_TEACH = (
    "Paste job IDs here, with Ctrl+V.\nThey look like j0302…:dreamina\n\n"
    "A log, a spreadsheet or a whole JSON answer will do."
)
_NONE = {EXPIRING: "Nothing is to be fetched soon."}  # by filter
_NONE_OF_OTHERS = "No job is like that."


class EmptyList(QWidget):
    """Teaches how to begin, or says which filter to lift."""

    demo_requested = Signal()
    all_requested = Signal()

    def __init__(self, *, demo: bool) -> None:
        """`demo`: this is the demo already."""
        super().__init__()
        self._demo = demo
        self._text = QLabel()
        self._text.setProperty("role", "muted")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._try_demo = QPushButton("Try the demo")
        self._try_demo.clicked.connect(self.demo_requested)
        self._show_all = QPushButton("Show all jobs")
        self._show_all.clicked.connect(self.all_requested)
        self._lifts = QVBoxLayout()
        self._lifts.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(16)
        layout.addStretch()
        layout.addWidget(self._text)
        layout.addLayout(self._lifts)
        for button in (self._try_demo, self._show_all):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(2)

    def show_reason(self, wanted: str, search: str, chosen: Sequence[str] = ()) -> None:
        """`wanted`: the filter of the list; `chosen`: the other filters. With any of these there
        may be jobs, but none that is wanted."""
        filtered = wanted != ALL or bool(search or chosen)
        self.show_lifts(())
        self._text.setText(_none(wanted, search, chosen) if filtered else _TEACH)
        self._show_all.setVisible(filtered)
        self._try_demo.setVisible(not filtered and not self._demo)

    def show_lifts(self, lifts: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """Which filters can be lifted so that there is something: their labels, and the way."""
        while (item := self._lifts.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for label, lift in lifts:
            button = QPushButton(on_button(shortened(label, SHOWN)))
            button.clicked.connect(lambda _=False, lift=lift: lift())
            self._lifts.addWidget(button, 0, Qt.AlignmentFlag.AlignCenter)


def _none(wanted: str, search: str, chosen: Sequence[str]) -> str:
    among = [] if wanted == ALL else [wanted]
    filters = ", ".join(shortened(each, SHOWN) for each in (*among, *chosen))
    if search:
        words = f" among what is filtered by {filters}" if filters else ""
        return f"“{shortened(search, SHOWN)}” is in no job{words}."
    if not chosen:
        return _NONE.get(wanted, _NONE_OF_OTHERS)
    return (
        f"Nothing is all of this at once: {filters}."
        if len(chosen) + len(among) > 1
        else (f"Nothing is filtered by {filters}.")
    )
