"""The field for the next request's prompt."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QPlainTextEdit

from dreamina_desktop.ui.widgets.overrides import guarded


@guarded
class PromptEdit(QPlainTextEdit):
    """Takes text only: the names of dropped files are no prompt, and go to whoever is around it."""

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return not source.hasUrls() and super().canInsertFromMimeData(source)
