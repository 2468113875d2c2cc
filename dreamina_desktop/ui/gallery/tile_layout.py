"""Where the parts of one tile lie: its picture, its caption and its buttons."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt

BUTTON = 28  # pixels, square
BUTTON_GAP = 4
INSET = 8  # of buttons and badge from the picture's edge
RETRY = QSize(84, 28)


class TileButton(Enum):
    """The buttons of a tile: the icon's name and what it does, in words."""

    COPY = ("copy", "Copy reference")
    OPEN = ("open", "Open image")
    MORE = ("more", "More actions")
    RETRY = ("retry", "Retry")

    @property
    def icon(self) -> str:
        return self.value[0]

    @property
    def label(self) -> str:
        return self.value[1]


def corner_buttons(picture: QRect) -> dict[TileButton, QRect]:
    """Copy, open and more, at the top right of the picture."""
    right = picture.right() + 1 - INSET
    top = picture.top() + INSET
    buttons = {}
    for button in (TileButton.MORE, TileButton.OPEN, TileButton.COPY):
        buttons[button] = QRect(right - BUTTON, top, BUTTON, BUTTON)
        right -= BUTTON + BUTTON_GAP
    return buttons


def retry_button(picture: QRect) -> QRect:
    """*Retry*, at the bottom of a picture that is not saved."""
    rect = QRect(QPoint(0, 0), RETRY)
    rect.moveCenter(picture.center())
    rect.moveBottom(picture.bottom() - (12 if picture.height() > 120 else 4))
    return rect


def badge(picture: QRect) -> QRectF:
    """The check of a selected tile."""
    return QRectF(picture.left() + INSET, picture.top() + INSET, 20, 20)


def picture_rect(mat: QRect, size: QSize) -> QRectF:
    """Where a picture of `size` lies on its mat: whole, in its ratio; the mat itself where the
    ratios differ by less than rounding does."""
    if size.isEmpty():
        return QRectF(mat)
    fitted = size.scaled(mat.size(), Qt.AspectRatioMode.KeepAspectRatio)
    if mat.width() - fitted.width() <= 3 and mat.height() - fitted.height() <= 3:
        return QRectF(mat)
    rect = QRect(QPoint(0, 0), fitted)
    rect.moveCenter(mat.center())
    return QRectF(rect)
