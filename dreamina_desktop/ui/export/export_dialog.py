"""Asks what to export, for whom, under which names and where to, beginning with what was chosen
the last time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QFileInfo, QSignalBlocker, QStandardPaths, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.core.export import export_name
from dreamina_desktop.core.export.request import ExportWish
from dreamina_desktop.core.jobs.job import ImageKey, Job
from dreamina_desktop.services.export.image_export import named
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.views.job_loader import with_jobs
from dreamina_desktop.ui.widgets.form import make_button, make_heading, make_words


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """All that the dialog asks, but the images. What is for others and what is for oneself have
    names and places of their own, and each export is for others unless it is said otherwise."""

    for_others: bool = True
    pattern: str = export_name.DEFAULT  # for others
    own_pattern: str = export_name.DEFAULT_FOR_ME
    keeps_order: bool = False
    has_pictures: bool = True
    has_sheet: bool = False
    has_prompts: bool = False
    keeps_credentials: bool = True
    place: str = ""  # for others
    own_place: str = ""

    @property
    def chosen_place(self) -> str:
        return self.place if self.for_others else self.own_place

    @property
    def whole_pattern(self) -> str:
        """With the place in the order before it, where that is kept."""
        pattern = self.pattern if self.for_others else self.own_pattern
        counts = self.keeps_order and export_name.INDEX not in pattern
        return f"{export_name.INDEX} {pattern}" if counts else pattern


def choice_of(kept: object) -> ExportChoice:
    """What cannot be read is as it is at first."""
    values: Mapping[str, Any] = kept if isinstance(kept, dict) else {}
    known = {each.name: values[each.name] for each in fields(ExportChoice) if each.name in values}
    first = asdict(ExportChoice())
    read = {name: value for name, value in known.items() if isinstance(value, type(first[name]))}
    return ExportChoice(**read | {"for_others": True})


CHOICE = "export"  # a setting
FOR_OTHERS = (
    "The pictures alone: no account, job ID, reference, link or prompt, and no metadata. Labels "
    "that say that they were made by AI, and Content Credentials, go too."
)
FOR_ME = (
    "With prompt, model, job ID and reference inside each picture, and its record as JSON beside "
    "it. They hold your account's e-mail address."
)
NO_PROMPTS = "Others do not get prompts. Export for yourself to have them."


@dataclass(frozen=True, slots=True)
class Scope:
    """Images that can be exported: "Selected images"."""

    name: str
    keys: Sequence[ImageKey]


class ExportDialog(QDialog):
    """Made once for a window, and filled anew each time."""

    def __init__(self, services: Services, parent: QWidget) -> None:
        super().__init__(parent)
        self._services = services
        self._scopes: Sequence[Scope] = ()
        self._title = ""
        self._first: Job | None = None  # for the example
        self.setWindowTitle("Export images")
        self.setMinimumWidth(560)
        self._what = QComboBox()
        self._what.setAccessibleName("Which images")
        self._others = QRadioButton("For others")
        self._me = QRadioButton("For me")
        self._kind = make_words()
        self._pattern = QLineEdit()
        self._pattern.setAccessibleName("Pattern of the names")
        self._insert = make_button("Insert field", "Insert a field into the pattern")
        self._insert.setMenu(self._fields_menu())
        self._example = make_words()
        self._order = QCheckBox("Keep this order in the names: 001, 002 …")
        self._pictures = QCheckBox("Pictures")
        self._sheet = QCheckBox("Contact sheet, one page for the browser and for paper")
        self._prompts = QCheckBox("with prompts")
        self._credentials = QCheckBox("Leave pictures with Content Credentials untouched")
        self._credentials.setToolTip(
            "Any change makes Content Credentials (C2PA) invalid. What is known of such a picture "
            "stands in the record beside it. Without this, its credentials are removed."
        )
        self._place = QLineEdit()
        self._place.setAccessibleName("Folder or zip file")
        self._problem = QLabel()
        self._problem.setProperty("role", "error")
        self._problem.setWordWrap(True)
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        self._export = QPushButton("Export")
        self._export.setProperty("role", "primary")
        self._export.setDefault(True)
        self._lay_out()
        self._choice = ExportChoice()
        self._connect()

    def ask(self, scopes: Sequence[Scope], title: str) -> None:
        """About these; the first one is proposed. `title`: of a contact sheet."""
        self._scopes, self._title = scopes, title
        self._show_choice(choice_of(self._services.preferences.get(CHOICE)))
        with QSignalBlocker(self._what):
            self._what.clear()
            for scope in scopes:
                self._what.addItem(f"{scope.name} ({len(scope.keys):,})")
        self._on_scope_changed()
        self.open()
        self._export.setFocus()

    # -- what it looks like -----------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        column.addLayout(_group("Images", self._what))
        kinds = _row(self._others, self._me)
        kinds.addStretch()
        column.addLayout(_group("For whom", kinds, self._kind))
        names = _row(self._pattern, self._insert)
        column.addLayout(_group("Names", names, self._example, self._order))
        sheet = _row(self._sheet, self._prompts)
        sheet.addStretch()
        column.addLayout(_group("What is written", self._pictures, self._credentials, sheet))
        folder = make_button("Folder…", "Choose a folder")
        folder.clicked.connect(self._choose_folder)
        file = make_button("Zip…", "Choose a zip file")
        file.clicked.connect(self._choose_zip)
        column.addLayout(_group("To", _row(self._place, folder, file)))
        column.addStretch()
        cancel = make_button("Cancel")
        cancel.clicked.connect(self.reject)
        bottom = QHBoxLayout()
        bottom.setSpacing(8)
        bottom.addWidget(self._problem, 1)
        bottom.addWidget(cancel)
        bottom.addWidget(self._export)
        column.addLayout(bottom)

    def _fields_menu(self) -> QMenu:
        menu = QMenu(self)
        self._field_actions = {
            field: menu.addAction(f"{{{field}}}", partial(self._insert_field, field))
            for field in export_name.FIELDS
        }
        return menu

    def _connect(self) -> None:
        self._what.currentIndexChanged.connect(self._on_scope_changed)
        self._others.toggled.connect(self._on_kind_toggled)
        for box in (
            self._order,
            self._pictures,
            self._sheet,
            self._prompts,
            self._credentials,
        ):
            box.toggled.connect(self._refresh)
        self._pattern.textEdited.connect(self._refresh)
        self._place.textChanged.connect(self._refresh)
        self._export.clicked.connect(self._on_export_clicked)

    def _show_choice(self, choice: ExportChoice) -> None:
        for widget, is_on in (
            (self._others if choice.for_others else self._me, True),
            (self._order, choice.keeps_order),
            (self._pictures, choice.has_pictures),
            (self._sheet, choice.has_sheet),
            (self._prompts, choice.has_prompts),
            (self._credentials, choice.keeps_credentials),
        ):
            with QSignalBlocker(widget):
                widget.setChecked(is_on)
        self._choice = choice
        self._show_kind()

    def _show_kind(self) -> None:
        choice = self._choice
        self._pattern.setText(choice.pattern if choice.for_others else choice.own_pattern)
        with QSignalBlocker(self._place):
            self._place.setText(choice.chosen_place or _first_place(choice.for_others))
        if choice.for_others:
            with QSignalBlocker(self._prompts):
                self._prompts.setChecked(False)
        self._kind.setText(FOR_OTHERS if choice.for_others else FOR_ME)
        self._field_actions[export_name.PROMPT].setEnabled(not choice.for_others)
        self._prompts.setToolTip(NO_PROMPTS if choice.for_others else "")

    def _refresh(self) -> None:
        """The example, and whether it can be done."""
        choice = self._choice = self._chosen()
        self._prompts.setEnabled(choice.has_sheet and not choice.for_others)
        self._credentials.setVisible(not choice.for_others)
        self._credentials.setEnabled(choice.has_pictures)
        for widget in (self._pattern, self._insert, self._order):
            widget.setEnabled(choice.has_pictures)
        wrong = export_name.problem(choice.whole_pattern, for_others=choice.for_others)
        self._example.setText("" if wrong else self._example_words())
        if not (choice.has_pictures or choice.has_sheet):
            wrong = "Choose pictures, a contact sheet, or both."
        elif not choice.has_pictures:
            wrong = ""
        wrong = wrong or _trouble_with(choice.chosen_place)
        if not self._keys():
            wrong = "There are no images."
        self._problem.setText(wrong)
        self._export.setEnabled(not wrong)

    def _example_words(self) -> str:
        """The name of the first one."""
        keys = self._keys()
        job = self._first
        if job is None or not keys or keys[0].index >= len(job.images):
            return ""
        image = job.images[keys[0].index]
        stem = export_name.stem(self._choice.whole_pattern, named(job, image, 0, len(keys)))
        return f"Example: {stem}{Path(image.file or 'image.jpg').suffix}"

    # -- what is chosen ---------------------------------------------------------------------

    def _keys(self) -> Sequence[ImageKey]:
        row = self._what.currentIndex()
        return self._scopes[row].keys if 0 <= row < len(self._scopes) else ()

    def _chosen(self) -> ExportChoice:
        for_others, pattern = self._others.isChecked(), self._pattern.text()
        before, place = self._choice, self._place.text().strip()
        return ExportChoice(
            for_others=for_others,
            pattern=pattern if for_others else before.pattern,
            own_pattern=before.own_pattern if for_others else pattern,
            keeps_order=self._order.isChecked(),
            has_pictures=self._pictures.isChecked(),
            has_sheet=self._sheet.isChecked(),
            has_prompts=self._prompts.isChecked(),
            keeps_credentials=self._credentials.isChecked(),
            place=place if for_others else before.place,
            own_place=before.own_place if for_others else place,
        )

    def _on_scope_changed(self) -> None:
        keys = self._keys()
        self._first = None
        self._refresh()

        def show(jobs: Sequence[Job]) -> None:
            self._first = jobs[0] if jobs else None
            self._refresh()

        if keys:
            with_jobs(self._services, [keys[0].number], show)

    def _on_kind_toggled(self) -> None:
        self._choice = replace(self._choice, for_others=self._others.isChecked())
        self._show_kind()
        self._refresh()

    def _insert_field(self, field: str) -> None:
        self._pattern.insert(f"{{{field}}}")
        self._pattern.setFocus()
        self._refresh()

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, "Export to a folder", _folder_of(self._place.text()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._open(dialog, self._place.setText)

    def _choose_zip(self) -> None:
        dialog = QFileDialog(self, "Export to a zip file", _folder_of(self._place.text()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # nothing is overwritten
        dialog.setNameFilter("Zip files (*.zip)")
        dialog.setDefaultSuffix("zip")
        dialog.selectFile("images.zip")
        self._open(dialog, self._place.setText)

    def _open(self, dialog: QFileDialog, take: Callable[[str], None]) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(take)
        dialog.open()

    def _on_export_clicked(self) -> None:
        choice = self._choice
        self._services.preferences.set(CHOICE, asdict(choice))
        self._services.exporter.start(
            ExportWish(
                keys=list(self._keys()),
                place=str(Path(choice.chosen_place).expanduser()),
                for_others=choice.for_others,
                pattern=choice.whole_pattern,
                has_pictures=choice.has_pictures,
                has_sheet=choice.has_sheet,
                has_prompts=choice.has_prompts and not choice.for_others,
                keeps_credentials=choice.keeps_credentials,
                title=self._title or "Contact sheet",
            )
        )
        self.accept()


def _first_place(for_others: bool) -> str:
    pictures = QStandardPaths.StandardLocation.PicturesLocation
    name = "Dreamina export" if for_others else "Dreamina with records"
    return str(Path(QStandardPaths.writableLocation(pictures)) / name)


def _trouble_with(place: str) -> str:
    """Why nothing can be written there, as far as it can be told before; else ""."""
    path = Path(place).expanduser()
    if not place or not path.is_absolute():
        return "Choose a folder or a zip file."
    nearest = QFileInfo(str(next(each for each in (path, *path.parents) if each.exists())))
    is_zip = nearest.filePath() == str(path) and path.suffix.casefold() == ".zip"
    if nearest.isFile() and not is_zip:
        return f"{nearest.filePath()} is a file. Choose a folder or a zip file."
    if not nearest.isWritable():
        return f"Nothing can be written to {nearest.filePath()}. Choose another folder."
    return ""


def _folder_of(place: str) -> str:
    """The nearest one that is there."""
    path = Path(place).expanduser()
    return str(next((each for each in (path, *path.parents) if each.is_dir()), Path.home()))


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    return row


def _group(name: str, *parts: QWidget | QHBoxLayout) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(8)
    column.addWidget(make_heading(name))
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            column.addLayout(part)
    return column
