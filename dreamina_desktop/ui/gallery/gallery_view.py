"""The grid of tiles: painting, mouse and keys; where each lies is answered by `Grid`."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QToolTip, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.ui.gallery import tile_painter
from dreamina_desktop.ui.gallery.gallery_mouse import TileDrag, TileDrop
from dreamina_desktop.ui.gallery.grid import HEADER, NO_SECTIONS, Grid, mat_ratio
from dreamina_desktop.ui.gallery.image_order import ImageOrder, Replacement
from dreamina_desktop.ui.gallery.images_model import ImagesModel
from dreamina_desktop.ui.gallery.scroll_anchor import Place
from dreamina_desktop.ui.gallery.section_header import Section, headers, paint_header
from dreamina_desktop.ui.gallery.tile_painter import Tile, TileButton, TilePainter
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.views.paint_cache import LIMIT_BYTES, Painted
from dreamina_desktop.ui.views.row_selection import count_of, rows_of, runs, runs_of, selection_of
from dreamina_desktop.ui.views.virtual_list_view import ArithmeticView
from dreamina_desktop.ui.widgets.overrides import guarded, one_of_many
from dreamina_desktop.ui.wording import image_pixels, plain_tip

Index = QModelIndex | QPersistentModelIndex
CursorAction = QAbstractItemView.CursorAction
ScrollHint = QAbstractItemView.ScrollHint
SelectionFlag = QItemSelectionModel.SelectionFlag
NO_MODIFIER = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier

MIN_TILE = 128
MAX_TILE = 480
DEFAULT_TILE = 240
RATIO_SAMPLES = 64  # images looked at to choose the mat's ratio
VISIBLE_DELAY_MS = 30
FAR = 2_000  # images, among which the next current one is looked for
EDGE, EDGE_MS = 32, 30  # pixels and milliseconds: what is dragged there scrolls


TileSource = Callable[[int], Tile]
SectionSource = Callable[[int], Section]


@guarded
class GalleryView(ArithmeticView):
    """Shows `ImagesModel`. What a tile looks like is asked of `tile_source`, by row; what the
    header of a section says of `section_source`, by the section's first row."""

    visible_changed = Signal()  # other tiles are visible, soon after they are
    button_clicked = Signal(object, object)  # TileButton, ImageKey
    open_requested = Signal(object)  # ImageKey
    menu_requested = Signal(QPoint)  # in the viewport
    left = Signal()  # Escape, with nothing selected
    zoom_requested = Signal(int, object)  # steps, QPoint in the viewport
    arrived_above = Signal(int)  # so many images, while what is in view stayed there
    drag_requested = Signal()  # of what is selected
    drag_left = Signal()  # the view, for other places
    moved = Signal(object, object)  # ImageKeys, and the one before which they were dropped, or None
    others_shown = Signal()  # another set of images, or its beginning

    def __init__(
        self,
        model: ImagesModel,
        tile_source: TileSource,
        section_source: SectionSource,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(model, parent)
        self._images = model
        self._tile_source = tile_source
        self._section_source = section_source
        self._grid = Grid()
        self._place = Place()
        self.is_replacing = False  # rows are being replaced: current and selection are between
        self._hovered: tuple[int, TileButton | None] | None = None
        self._pressed: tuple[int, TileButton] | None = None
        self._band_start: QPoint | None = None  # in the content
        self.can_be_moved = False  # tiles, by dragging them to another place here
        self._drag = TileDrag()
        self._drop = TileDrop()
        self._painted = Painted()
        self._visible_timer = QTimer(self, singleShot=True, interval=VISIBLE_DELAY_MS)
        self._visible_timer.timeout.connect(self.visible_changed)
        self._edge_timer = QTimer(self, interval=EDGE_MS)
        self._edge_timer.timeout.connect(self._scroll_at_edge)
        self.setAcceptDrops(True)
        self.start()
        self.setAccessibleName("Images")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # What is shown

    @property
    def order(self) -> ImageOrder:
        return self._images.order

    @property
    def grid(self) -> Grid:
        return self._grid

    @property
    def tile_width(self) -> int:
        """What was asked for; tiles are a little wider, to fill the line."""
        return self._grid.target

    def show_order(self, order: ImageOrder, *, arriving: bool = False) -> None:
        """Show other images; selection, current image and scroll position stay with theirs.
        `arriving`: these are asked for as before, and some came or went: then the place of what
        went is kept, too. Who asks for others sees their beginning, and selects anew."""
        change = self.order.replacement(order)
        if not change.removed and not change.inserted:
            self._images.set_order(order, change)  # the same images; jobs without any may differ
            self._regroup()
            return
        selected, current = self._selected_among(change), self.current_key()
        successor = self._successor(order) if arriving else None
        is_left = not arriving and current is not None and current not in order
        if self._place.row is None and self.underMouse() and len(self.order):
            self._place = Place(0)  # nothing moves away under the pointer
        self._place = self._place.of_keys(self.order)
        self.is_replacing = self._moving = True
        self.setAutoScroll(False)  # Qt would scroll to the current tile wherever it ends up
        self._images.set_order(order, change)
        before, self._place = self._place.row, self._place.of_rows(order, arriving=arriving)
        self._moving = False
        self.lay_out()
        if change.removed and change.inserted:
            self.select_keys(selected, current)
        if successor is not None:
            self.select_key(successor)
        elif is_left:  # Qt would make a neighbour the current one
            self.selectionModel().setCurrentIndex(QModelIndex(), SelectionFlag.NoUpdate)
        self.setAutoScroll(True)
        self.is_replacing = False
        after = self._place.row
        if not arriving or before is None or after is None:
            self.others_shown.emit()
        elif after > before:
            self.arrived_above.emit(after - before)

    def _regroup(self) -> None:
        """The same images in other groups: what is at the top stays there."""
        if self.order.sections() != self._sections():
            self.lay_out()

    def _sections(self) -> array[int]:
        return self._grid.starts if self._grid.header else array("q")

    def set_tile_width(self, width: int, at: QPoint | None = None) -> None:
        """Make tiles larger or smaller; the tile at `at` (in the viewport), else the current one
        where it is visible, else the first visible one stays in its place."""
        width = min(max(MIN_TILE, width), MAX_TILE)
        if width == self._grid.target:
            return
        pivot = self._pivot(at)
        if pivot is None:
            self.lay_out(target=width)
            return
        offset = self._grid.top(pivot) - self.verticalOffset()
        self.lay_out(target=width)
        self.verticalScrollBar().setValue(self._grid.top(pivot) - offset)

    def current_key(self) -> ImageKey | None:
        index = self.currentIndex()
        return self.order[index.row()] if index.isValid() else None

    def selected_keys(self, most: int | None = None) -> list[ImageKey]:
        """In the gallery's order; `most`: so many of the first."""
        keys: list[ImageKey] = []
        for first, last in runs_of(self.selectionModel().selection()):
            if most is not None and len(keys) >= most:
                break
            end = last + 1 if most is None else min(last + 1, first + most - len(keys))
            keys += self.order[first:end]
        return keys

    def selected_count(self) -> int:
        return count_of(self.selectionModel().selection())

    def select_key(self, key: ImageKey) -> bool:
        """Make one image the current and the only selected one, and show it."""
        row = self.order.row(key)
        if row is None:
            return False
        index = self._images.index(row)
        self.selectionModel().setCurrentIndex(index, SelectionFlag.ClearAndSelect)
        return True

    def select_keys(self, keys: Iterable[ImageKey], current: ImageKey | None) -> None:
        """Select these images among those that are shown, beside what is selected; scrolls
        nowhere."""
        model = self.selectionModel()
        row = None if current is None else self.order.row(current)
        if row is not None:
            self.setAutoScroll(False)
            model.setCurrentIndex(self._images.index(row), SelectionFlag.NoUpdate)
            self.setAutoScroll(True)
        rows = sorted(each for key in keys if (each := self.order.row(key)) is not None)
        if rows:
            model.select(selection_of(self._images, runs(rows)), SelectionFlag.Select)

    def place(self) -> tuple[ImageKey, float] | None:
        """The first visible image, and how much of its line is scrolled away (0 to 1); None at
        the top."""
        if self._place.row is None or self._place.row >= len(self.order):
            return None
        return self.order[self._place.row], self._place.hidden

    def go_to_place(self, key: ImageKey, hidden: float) -> None:
        """Scroll to what `place` said."""
        row = self.order.row(key)
        if row is not None:
            self._place = Place(row, hidden)
            self.lay_out()

    # Geometry

    def geometry_of(self) -> Grid:
        return self._grid

    def lay_out(self, target: int | None = None) -> None:
        """Fit the grid to width and count, and put what was at the top there again."""
        caption = QFontMetrics(self.font()).height() + 8
        sections = self.order.sections()
        self._grid = Grid(
            width=self.viewport().width(),
            count=len(self.order),
            target=target or self._grid.target,
            ratio=self._mat_ratio(),
            caption=caption,
            starts=sections or NO_SECTIONS,
            header=HEADER if sections else 0,
        )
        screen = self.viewport().size() * self.devicePixelRatioF()
        self._painted.limit_bytes = max(LIMIT_BYTES, 2 * 4 * screen.width() * screen.height())
        if not len(self.order):
            self._place = Place()
        self.fit_scroll_bar(self._place.offset(self._grid))
        self._visible_timer.start()

    def _mat_ratio(self) -> float:
        """Of the first ones that are in memory: nothing waits for the disk here."""
        rows = range(min(len(self.order), RATIO_SAMPLES))
        images = (self._images.peek(row) for row in rows)
        sizes = (image_pixels(image) for image in images if image is not None)
        return mat_ratio(size[0] / size[1] for size in sizes if size is not None)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if not self._moving:
            self._place = Place.at(self._grid, self.verticalOffset())
        super().scrollContentsBy(dx, dy)
        self._set_hovered(None)
        if self._grid.header:  # the one at the top stays there, and was moved with the rest
            self.viewport().update(0, 0, self.viewport().width(), self._grid.header + abs(dy))
        if self._band_start is not None:
            self.viewport().update()
        self.tell_visible_soon()
        if self._place.row is None:
            self.others_shown.emit()

    def tell_visible_soon(self) -> None:
        """Not put off while scrolling goes on."""
        if not self._visible_timer.isActive():
            self._visible_timer.start()

    # Selection

    def _successor(self, order: ImageOrder) -> ImageKey | None:
        """Which image is the current one where the one that is goes: the next that stays, at the
        end the one before. None where it stays, or none does."""
        row, key = self.currentIndex().row(), self.current_key()
        if key is None or key in order:
            return None
        before = self.order
        after = islice((before[each] for each in range(row + 1, len(before))), FAR)
        ahead = islice((before[each] for each in range(row - 1, -1, -1)), FAR)
        return next((each for each in chain(after, ahead) if each in order), None)

    def _selected_among(self, change: Replacement) -> list[ImageKey]:
        """The selected images that a replacement takes away, to come back or not."""
        if not (change.removed and change.inserted):
            return []
        replaced = range(change.start, change.start + change.removed)
        return self._keys(
            row for row in rows_of(self.selectionModel().selection()) if row in replaced
        )

    def _keys(self, rows: Iterable[int]) -> list[ImageKey]:
        order = self.order
        return [order[row] for row in rows]

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            painter.fillRect(event.rect(), colors().canvas)
            down = self.verticalOffset()
            top = event.rect().top() + down
            tile_painter = TilePainter(painter, colors(), self.font(), self._painted)
            for row in self._grid.rows(top, event.rect().bottom() + down):
                rect = self._grid.tile(row).translated(0, -down)
                with one_of_many(painter, "painting a tile"):
                    tile_painter.paint(self._tile(row), rect, self._grid.picture_height)
            painter.setFont(self.font())
            for section, place in self._headers():
                if not place.intersects(event.rect()):
                    continue
                with one_of_many(painter, "painting a header"):
                    paint_header(painter, place, self._section_source(self._grid.starts[section]))
            self._paint_drop(painter)
            self._paint_band(painter)

    def _headers(self) -> Iterator[tuple[int, QRect]]:
        return headers(self._grid, self.verticalOffset(), self.viewport().size())

    def header_at(self, point: QPoint) -> range | None:
        """The images of the section whose header is under a point of the viewport."""
        sections = (each for each, place in self._headers() if place.contains(point))
        found = next(sections, None)
        return None if found is None else self._grid.rows_of(found)

    def _tile(self, row: int) -> Tile:
        tile = self._tile_source(row)
        current = self.hasFocus() and self.currentIndex().row() == row
        hovered = self._hovered if self._hovered and self._hovered[0] == row else None
        pressed = self._pressed if self._pressed and self._pressed[0] == row else None
        return replace(
            tile,
            selected=self.selectionModel().isSelected(self._images.index(row)),
            focused=current,
            active=current or hovered is not None,
            hovered=hovered[1] if hovered else None,
            pressed=pressed[1] if pressed else None,
        )

    def _paint_drop(self, painter: QPainter) -> None:
        """A line where what is dragged would come to lie."""
        row = self._drop.row
        if row is None or not len(self.order):
            return
        tile = self.visualRect(self._images.index(min(row, len(self.order) - 1)))
        x = tile.right() + 2 if row >= len(self.order) else tile.left() - 4
        painter.fillRect(QRect(x, tile.top(), 3, tile.height()), colors().accent)

    def _paint_band(self, painter: QPainter) -> None:
        if self._band_start is None:
            return
        if self.state() is not QAbstractItemView.State.DragSelectingState:
            return
        accent = colors().accent
        start = self._band_start - QPoint(0, self.verticalOffset())
        end = self.viewport().mapFromGlobal(self.cursor().pos())
        painter.setPen(QPen(accent, 1))
        wash = type(accent)(accent)
        wash.setAlpha(36)
        painter.setBrush(wash)
        painter.drawRect(QRect(start, end).normalized())

    def update_key(self, key: ImageKey) -> None:
        """Paint one tile again, if it is visible."""
        row = self.order.row(key)
        if row is not None and row in self.visible_rows():
            self.viewport().update(self.visualRect(self._images.index(row)))

    # Mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if self._drag.is_begun:
            if self._drag.becomes_drag(point):
                self._set_hovered(None)
                self.drag_requested.emit()
            return
        if self._pressed is None:
            super().mouseMoveEvent(event)
        if self._band_start is not None:
            self.viewport().update()
        self._set_hovered(None if event.buttons() else self._part_at(point))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if (rows := self.header_at(point)) is not None:
            self._select_section(rows, event)
            return
        part = self._part_at(point)
        if event.button() is Qt.MouseButton.LeftButton and part and part[1]:
            self._pressed = (part[0], part[1])
            self.update_row(part[0])
            return
        if part and _grabs(event):
            self._grab(part[0], event)
            return
        if event.button() is Qt.MouseButton.LeftButton:
            self._band_start = point + QPoint(0, self.verticalOffset())
        super().mousePressEvent(event)

    def _select_section(self, rows: range, event: QMouseEvent) -> None:
        """A click on a header selects what is below it; with Ctrl beside what is selected."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        beside = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        how = SelectionFlag.Select if beside else SelectionFlag.ClearAndSelect
        run = [(rows.start, rows.stop - 1)]
        self.setAutoScroll(False)
        first = self._images.index(rows.start)
        self.selectionModel().setCurrentIndex(first, SelectionFlag.NoUpdate)
        self.setAutoScroll(True)
        self.selectionModel().select(selection_of(self._images, run), how)

    def _grab(self, row: int, event: QMouseEvent) -> None:
        """A tile that is not selected is, at once; of several selected ones a click selects one,
        which shows when the button is released."""
        if not self.selectionModel().isSelected(self._images.index(row)):
            super().mousePressEvent(event)
        self._drag.begin(event.position().toPoint())

    @property
    def is_grabbed(self) -> bool:
        """Whether the button is held on a tile."""
        return self._drag.is_begun

    def let_go(self) -> None:
        """The drag is over: its release came to somebody else."""
        self._drag.end()

    def _click(self, event: QMouseEvent) -> None:
        """What was only pressed is pressed and released now, as far as Qt knows."""
        pressed = QMouseEvent(
            QEvent.Type.MouseButtonPress,
            event.position(),
            event.globalPosition(),
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.LeftButton,
            event.modifiers(),
        )
        super().mousePressEvent(pressed)
        super().mouseReleaseEvent(event)

    # Drops, of tiles of this view on another place in it

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.setAccepted(event.source() is self)  # else it is for whoever is around the view

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setAccepted(self.can_be_moved)
        if self.can_be_moved:
            self._drop.point = event.position().toPoint()
            self._show_drop()
            self._edge_timer.start()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._end_drop()
        self.drag_left.emit()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop.point = event.position().toPoint()
        self._show_drop()
        row = self._end_drop()
        event.setAccepted(row is not None and self.can_be_moved)
        if event.isAccepted() and row is not None:
            before = self.order[row] if row < len(self.order) else None
            self.moved.emit(self.selected_keys(), before)

    def _show_drop(self) -> None:
        """Before which tile the selected ones would be dropped."""
        point = self._drop.point
        if point is None:
            return
        row = self._grid.nearest(point + QPoint(0, self.verticalOffset()))
        if row is not None:
            tile = self.visualRect(self._images.index(row))
            row += point.x() > tile.center().x()
        if row != self._drop.row:
            self._drop.row = row
            self.viewport().update()

    def _end_drop(self) -> int | None:
        """Where it would have been."""
        self._edge_timer.stop()
        row, self._drop = self._drop.row, TileDrop()
        self.viewport().update()
        return row

    def _scroll_at_edge(self) -> None:
        """On to what is not in view, the faster the nearer."""
        point, height = self._drop.point, self.viewport().height()
        if point is None:
            self._edge_timer.stop()
            return
        beyond = point.y() - min(max(EDGE, point.y()), height - EDGE)
        if beyond:
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + beyond)
            self._show_drop()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag.is_begun:
            if self._drag.end():
                self._click(event)
            return
        self._band_start = None
        if self._pressed is None:
            super().mouseReleaseEvent(event)
            self.viewport().update()
            return
        pressed, self._pressed = self._pressed, None
        self.update_row(pressed[0])
        if self._part_at(event.position().toPoint()) == pressed and pressed[0] < len(self.order):
            self.button_clicked.emit(pressed[1], self.order[pressed[0]])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.header_at(event.position().toPoint()) is not None:
            return
        part = self._part_at(event.position().toPoint())
        if event.button() is not Qt.MouseButton.LeftButton or part is None:
            super().mouseDoubleClickEvent(event)
        elif part[1] is not None:
            self.mousePressEvent(event)  # two quick clicks on a button are two clicks
        else:
            self.open_requested.emit(self.order[part[0]])

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hovered(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            steps = event.angleDelta().y()
            if steps:
                self.zoom_requested.emit(1 if steps > 0 else -1, event.position().toPoint())
            event.accept()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = (
            event.key(),
            event.modifiers() in (NO_MODIFIER, Qt.KeyboardModifier.KeypadModifier),
        )
        current = self.current_key()
        if plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if current is not None:
                self.open_requested.emit(current)
            return
        if key == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._request_menu_at_current()
            return
        if plain and key == Qt.Key.Key_Escape:
            self._leave()
            return
        super().keyPressEvent(event)
        if plain and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            # Qt selects only where the current tile changes; it may have been there unselected.
            self.selectionModel().select(self.currentIndex(), SelectionFlag.ClearAndSelect)

    def _leave(self) -> None:
        """First what is selected here, then what narrows the gallery."""
        if self.selectionModel().hasSelection():
            self.selectionModel().clearSelection()
        else:
            self.left.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            self._request_menu_at_current()
        elif self.indexAt(event.pos()).isValid():
            self.menu_requested.emit(event.pos())
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update_row(self.currentIndex().row())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update_row(self.currentIndex().row())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tool_tip(event)
            return True
        return super().viewportEvent(event)

    def reconsider_ratio(self) -> None:
        """More of the first images are known."""
        if self._mat_ratio() != self._grid.ratio:
            self.lay_out()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.lay_out_unless_moving()

    def button_center(self, key: ImageKey, button: TileButton) -> QPoint | None:
        """Where in the viewport a tile's button is; None where the image is not shown."""
        row = self.order.row(key)
        return None if row is None else self._buttons(row)[button].center()

    def _request_menu_at_current(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            self.scrollTo(index)
            if not self.selectionModel().isSelected(index):
                self.selectionModel().select(index, SelectionFlag.ClearAndSelect)
            self.menu_requested.emit(self.visualRect(index).center())

    def _show_tool_tip(self, event: QHelpEvent) -> None:
        part = self._part_at(event.pos())
        if part is None:
            QToolTip.hideText()
        elif part[1] is not None:
            QToolTip.showText(event.globalPos(), part[1].label, self)
        else:
            text = self._images.index(part[0]).data(Qt.ItemDataRole.ToolTipRole)
            QToolTip.showText(event.globalPos(), plain_tip(text or ""), self)

    def _set_hovered(self, part: tuple[int, TileButton | None] | None) -> None:
        if part == self._hovered:
            return
        before, self._hovered = self._hovered, part
        for each in (before, part):
            if each is not None:
                self.update_row(each[0])

    def scrollTo(self, index: Index, hint: ScrollHint = ScrollHint.EnsureVisible) -> None:
        """Not below the header that stays at the top."""
        super().scrollTo(index, hint)
        covered = self._grid.header
        if covered and index.isValid() and index.row() < self._grid.count:
            above = self._grid.cell(index.row()).top() - covered
            if above < self.verticalOffset():
                self.verticalScrollBar().setValue(above)

    def _part_at(self, point: QPoint) -> tuple[int, TileButton | None] | None:
        """The tile under a point of the viewport, and its button there."""
        row = self.row_at(point)
        if row is None:
            return None
        buttons = self._buttons(row)
        return row, next((each for each, place in buttons.items() if place.contains(point)), None)

    def _buttons(self, row: int) -> dict[TileButton, QRect]:
        tile = self._grid.tile(row).translated(0, -self.verticalOffset())
        mat = QRect(tile.left(), tile.top(), tile.width(), self._grid.picture_height)
        buttons = tile_painter.corner_buttons(mat)
        if self._tile_source(row).can_retry:
            buttons[TileButton.RETRY] = tile_painter.retry_button(mat)
        return buttons

    def _pivot(self, at: QPoint | None) -> int | None:
        """The tile that stays where it is while tiles change their size; None at the top."""
        if at is not None and (row := self.row_at(at)) is not None:
            return row
        current = self.currentIndex()
        visible = self.viewport().rect()
        if current.isValid() and visible.contains(self.visualRect(current).center()):
            return current.row()
        return self._place.row


def _grabs(event: QMouseEvent) -> bool:
    """With Ctrl or Shift a press selects."""
    changes = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | SHIFT)
    return event.button() is Qt.MouseButton.LeftButton and not changes
