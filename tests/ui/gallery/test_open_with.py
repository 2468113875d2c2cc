"""Images in other programs, from the gallery's menu and the details."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

from dreamina_desktop.core.desktop_entry import DesktopEntry
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.ui.gallery import open_with
from dreamina_desktop.ui.window.main_window import MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    """A saved job of two images, and one that is not saved."""
    await bench.add(record(1))
    await bench.add(record(2, images=1), saved=False)
    window = MainWindow(bench.services)
    await put_up(window)
    await until(lambda: len(images(window).order) == 3)
    return window


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the system was asked to open with its default program."""
    urls: list[str] = []

    def open_url(url: QUrl) -> bool:
        urls.append(url.toLocalFile())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    return urls


def images(window: MainWindow) -> Any:
    return next(w for w in window.findChildren(QWidget) if w.accessibleName() == "Images")


def select(window: MainWindow, *names: str) -> None:
    window._gallery.select_keys([ImageKey(int(n[0]), int(n[2]) - 1) for n in names])


def files(bench: Any, *names: str) -> list[str]:
    library = bench.services.library
    return [library.image(ImageKey(int(n[0]), int(n[2]) - 1)).file for n in names]


def action(window: MainWindow, name: str) -> QAction:
    menu = window._gallery._actions.menu()
    return next(each for each in menu.actions() if each.text() == name)


def programs(window: MainWindow) -> QMenu:
    menu = action(window, "Open with").menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    return menu


def names(menu: QMenu) -> list[str]:
    return [each.text() for each in menu.actions() if not each.isSeparator()]


def said(bench: Any) -> str:
    message = bench.services.messages.passing
    return message.text if message else ""


async def test_the_default_program_comes_first_then_those_that_the_system_knows(
    bench: Any, window: MainWindow, opened: list[str], until: Until
) -> None:
    known = bench.services.other_programs
    known.known = [DesktopEntry("Gimp", ("gimp",)), DesktopEntry("Draw & Paint", ("draw",))]
    select(window, "1-1", "1-2")
    assert known.asked == []  # nothing is read before it is wanted
    menu = programs(window)
    assert names(menu) == ["Default program"]
    await until(lambda: len(names(menu)) == 3)
    assert names(menu) == ["Default program", "Gimp", "Draw && Paint"]
    assert known.asked == ["image/jpeg"]
    menu.actions()[-1].trigger()
    await until(lambda: known.opened)
    assert known.opened == [("Draw & Paint", files(bench, "1-1", "1-2"))]
    menu.actions()[0].trigger()
    assert opened == files(bench, "1-1", "1-2")


async def test_a_program_that_does_not_start_is_said(
    bench: Any, window: MainWindow, until: Until
) -> None:
    known = bench.services.other_programs
    known.known, known.trouble = [DesktopEntry("Gimp", ("gimp",))], "gimp could not be started."
    select(window, "1-1")
    menu = programs(window)
    await until(lambda: len(names(menu)) == 2)
    menu.actions()[-1].trigger()
    await until(lambda: said(bench))
    assert said(bench) == "Gimp did not open it. gimp could not be started."


async def test_too_many_are_not_opened_at_once(
    bench: Any, window: MainWindow, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_with, "MOST_OPENED", 1)
    select(window, "1-1", "1-2")
    programs(window).actions()[0].trigger()
    assert opened == []
    assert said(bench) == "2 images are too many to open at once: 1 at most."


async def test_what_is_not_saved_cannot_be_opened(
    bench: Any, window: MainWindow, opened: list[str], until: Until
) -> None:
    select(window, "2-1")
    assert not action(window, "Open with").isEnabled()
    assert not action(window, "Show in folder").isEnabled()
    select(window, "2-1", "1-2")
    programs(window).actions()[0].trigger()
    assert opened == files(bench, "1-2")


async def test_files_are_shown_in_their_folder_else_the_folder_alone(
    bench: Any, window: MainWindow, opened: list[str], until: Until
) -> None:
    known = bench.services.other_programs
    select(window, "1-1", "1-2")
    action(window, "Show in folder").trigger()
    await until(lambda: known.shown)
    assert known.shown == [files(bench, "1-1", "1-2")]
    assert opened == []
    known.can_show = False
    action(window, "Show in folder").trigger()
    await until(lambda: opened)
    assert opened == [str(bench.day_folder)]


async def test_the_details_show_a_file_in_its_folder(
    bench: Any, window: MainWindow, until: Until
) -> None:
    select(window, "1-2")
    buttons = window._details.widget().findChildren(QAbstractButton)
    # That of the image which is selected comes first.
    (first, _) = [each for each in buttons if each.accessibleName() == "Show in folder"]
    first.click()
    await until(lambda: bench.services.other_programs.shown)
    assert bench.services.other_programs.shown == [files(bench, "1-2")]
