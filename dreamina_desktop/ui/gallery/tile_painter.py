"""Paint one tile: where its parts lie, the picture or what stands in for it, the caption in lines
that fit, the marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPen,
    QPixmap,
    QTextLayout,
    QTextOption,
    QTransform,
)

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState
from dreamina_desktop.core.jobs.marks import NO_MARKS, Flag, Marks
from dreamina_desktop.ui import wording
from dreamina_desktop.ui.marks import mark_actions as mark_words
from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import Colors
from dreamina_desktop.ui.views.paint_cache import Painted

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


def badge_rect(picture: QRect) -> QRectF:
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


def lines_of(text: str, font: QFont, width: int, at_most: int) -> list[str]:
    """At most `at_most` lines, each no wider than `width` pixels."""
    if not text or at_most < 1:
        return []
    layout = QTextLayout(text, font)
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignHCenter))
    layout.beginLayout()
    starts: list[int] = []
    while len(starts) <= at_most and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    whole = [text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    if len(whole) <= at_most:
        return whole
    rest = text[starts[at_most - 1] :].strip()
    elided = QFontMetrics(font).elidedText(rest, Qt.TextElideMode.ElideRight, width)
    return [*whole[: at_most - 1], elided]


RADIUS = 10.0
CONTROL_RADIUS = 6.0
REJECTED_OPACITY = 0.35
SAID = 15  # pixels of the icon of a mark
NO_PEN = Qt.PenStyle.NoPen
CENTER = Qt.AlignmentFlag.AlignCenter
LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True, slots=True)
class Tile:
    """What is to be seen of one image."""

    key: ImageKey
    image: Image | None
    marks: Marks = NO_MARKS
    thumbnail: QPixmap | None = None
    thumbnail_failed: bool = False
    fetching: bool = False
    note: str = ""  # the image's note, without addresses
    trouble: str = ""  # of a saved image's file: services.downloads.file_watch
    selected: bool = False
    focused: bool = False  # it is the current tile, and the keys go to it
    active: bool = False  # its buttons show
    pressed: TileButton | None = None
    hovered: TileButton | None = None

    @property
    def is_trashed(self) -> bool:
        return self.image is not None and self.image.state is ImageState.TRASHED

    @property
    def can_retry(self) -> bool:
        unsaved = (ImageState.LOST, ImageState.INVALID, ImageState.TRASHED)
        return self.image is not None and (bool(self.trouble) or self.image.state in unsaved)


class TilePainter:
    """Fonts and colours of one paint event; `painted` is kept from one to the next."""

    def __init__(self, painter: QPainter, colors: Colors, font: QFont, painted: Painted) -> None:
        self._painter = painter
        self._painted = painted
        self._colors = colors
        self._font = font
        self._bold = QFont(font)
        self._bold.setWeight(QFont.Weight.DemiBold)
        self._small = QFont(font)
        self._small.setPointSizeF(font.pointSizeF() * 0.9)
        self._mat = colors.raised if colors.dark else colors.canvas.darker(105)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)

    def paint(self, tile: Tile, rect: QRect, picture_height: int) -> None:
        """`rect`: picture and caption."""
        mat = QRect(rect.left(), rect.top(), rect.width(), picture_height)
        if tile.thumbnail is not None:
            self._paint_kept(tile, tile.thumbnail, rect, picture_height)
        else:
            self._paint_mat(self._painter, mat)
            self._paint_stand_in(tile, mat)
            self._paint_caption(self._painter, tile, rect.adjusted(0, picture_height, 0, 0))
        self._paint_marks(tile, mat)
        if tile.active:
            for button, place in corner_buttons(mat).items():
                self._paint_button(tile, button, place)

    def _paint_kept(self, tile: Tile, thumbnail: QPixmap, rect: QRect, picture_height: int) -> None:
        def paint(painter: QPainter, rect: QRect) -> None:
            painter.fillRect(rect, self._colors.canvas)
            mat = QRect(0, 0, rect.width(), picture_height)
            self._paint_mat(painter, mat)
            if tile.marks.flag is Flag.REJECTED or tile.is_trashed:
                painter.setOpacity(REJECTED_OPACITY)
            self._paint_picture(painter, thumbnail, mat)
            painter.setOpacity(1.0)
            self._paint_caption(painter, tile, rect.adjusted(0, picture_height, 0, 0))

        look = (
            thumbnail.cacheKey(),
            picture_height,
            self._colors.dark,
            self._font.key(),
            tile.marks,
        )
        self._painted.paint(self._painter, rect, tile.key, tile.image, look, paint)

    def _paint_mat(self, painter: QPainter, mat: QRect) -> None:
        painter.setPen(NO_PEN)
        painter.setBrush(self._mat)
        painter.drawRoundedRect(mat, RADIUS, RADIUS)

    def _paint_picture(self, painter: QPainter, pixmap: QPixmap, mat: QRect) -> None:
        place = picture_rect(mat, pixmap.size())
        # A texture repeats: half a pixel is left out all around, or its edges would mix with those
        # of the opposite side.
        across = place.width() / max(1, pixmap.width() - 1)
        down = place.height() / max(1, pixmap.height() - 1)
        start = QTransform.fromTranslate(place.left() - across / 2, place.top() - down / 2)
        brush = QBrush(pixmap)
        brush.setTransform(start.scale(across, down))
        painter.setPen(NO_PEN)
        painter.setBrush(brush)
        # Away from the mat's corners the picture keeps nearly square ones of its own.
        away = max(mat.width() - place.width(), mat.height() - place.height())
        radius = RADIUS if away < 2 * RADIUS else 2.0
        painter.drawRoundedRect(place, radius, radius)

    def _paint_caption(self, painter: QPainter, tile: Tile, rect: QRect) -> None:
        number = str(tile.key)
        room = rect.adjusted(2, 4, -2, 0)
        painter.setFont(self._bold)
        painter.setPen(self._colors.text)
        painter.drawText(room, LEFT, number)
        used = QFontMetrics(self._bold).horizontalAdvance(number) + 8
        marked = self._paint_said(painter, tile.marks, room.adjusted(used, 0, 0, 0))
        rest = room.adjusted(used, 0, -marked, 0)
        metrics = QFontMetrics(self._font)
        text = wording.size(tile.image) if tile.image else ""
        if tile.is_trashed:
            text = "in the trash"
        painter.setFont(self._font)
        painter.setPen(self._colors.muted)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, LEFT, shown)

    def _paint_said(self, painter: QPainter, marks: Marks, room: QRect) -> int:
        """What was said about the image, from the right; the width that it takes."""
        right = room.right() + 1
        if marks.flag is not Flag.NONE:
            picked = marks.flag is Flag.PICKED
            color = self._colors.completed if picked else self._colors.failed
            icon = "pick" if picked else "reject"
            right = self._paint_said_icon(painter, icon, color, right, room)
        if marks.rating:
            stars = mark_words.stars(marks.rating)
            width = QFontMetrics(self._font).horizontalAdvance(stars)
            painter.setFont(self._font)
            painter.setPen(self._colors.pending)
            painter.drawText(QRect(right - width, room.top(), width, room.height()), LEFT, stars)
            right -= width + 4
        for name, is_there in (("tag", marks.tags), ("note", marks.note)):
            if is_there:
                right = self._paint_said_icon(painter, name, self._colors.muted, right, room)
        return room.right() + 1 - right

    def _paint_said_icon(
        self, painter: QPainter, name: str, color: QColor, right: int, room: QRect
    ) -> int:
        """Left of `right`; where the next one ends."""
        place = QRectF(right - SAID, room.top(), SAID, room.height())
        self._paint_icon(name, place, SAID, color, painter)
        return right - SAID - 4

    def _paint_marks(self, tile: Tile, mat: QRect) -> None:
        if tile.selected or tile.focused:
            self._paint_ring(mat, 3.0 if tile.selected and tile.focused else 2.0, tile.selected)
        if tile.selected:
            badge = badge_rect(mat)
            self._painter.setPen(NO_PEN)
            self._painter.setBrush(self._colors.accent)
            self._painter.drawEllipse(badge)
            self._paint_icon("check", badge, 14, self._colors.on_accent)

    def _paint_ring(self, mat: QRect, width: float, selected: bool) -> None:
        out = 2.0 + width / 2
        pen = QPen(self._colors.accent if selected else self._colors.control, width)
        self._painter.setPen(pen)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRoundedRect(
            QRectF(mat).adjusted(-out, -out, out, out), RADIUS + out, RADIUS + out
        )

    def _paint_button(self, tile: Tile, button: TileButton, place: QRect) -> None:
        colors = self._colors
        ground = colors.selected if button in (tile.pressed, tile.hovered) else colors.raised
        self._painter.setPen(QPen(colors.line, 1))
        self._painter.setBrush(ground)
        self._painter.drawRoundedRect(
            QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), CONTROL_RADIUS, CONTROL_RADIUS
        )
        if button is TileButton.RETRY:
            self._paint_label(button, place)
        else:
            self._paint_icon(button.icon, QRectF(place), 18, colors.text)

    def _paint_label(self, button: TileButton, place: QRect) -> None:
        self._painter.setFont(self._font)
        self._painter.setPen(self._colors.text)
        width = QFontMetrics(self._font).horizontalAdvance(button.label) + 22
        left = place.center().x() - width // 2
        self._paint_icon(
            button.icon, QRectF(left, place.top(), 16, place.height()), 16, self._colors.text
        )
        self._painter.drawText(
            place.adjusted(left + 22 - place.left(), 0, 0, 0), LEFT, button.label
        )

    def _paint_icon(
        self, name: str, place: QRectF, size: int, color: QColor, painter: QPainter | None = None
    ) -> None:
        painter = painter or self._painter
        scale = self._painter.device().devicePixelRatioF()
        pixmap = icons.pixmap(name, color, size, scale)
        corner = place.center() - QPointF(size / 2, size / 2)
        painter.drawPixmap(QPoint(round(corner.x()), round(corner.y())), pixmap)

    def _paint_stand_in(self, tile: Tile, mat: QRect) -> None:
        if tile.image is None:
            return
        match tile.image.state:
            case ImageState.SAVED if tile.trouble:
                self._paint_lost(tile, mat, wording.TROUBLES[tile.trouble], tile.trouble)
            case ImageState.SAVED if tile.thumbnail_failed:
                self._paint_words(
                    mat, "image", self._colors.muted, "No preview", wording.NO_THUMBNAIL
                )
            case ImageState.SAVED:
                return  # its thumbnail comes within moments: the mat is enough
            case ImageState.PENDING:
                self._paint_pending(tile, mat)
            case ImageState.TRASHED:
                self._paint_words(mat, "trash", self._colors.muted, "In the trash", "")
            case _:
                self._paint_lost(tile, mat, "Not saved", tile.note)

    def _paint_pending(self, tile: Tile, mat: QRect) -> None:
        if tile.fetching:
            self._paint_words(mat, "ring", self._colors.pending, "Loading…", "")
        else:
            title = "Waiting" if tile.note else "Waiting to be loaded"
            self._paint_words(mat, "pause", self._colors.pending, title, tile.note)

    def _paint_lost(self, tile: Tile, mat: QRect, title: str, note: str) -> None:
        retry = retry_button(mat)
        above = QRect(mat.left(), mat.top(), mat.width(), retry.top() - mat.top())
        reason = wording.reason(tile.image, note) if tile.image is not None else ""
        self._paint_words(above, "failed", self._colors.failed, title, reason)
        self._paint_button(tile, TileButton.RETRY, retry)

    def _paint_words(self, room: QRect, icon: str, color: QColor, title: str, text: str) -> None:
        """An icon, a title and as much of a text as there is room for, in the middle."""
        room = room.adjusted(12, 4, -12, -4)
        title_height = QFontMetrics(self._font).height()
        line_height = QFontMetrics(self._small).height()
        icon_height = 26 if room.height() >= title_height + 26 else 0
        fitting = (room.height() - title_height - icon_height - 2) // line_height
        lines = lines_of(text, self._small, room.width(), min(5, fitting))
        height = icon_height + title_height + line_height * len(lines) + (2 if lines else 0)
        top = room.top() + max(0, (room.height() - height) // 2)
        if icon_height:
            self._paint_icon(icon, QRectF(room.left(), top, room.width(), 20), 20, color)
        top += icon_height
        self._paint_line(QRect(room.left(), top, room.width(), title_height), title, self._font)
        top += title_height + 2
        for line in lines:
            place = QRect(room.left(), top, room.width(), line_height)
            self._paint_line(place, line, self._small, muted=True)
            top += line_height

    def _paint_line(self, place: QRect, text: str, font: QFont, *, muted: bool = False) -> None:
        self._painter.setFont(font)
        self._painter.setPen(self._colors.muted if muted else self._colors.text)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        self._painter.drawText(place, CENTER, shown)
