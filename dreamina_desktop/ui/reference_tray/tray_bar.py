"""The tray at the bottom of the window: slots, the next request's prompt and options, and the ways
to copy it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.core.export.clipboard_list import MIME_TYPE
from dreamina_desktop.core.jobs.job import ImageKey, Job
from dreamina_desktop.core.request.models import RATIOS
from dreamina_desktop.core.request.request import accounts, problems
from dreamina_desktop.core.request.snippets import Form, snippet
from dreamina_desktop.core.text.accounts import account_of
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.ui.copy.account_hint import own_account_once
from dreamina_desktop.ui.copy.mime import image_keys
from dreamina_desktop.ui.reference_tray.slot_button import SIDE, SlotButton
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.views.job_loader import with_jobs
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails
from dreamina_desktop.ui.widgets.flow_layout import FlowLayout
from dreamina_desktop.ui.widgets.icon_button import IconButton
from dreamina_desktop.ui.widgets.overrides import guarded


@guarded
class PromptEdit(QPlainTextEdit):
    """Takes text only: the names of dropped files are no prompt, and go to whoever is around it."""

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return not source.hasUrls() and super().canInsertFromMimeData(source)


WISHES = "tray"
GAP = 6
WIDE = 860  # pixels
UNLIMITED = 16_777_215  # Qt's largest width
PROMPT_HEIGHT = 60
RESOLUTIONS = ("1k", "2k", "4k")


@guarded
class ReferenceTrayBar(QWidget):
    """Hidden while it is empty and nobody asked for it."""

    left = Signal()

    def __init__(self, services: Services, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._services = services
        self._tray = services.reference_tray
        self._thumbnails = thumbnails
        self._is_wanted = False
        self._is_offered = False  # to what is dragged
        self._references: dict[ImageKey, str] = {}
        self._slots: list[SlotButton] = []
        self._is_built = False
        self.setAcceptDrops(True)
        self.hide()
        self._tray.subscribe(self._show)
        self._thumbnails.made.connect(self._on_thumbnail_made)
        self._show()

    def _build(self) -> None:
        """When it is first wanted: the window's first frame does not need it."""
        self._is_built = True
        self._box = QWidget()
        self._row = FlowLayout(self._box)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GAP)
        self._model = _combo("Model")
        self._ratio = _combo("Ratio")
        self._resolution = _combo("Resolution")
        self._prompt = PromptEdit()
        self._prompt.setPlaceholderText("Prompt")
        self._prompt.setAccessibleName("Prompt of the next request")
        self._prompt.setFixedHeight(PROMPT_HEIGHT)
        self._prompt.setTabChangesFocus(True)
        self._problem = QLabel()
        self._problem.setProperty("role", "muted")
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        self._problem.setWordWrap(True)
        self._problem.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._copy = QPushButton("Copy as")
        self._copy.setProperty("role", "primary")
        self._copy.setToolTip("Copy the request (Ctrl+Alt+C)")
        self._copy.setMenu(self._copy_menu())
        self._close = IconButton("close", "Close the tray", "Close the tray (Ctrl+T)")
        self._clear = QToolButton()
        self._clear.setText("Empty it")
        self._clear.setProperty("role", "link")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        fields = FlowLayout()
        fields.setSpacing(GAP)
        for widget in (
            *(self._model, self._ratio, self._resolution),
            *(self._copy, self._clear, self._close),
        ):
            fields.addWidget(widget)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addLayout(fields)
        right.addWidget(self._problem)
        right.addWidget(self._prompt)
        whole = self._whole = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        whole.setContentsMargins(16, 8, 12, 8)
        whole.setSpacing(12)
        whole.addWidget(self._box)
        whole.addLayout(right, 1)

    def _arrange(self) -> None:
        """Slots beside the fields where there is room, else above them."""
        if not self._is_built:
            return
        is_wide = self.width() >= WIDE
        direction = QBoxLayout.Direction
        self._whole.setDirection(direction.LeftToRight if is_wide else direction.TopToBottom)
        width = len(self._slots) * (SIDE + GAP)
        self._box.setMinimumWidth(width if is_wide else 0)
        self._box.setMaximumWidth(width if is_wide else UNLIMITED)

    def _connect(self) -> None:
        for box, field in (
            (self._model, "model"),
            (self._ratio, "ratio"),
            (self._resolution, "resolution"),
        ):
            box.currentTextChanged.connect(partial(self._edit, field))
        self._prompt.textChanged.connect(lambda: self._edit("prompt", self._prompt.toPlainText()))
        self._close.clicked.connect(lambda _=False: self.close_tray())
        self._clear.clicked.connect(lambda _=False: self._empty())

    # -- what the window asks ---------------------------------------------------------------

    def toggle(self) -> None:
        """Show it also while it is empty, or hide it."""
        if self.isVisible():
            self.close_tray()
        else:
            self._is_wanted = True
            self._show()
            self._model.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_tray(self) -> None:
        """What is in it stays there."""
        self._is_wanted = False
        self.left.emit()
        self.hide()

    def offer(self) -> None:
        """Show it while images are dragged, also where it is closed."""
        if not self.isVisible():
            self._is_offered = True
            self._show()

    def withdraw(self) -> None:
        """The drag is over; what was dropped here keeps it open."""
        self._mark(None)
        if self._is_offered:
            self._is_offered = False
            self.setVisible(self._is_wanted)

    def put(self, keys: Sequence[ImageKey], slot: int | None = None) -> None:
        """The first image into a slot, the others into the next free ones; without a slot all of
        them. How many came without a reference is said."""
        self._is_wanted = True
        before = list(self._tray.keys)

        def put(jobs: Sequence[Job]) -> None:
            usable = [key for key in keys if _reference(jobs, key)]
            added = 0
            if slot is not None and usable:
                added = int(self._tray.put(usable[0], slot))
            added += self._tray.add(usable[1:] if slot is not None else usable)
            self._say(len(keys), len(usable), added, before)
            self._show()

        with_jobs(self._services, (key.number for key in keys), put)

    def take_from(self, job: Job) -> None:
        """Its prompt, model, ratio and resolution."""
        self._is_wanted = True
        self._tray.take_from(job)
        self._show()
        self._services.messages.say(f"Took the request of job {job.number}.")

    def popup_copy(self) -> None:
        """By key."""
        self._is_wanted = True
        self._show()
        self._copy.showMenu()

    # -- Qt ---------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(0, 0, self.width(), 1, colors().line)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Images of this window: those of another one have the numbers of another library. All
        else is for the window itself."""
        is_ours = event.source() is not None and event.mimeData().hasFormat(MIME_TYPE)
        event.setAccepted(is_ours)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()
        self._mark(self._slot_at(event.position().toPoint()))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark(None)

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._mark(None)
        if keys := image_keys(event.mimeData()):
            self.put(keys, self._slot_at(event.position().toPoint()))

    def _slot_at(self, point: QPoint) -> int | None:
        """From 1; None beside them, where the next free ones are meant."""
        inside = self._box.mapFrom(self, point)
        places = (each.geometry().contains(inside) for each in self._slots)
        return next((place for place, is_there in enumerate(places, 1) if is_there), None)

    def _mark(self, slot: int | None) -> None:
        """Where a drop would go."""
        if slot is not None:
            slot = min(slot, len(self._tray.keys) + 1)  # they stay without a gap
        for place, each in enumerate(self._slots, 1):
            each.show_target(place == slot)

    # -- showing ----------------------------------------------------------------------------

    def _show(self) -> None:
        keys = list(self._tray.keys)
        if not self._is_built:
            if not (self._is_wanted or self._is_offered or keys):
                return
            self._build()
        self.setVisible(self._is_wanted or self._is_offered or bool(keys))
        self._fill_combos()
        with_jobs(self._services, (key.number for key in keys), self._show_jobs)

    def _show_jobs(self, jobs: Sequence[Job]) -> None:
        keys = list(self._tray.keys)
        self._references = {key: text for key in keys if (text := _reference(jobs, key))}
        self._make_slots(max(self._tray.size, len(keys)))
        self._thumbnails.want(WISHES, keys)
        for place, slot in enumerate(self._slots):
            key = keys[place] if place < len(keys) else None
            trouble = self._trouble(place, key) if key is not None else ""
            slot.show_image(key, self._thumbnails.pixmap(key) if key else None, trouble)
        self._clear.setVisible(bool(keys))
        found = problems(self._tray.generation(self._ordered()), self._tray.catalog)
        said = " ".join(found)
        self._problem.setVisible(bool(said))
        if said != self._problem.text():
            self._problem.setText(said)
            self._problem.setToolTip(said)

    def _ordered(self) -> list[str]:
        return [self._references[key] for key in self._tray.keys if key in self._references]

    def _trouble(self, place: int, key: ImageKey) -> str:
        reference = self._references.get(key)
        if reference is None:
            return "its reference is not here"
        if place >= self._tray.size:
            return f"{self._tray.draft.model} takes {self._tray.size}"
        first = accounts(tuple(self._ordered()))[:1]
        if first and account_of(reference) not in first:
            return "of another account than the first one"
        return ""

    def _make_slots(self, number: int) -> None:
        while len(self._slots) > number:
            slot = self._slots.pop()
            self._row.removeWidget(slot)
            slot.hide()
            slot.deleteLater()
        while len(self._slots) < number:
            slot = SlotButton(len(self._slots) + 1, self)
            slot.removed.connect(partial(self._take_out, slot))
            slot.moved_by.connect(partial(self._move_by, slot))
            slot.dragged_to.connect(partial(self._drag_to, slot))
            self._slots.append(slot)
            self._row.addWidget(slot)
            slot.show()
        self._arrange()

    def _fill_combos(self) -> None:
        draft, catalog = self._tray.draft, self._tray.catalog
        model = catalog.get(draft.model)
        ratios = model.all_ratios if model else RATIOS
        resolutions = model.resolutions if model and model.resolutions else RESOLUTIONS
        for box, values, value in (
            (self._model, tuple(catalog), draft.model),
            (self._ratio, ratios, draft.ratio),
            (self._resolution, resolutions, draft.resolution),
        ):
            _fill(box, values, value)
        if self._prompt.toPlainText() != draft.prompt:
            self._prompt.blockSignals(True)
            self._prompt.setPlainText(draft.prompt)
            self._prompt.blockSignals(False)

    def _on_thumbnail_made(self, key: ImageKey) -> None:
        for slot in self._slots:
            if slot.key == key:
                slot.show_image(key, self._thumbnails.pixmap(key), "")
                self._show()
                return

    # -- what the user does -----------------------------------------------------------------

    def _edit(self, field: str, text: str) -> None:
        self._tray.edit(**{field: "" if text == NO_CHOICE else text})

    def _take_out(self, slot: SlotButton) -> None:
        if slot.key is not None:
            self._tray.take_out(slot.key)

    def _move_by(self, slot: SlotButton, steps: int) -> None:
        place = self._slots.index(slot) + steps
        if slot.key is not None and 0 <= place < len(self._tray.keys):
            self._tray.move(slot.key, place + 1)
            self._slots[place].setFocus(Qt.FocusReason.OtherFocusReason)

    def _drag_to(self, slot: SlotButton, at: QPoint) -> None:
        """To the slot at that point of the screen; out of the tray, away."""
        if slot.key is None:
            return
        point = self._box.mapFromGlobal(at)
        if not self.rect().contains(self.mapFromGlobal(at)):
            self._tray.take_out(slot.key)
            return
        for place, each in enumerate(self._slots[: len(self._tray.keys)], 1):
            if each.geometry().adjusted(0, 0, GAP, GAP).contains(point):
                self._tray.move(slot.key, place)
                return

    def _empty(self) -> None:
        before = list(self._tray.keys)
        self._tray.restore(())
        self._push("Empty the tray", before)
        self._services.messages.say("The tray is empty.", Remedy.UNDO)

    def _push(self, label: str, before: Sequence[ImageKey]) -> None:
        async def restore() -> None:
            self._tray.restore(before)

        self._services.undo.push(label, restore)

    def _say(self, wanted: int, usable: int, added: int, before: Sequence[ImageKey]) -> None:
        words = []
        if added:
            words.append(f"{counted(added, 'reference')} into the tray.")
            self._push(f"Put {counted(added, 'image')} into the tray", before)
        if usable > added:
            same = usable - added
            words.append(f"{counted(same, 'image')} {'is' if same == 1 else 'are'} there already.")
        if wanted > usable:
            words.append(f"{counted(wanted - usable, 'image')} came without a reference.")
        self._services.messages.say(" ".join(words), Remedy.UNDO if added else None)

    def _copy_menu(self) -> QMenu:
        menu = QMenu(self)
        for form in Form:
            menu.addAction(form.value, partial(self._copy_as, form))
        return menu

    def _copy_as(self, form: Form) -> None:
        references = self._ordered()
        generation = self._tray.generation(references)
        text = snippet(form, generation, self._services.api_url)
        if not text:
            self._services.messages.say("There is nothing to copy: put images into the tray.")
            return
        QGuiApplication.clipboard().setText(text)
        words = f"Copied the request as {form.value}."
        if form is Form.LINES:
            words = f"Copied {counted(len(references), 'reference')} as lines."
        known = own_account_once(
            self._services.preferences, len(references), named=form is Form.LINES
        )
        found = problems(generation, self._tray.catalog) if form is not Form.LINES else []
        if found:
            words += f" The API would refuse it. {' '.join(found)}"
        self._services.messages.say(f"{words} {known}".rstrip())


NO_CHOICE = "–"


def _combo(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(f"{name} of the next request")
    box.setToolTip(name)
    return box


def _fill(box: QComboBox, values: Sequence[str], value: str) -> None:
    """Also with a value that is none of them, which it shows all the same."""
    wanted = [NO_CHOICE, *values, *([value] if value and value not in values else [])]
    box.blockSignals(True)
    if [box.itemText(row) for row in range(box.count())] != wanted:
        box.clear()
        box.addItems(wanted)
    box.setCurrentIndex(wanted.index(value) if value else 0)
    box.blockSignals(False)


def _reference(jobs: Sequence[Job], key: ImageKey) -> str | None:
    for job in jobs:
        if job.number == key.number and key.index < len(job.images):
            return job.images[key.index].entry.asset_ref
    return None
