"""An exception in what Qt calls is told, and the window goes on."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import QEvent, QModelIndex, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

import dreamina_desktop.app
import dreamina_desktop.ui
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.diagnostics.lost import telling
from dreamina_desktop.ui.widgets import overrides
from dreamina_desktop.ui.window.main_window import MainWindow

NO_BUTTON = Qt.MouseButton.NoButton
Until = Callable[[Callable[[], object]], Awaitable[None]]


def overriding() -> Iterator[tuple[type, str]]:
    """Every method of ours that overrides one of Qt's."""
    for package in (dreamina_desktop.ui, dreamina_desktop.app):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for cls in vars(module).values():
                if inspect.isclass(cls) and cls.__module__ == found.name:
                    for name, method in vars(cls).items():
                        if callable(method) and overrides._of_qt(cls, name) is not None:
                            yield cls, name


EVERY = list(overriding())
BASIC = [
    (cls, name)
    for cls, name in EVERY
    if cls.__name__ in ("VirtualListView", "ArithmeticView", "JobsView", "GalleryView", "JobsModel")
    or cls.__name__ in ("ImagesModel", "JobDelegate", "IdEdit", "FlowLayout", "ElidedLabel")
]
SEEN = ("JobsView", "GalleryView", "JobDelegate")
ASKED = ("paintEvent", "resizeEvent", "keyPressEvent", "paint", "mousePressEvent")
UNGUARDED = [
    f"{cls.__name__}.{name}" for cls, name in EVERY if not hasattr(vars(cls)[name], "__wrapped__")
]


def test_every_class_that_overrides_methods_of_qt_is_guarded() -> None:
    assert len(EVERY) > 100
    assert UNGUARDED == []


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Where something was lost."""
    monkeypatch.setattr(overrides, "_told", {})
    found: list[str] = []
    with telling(lambda where, _error: found.append(where)):
        yield found


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    for second in range(1, 5):
        await bench.add(record(second))
    window = MainWindow(bench.services)
    await put_up(window)
    await until(lambda: len(window._gallery.order()) == 8)
    return window


def use(window: MainWindow) -> None:
    """Everything that makes Qt ask and tell widgets."""
    for widget in (window, *window.findChildren(QWidget)):
        if widget.isVisible():
            widget.sizeHint()
            widget.minimumSizeHint()
            QApplication.sendEvent(widget, QEvent(QEvent.Type.PaletteChange))
    window.resize(window.size() + QSize(8, 0))
    for view in (window._gallery.view, window._jobs.view):
        view.setFocus()
        QTest.keyClick(view, Qt.Key.Key_Down)
        for kind in (QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress):
            QApplication.sendEvent(view.viewport(), mouse(kind))
        QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Leave))
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
        view.scrollTo(view.model().index(view.model().rowCount() - 1, 0))
        view.model().dataChanged.emit(QModelIndex(), QModelIndex())
        view.grab()
    window.grab()
    window.resize(window.size() - QSize(8, 0))
    QApplication.sendPostedEvents()


def mouse(kind: QEvent.Type) -> QMouseEvent:
    pressed = Qt.MouseButton.LeftButton if kind is QEvent.Type.MouseButtonPress else NO_BUTTON
    at = QPointF(40, 40)
    return QMouseEvent(kind, at, at, pressed, pressed, Qt.KeyboardModifier.NoModifier)


@contextmanager
def broken(cls: type, name: str) -> Iterator[None]:
    """Meanwhile, what the guard around this method calls raises. PySide keeps the guard itself: to
    put another one into the class would change nothing."""

    def raising(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError(name)

    guard = vars(cls)[name]
    cell = guard.__closure__[guard.__code__.co_freevars.index("method")]
    method, cell.cell_contents = cell.cell_contents, raising
    try:
        yield
    finally:
        cell.cell_contents = method


def survives(cls: type, name: str, window: MainWindow) -> None:
    with broken(cls, name):
        use(window)
    window._gallery.select_keys([ImageKey(1, 0)])
    use(window)


async def test_the_window_goes_on_where_its_lists_raise(
    window: MainWindow, told: list[str]
) -> None:
    for cls, name in BASIC:
        told.clear()
        survives(cls, name, window)
        if cls.__name__ in SEEN and name in ASKED:
            assert any(name in where or "painting" in where for where in told), (cls, name)


@pytest.mark.long
@pytest.mark.parametrize(("cls", "name"), EVERY, ids=lambda each: getattr(each, "__name__", each))
async def test_the_window_goes_on_whatever_raises(cls: type, name: str, window: MainWindow) -> None:
    window._viewer().open_image(ImageKey(1, 0), window._gallery.order())
    survives(cls, name, window)


async def test_one_tile_that_cannot_be_painted_costs_no_other(
    window: MainWindow, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    view = window._gallery.view
    painted: list[int] = []
    tile = view._tile

    def odd(row: int) -> Any:
        painted.append(row)
        if row == 1:
            raise ZeroDivisionError
        return tile(row)

    monkeypatch.setattr(view, "_tile", odd)
    view.grab()
    assert {0, 1, 2, 3} <= set(painted)
    assert told == ["in painting a tile"]


def test_what_raises_again_and_again_does_not_fill_the_log(told: list[str], qapp: Any) -> None:
    @overrides.guarded
    class Label(QWidget):
        def sizeHint(self) -> QSize:  # noqa: N802
            raise ZeroDivisionError

    label = Label()
    assert [label.sizeHint() for _ in range(100)] == [QWidget().sizeHint()] * 100
    assert len(told) == overrides._TOLD_AT_MOST
