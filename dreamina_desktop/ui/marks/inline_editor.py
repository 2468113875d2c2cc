"""A small field over a view, for tags, a note or a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.core.jobs.marks import parse_tags
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.overrides import guarded

WIDTH = 420
MARGIN = 16
NOTE_LINES = 5


@guarded
class TextAsker(QWidget):
    """Enter keeps (in a note Ctrl+Enter), Esc gives up. Covers the view's lower middle."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._keep: Callable[[], None] = lambda: None
        self._is_built = False
        view.installEventFilter(self)
        self.hide()

    def _build(self) -> None:
        """When it is first wanted: the window's first frame does not need it."""
        if self._is_built:
            return
        self._is_built = True
        self._title = QLabel()
        self._title.setProperty("role", "heading")
        self._tags = QLineEdit()
        self._tags.setPlaceholderText("Words between commas")
        self._tags.setAccessibleName("Tags")
        self._known = QStringListModel(self)
        self._completer = _LastTagCompleter(self._known, self._tags)
        self._note = QPlainTextEdit()
        self._note.setAccessibleName("Note")
        self._note.setTabChangesFocus(True)
        self._note.setFixedHeight(NOTE_LINES * self.fontMetrics().lineSpacing() + 16)
        self._hint = QLabel()
        self._hint.setProperty("role", "muted")
        self._save = QPushButton("Keep")
        self._save.setProperty("role", "primary")
        self._cancel = QPushButton("Cancel")
        self._save.clicked.connect(self._finish)
        self._cancel.clicked.connect(self.give_up)
        self._lay_out()
        for field in (self._tags, self._note, self._save, self._cancel):
            field.installEventFilter(self)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self._hint, 1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._tags)
        column.addWidget(self._note)
        column.addLayout(buttons)

    def edit_tags(
        self, what: str, tags: Sequence[str], keep: Callable[[Sequence[str]], None]
    ) -> None:
        """`what`: whose they are."""
        self._build()
        self._keep = lambda: keep(parse_tags(self._tags.text()))
        self._tags.setPlaceholderText("Words between commas")
        self._tags.setText("".join(f"{tag}, " for tag in tags))
        self._show(f"Tags of {what}", "", self._tags)

    def edit_name(self, title: str, name: str, keep: Callable[[str], object]) -> None:
        """Any one line; an empty one is given up."""
        self._build()

        def keep_name() -> None:
            if self._tags.text().strip():
                keep(self._tags.text())

        self._keep = keep_name
        self._known.setStringList([])
        self._tags.setPlaceholderText("Name")
        self._tags.setText(name)
        self._show(title, "", self._tags)
        self._tags.selectAll()

    def suggest(self, tags: Sequence[str]) -> None:
        """What is completed while tags are typed."""
        self._known.setStringList(list(tags))

    def edit_note(
        self, what: str, note: str, keep: Callable[[str], None], *, replaces: bool
    ) -> None:
        """`replaces`: several have notes, which differ."""
        self._build()
        self._keep = lambda: keep(self._note.toPlainText())
        self._note.setPlainText(note)
        hint = "Replaces their notes" if replaces else "Ctrl+Enter keeps it"
        self._show(f"Note on {what}", hint, self._note)

    def give_up(self) -> None:
        """Nothing is changed."""
        if not self.isHidden():
            # Qt gives the focus of what is hidden to whatever comes next.
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            self.hide()

    def _finish(self) -> None:
        self._keep()
        self.give_up()

    def _show(self, title: str, hint: str, field: QWidget) -> None:
        self._title.setText(title)
        self._hint.setText(hint)
        for each in (self._tags, self._note):
            each.setVisible(each is field)
        self._place()
        self.show()
        self.raise_()
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place(self) -> None:
        width = min(WIDTH, max(240, self._view.width() - 2 * MARGIN))
        height = self.sizeHint().height()
        left = (self._view.width() - width) // 2
        self.setGeometry(left, self._view.height() - height - MARGIN, width, height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.give_up()
        event.accept()  # nothing typed here is meant for the view below

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._view:
            if event.type() is QEvent.Type.Resize and not self.isHidden():
                self._place()
        elif isinstance(event, QKeyEvent):
            return self._filter_key(watched, event)
        return False

    def _filter_key(self, watched: QObject, event: QKeyEvent) -> bool:
        """Keys in here are no shortcuts of the view: letters are letters, Esc is ours."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.type() is QEvent.Type.ShortcutOverride and not control:
            event.accept()
            return True
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.type() is QEvent.Type.KeyPress and is_enter and control:
            self._finish()
            return watched is self._note
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colors().control, 1))
            painter.setBrush(colors().raised)
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 10, 10)


@guarded
class _LastTagCompleter(QCompleter):
    """Completes what stands behind the last comma."""

    def __init__(self, model: QStringListModel, edit: QLineEdit) -> None:
        super().__init__(model, edit)
        self._edit = edit
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        edit.setCompleter(self)

    def splitPath(self, path: str) -> list[str]:
        return [path.rpartition(",")[2].strip()]

    def pathFromIndex(self, index: object) -> str:
        before, comma, _ = self._edit.text().rpartition(",")
        return f"{before}{comma}{' ' if comma else ''}{super().pathFromIndex(index)}"  # type: ignore[arg-type]
