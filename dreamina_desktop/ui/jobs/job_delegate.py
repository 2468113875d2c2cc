"""Paints one job: pictures, title with what was searched for, number, status, duration, request."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from dreamina_desktop.core.jobs.job import ImageKey, Job
from dreamina_desktop.core.jobs.status import Role, StatusWords, runs, seconds_run, status_words
from dreamina_desktop.core.text.folding import folded
from dreamina_desktop.ui import wording
from dreamina_desktop.ui.jobs.jobs_model import JobsModel, title
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import Colors, colors
from dreamina_desktop.ui.views.paint_cache import Painted
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails
from dreamina_desktop.ui.widgets.overrides import guarded

BEFORE = 12  # characters that stay in front of a hit where the text's beginning is cut off
MOST = 20_000


def hits(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """From and until where, in the order of the text, none within another. `terms`: folded
    (core.search.terms)."""
    # A character may be several when it is folded: "…" is three dots.
    parts = [folded(character) for character in text]
    places = [place for place, part in enumerate(parts) for _ in part]
    comparable = "".join(parts)
    found: list[tuple[int, int]] = []
    for term in terms:
        start = comparable.find(term)
        while start >= 0:
            end = start + len(term)
            found.append((places[start], places[end - 1] + 1))
            start = comparable.find(term, end)
    return _merged(sorted(found))


def around_hit(text: str, terms: Sequence[str], fits: Callable[[str], bool]) -> str:
    """The text from its beginning, or from shortly before its first hit where that would not be
    seen."""
    found = hits(text[:MOST], terms)
    if not found or fits(text[: found[0][1]]):
        return text
    start = max(0, found[0][0] - BEFORE)
    while start < found[0][0] and start > 0 and not text[start - 1].isspace():
        start += 1
    return f"…{text[start:]}"


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


PADDING = 12
GAP = 10
PICTURES = QSize(68, 52)
SMALLER = 0.88
LABEL_SHARE = 70  # percent of a line's room, at most
SHOWN = 300  # characters of a title, at most
Index = QModelIndex | QPersistentModelIndex


@guarded
class JobDelegate(QStyledItemDelegate):
    """Every row has the same height, so that a hundred thousand need no layout."""

    def __init__(self, services: Services, thumbnails: Thumbnails, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._thumbnails = thumbnails
        self._rows = Painted()
        self._terms: tuple[str, ...] = ()
        services.accounts.subscribe(self._rows.clear)

    def show_terms(self, terms: tuple[str, ...]) -> None:
        """What was searched for is marked; folded (core.search.terms)."""
        self._terms = terms

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        lines = 3 * QFontMetrics(option.font).height() + 4
        return QSize(200, max(lines, PICTURES.height()) + 2 * PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, JobsModel)
        job = model.peek(index.row())
        if job is None:
            self._paint_stand_in(painter, option, str(model.numbers()[index.row()]))
            return
        words = status_words(job, waiting=model.waiting())
        time = self._time(job)

        def paint(inner: QPainter, rect: QRect) -> None:
            moved = QStyleOptionViewItem(option)
            moved.rect = rect
            self._paint_row(inner, moved, job, words, time)

        look = self._look(option, job, words, time)
        self._rows.paint(painter, option.rect, job.number, job, look, paint)

    def _look(
        self, option: QStyleOptionViewItem, job: Job, words: StatusWords, time: str
    ) -> Hashable:
        """All that a row shows beside its job."""
        pixmaps = (self._thumbnails.pixmap(image.key) for image in job.images[:4])
        return (
            option.state.value,
            option.font.key(),
            colors().dark,
            words,
            time,
            self._terms,
            tuple(0 if pixmap is None else pixmap.cacheKey() for pixmap in pixmaps),
        )

    def _paint_stand_in(self, painter: QPainter, option: QStyleOptionViewItem, number: str) -> None:
        """The job comes within a frame or two."""
        c = colors()
        self._paint_ground(painter, option, c)
        pictures, text = _places(option.rect)
        painter.fillRect(pictures, c.line if c.dark else c.canvas)
        line = QRect(text.topLeft(), QSize(text.width(), text.height() // 3))
        _paint_right(painter, option.font, line, number, c.muted)

    def _paint_row(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        job: Job,
        words: StatusWords,
        time: str,
    ) -> None:
        c = colors()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(option.rect, option.palette.base())
        self._paint_ground(painter, option, c)
        pictures, text = _places(option.rect)
        self._paint_pictures(painter, pictures, job, words, c)
        self._paint_text(painter, option, text, job, words, time, c)

    def _time(self, job: Job) -> str:
        seconds = seconds_run(job, self._services.server_clock.time())
        if seconds is None:
            return ""
        return wording.elapsed(seconds) if runs(job) else wording.duration(seconds)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, c: Colors) -> None:
        rect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.fillRect(rect, c.selected if selected else c.canvas)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, c.line)
        if selected:
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), c.accent)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(c.accent, 1))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))

    def _paint_pictures(
        self, painter: QPainter, rect: QRect, job: Job, words: StatusWords, c: Colors
    ) -> None:
        """A mosaic of its images, or the shape of its status on a quiet mat."""
        clip = QPainterPath()
        clip.addRoundedRect(rect, 6, 6)
        painter.save()
        painter.setClipPath(clip)
        painter.fillRect(rect, c.line if c.dark else c.canvas)
        keys = [image.key for image in job.images[:4]]
        found = [(key, self._thumbnails.pixmap(key)) for key in keys]
        if any(pixmap is not None for _, pixmap in found):
            for (_, pixmap), cell in zip(found, _cells(rect, len(found)), strict=True):
                if pixmap is not None:
                    _paint_filling(painter, cell, pixmap)
        else:
            scale = painter.device().devicePixelRatioF()
            icon = icons.pixmap(words.icon, _color(words.role, c), 20, scale)
            painter.drawPixmap(rect.center().x() - 10, rect.center().y() - 10, icon)
        painter.restore()

    def _paint_text(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        rect: QRect,
        job: Job,
        words: StatusWords,
        time: str,
        c: Colors,
    ) -> None:
        strong, small = QFont(option.font), QFont(option.font)
        strong.setWeight(QFont.Weight.Medium)
        small.setPointSizeF(option.font.pointSizeF() * SMALLER)
        line = rect.height() // 3
        first, second, third = (
            QRect(rect.left(), rect.top() + row * line, rect.width(), line) for row in range(3)
        )
        right = _paint_right(painter, option.font, first, str(job.number), c.muted)
        self._paint_title(painter, strong, right, job, c)
        right = _paint_right(painter, small, second, time, c.muted)
        self._paint_status(painter, small, right, words, c)
        self._paint_request(painter, small, third, job, c)

    def _paint_title(
        self, painter: QPainter, font: QFont, rect: QRect, job: Job, c: Colors
    ) -> None:
        metrics = QFontMetrics(font)
        if not self._terms:
            _paint_left(painter, font, rect, title(job, self._services), c.text)
            return
        whole = title(job, self._services, MOST)
        text = around_hit(
            whole, self._terms, lambda part: metrics.horizontalAdvance(part) < rect.width()
        )
        shown = metrics.elidedText(text[:SHOWN], Qt.TextElideMode.ElideRight, rect.width())
        ground = QColor(c.pending)
        ground.setAlpha(70)
        for start, end in hits(shown, self._terms):
            left = rect.left() + metrics.horizontalAdvance(shown[:start])
            width = metrics.horizontalAdvance(shown[start:end])
            height = metrics.height()
            top = rect.center().y() - height // 2
            painter.fillRect(QRect(left, top, width, height), ground)
        _paint_left(painter, font, rect, shown, c.text)

    def _paint_status(
        self, painter: QPainter, font: QFont, rect: QRect, words: StatusWords, c: Colors
    ) -> None:
        scale = painter.device().devicePixelRatioF()
        color = _color(words.role, c)
        icon = icons.pixmap(words.icon, color, 14, scale)
        painter.drawPixmap(rect.left(), rect.center().y() - 6, icon)
        code = f" · {words.code}" if words.code and words.code not in words.word else ""
        said = self._services.accounts.masked(words.word)
        room = rect.width() - 19 - QFontMetrics(font).horizontalAdvance(code)
        word = QFontMetrics(font).elidedText(said, Qt.TextElideMode.ElideRight, room)
        _paint_left(painter, font, rect.adjusted(19, 0, 0, 0), f"{word}{code}", color)

    def _paint_request(
        self, painter: QPainter, font: QFont, rect: QRect, job: Job, c: Colors
    ) -> None:
        label = self._services.accounts.label(job.jobid)
        if label is not None:
            rect = _paint_right(painter, font, rect, label.name, c.muted)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(c.accounts[label.color % len(c.accounts)])
            painter.drawEllipse(rect.right() - 4, rect.center().y() - 2, 6, 6)
            rect = rect.adjusted(0, 0, -12, 0)
        record = job.record
        if job.label:
            rect = self._paint_label(painter, font, rect, job.label, c)
        if record is not None:
            kind = "upscale" if record.type == "upscale" else None
            parts = (kind, record.model, record.ratio, record.resolution)
            _paint_left(painter, font, rect, " · ".join(p for p in parts if p), c.muted)

    def _paint_label(
        self, painter: QPainter, font: QFont, rect: QRect, label: str, c: Colors
    ) -> QRect:
        """Up to most of the room; what is left of it."""
        metrics = QFontMetrics(font)
        masked = self._services.accounts.masked(label)
        room = rect.width() * LABEL_SHARE // 100
        shown = metrics.elidedText(masked, Qt.TextElideMode.ElideRight, room)
        _paint_left(painter, font, rect, shown, c.text)
        return rect.adjusted(metrics.horizontalAdvance(shown) + 8, 0, 0, 0)


def _places(rect: QRect) -> tuple[QRect, QRect]:
    """Of the pictures and of the text."""
    inside = rect.adjusted(PADDING, PADDING, -PADDING, -PADDING)
    text = inside.adjusted(PICTURES.width() + GAP, -2, 0, 2)
    return QRect(inside.topLeft(), PICTURES), text


def preview_keys(job: Job) -> list[ImageKey]:
    """The images whose thumbnails a row shows."""
    return [image.key for image in job.images[:4] if image.file]


def _color(role: Role, c: Colors) -> QColor:
    color = getattr(c, role)
    assert isinstance(color, QColor)
    return color


def _cells(rect: QRect, count: int) -> list[QRect]:
    """One, two side by side, one beside two, or a square of four."""
    if count == 1:
        return [rect]
    if count == 3:
        left, right = _cells(rect, 2)
        half = rect.height() // 2
        lower = right.adjusted(0, half, 0, 0)
        return [left, QRect(right.topLeft(), QSize(right.width(), half - 1)), lower]
    columns, rows = 2, (count + 1) // 2
    width, height = rect.width() // columns, rect.height() // rows
    return [
        QRect(rect.left() + i % 2 * width, rect.top() + i // 2 * height, width - 1, height - 1)
        for i in range(count)
    ]


def _paint_filling(painter: QPainter, cell: QRect, pixmap: QPixmap) -> None:
    """The middle of the picture, filling the cell."""
    size = pixmap.size()
    part = cell.size().scaled(size, Qt.AspectRatioMode.KeepAspectRatio)
    source = QRect((size.width() - part.width()) // 2, (size.height() - part.height()) // 2, 0, 0)
    source.setSize(part)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(cell, pixmap, source)


def _paint_left(painter: QPainter, font: QFont, rect: QRect, text: str, color: QColor) -> None:
    painter.setFont(font)
    painter.setPen(color)
    elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, elided)


def _paint_right(painter: QPainter, font: QFont, rect: QRect, text: str, color: QColor) -> QRect:
    """Paint at the right edge; the room that is left of it."""
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
    width = QFontMetrics(font).horizontalAdvance(text)
    return rect.adjusted(0, 0, -(width + 8) if text else 0, 0)
