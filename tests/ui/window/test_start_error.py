"""Why there is no window, in one of its own."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QAbstractButton, QLabel

from dreamina_desktop.ui.window.start_dialogs import StartError


async def test_it_says_why_and_goes_when_it_was_read(put_up: Any) -> None:
    box = StartError("The disk is full: <b>library</b> could not be written.")
    ended: list[int] = []
    box.finished.connect(ended.append)
    await put_up(box, 500, 200)
    texts = [label.text() for label in box.findChildren(QLabel)]
    assert "The disk is full: <b>library</b> could not be written." in texts
    box.findChildren(QAbstractButton)[0].click()
    assert len(ended) == 1
