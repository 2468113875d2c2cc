"""Files go to the system's trash and come back; what is said about images stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtWidgets import QMenu, QMessageBox, QPushButton, QToolButton, QWidget

from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.core.search.filters import NOTHING
from dreamina_desktop.ui.window.main_window import MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest_asyncio.fixture
async def window(
    bench: Any,
    put_up: Any,
    record: Any,
    until: Until,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> MainWindow:
    """Two jobs of two images and an upscale of 1-2; the trash is the test's own."""
    (tmp_path / "share").mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    source = await bench.add(record(1))
    await bench.add(record(2))
    upscale = record(3, images=1) | {"type": "upscale"}
    upscale["request"] = {"jobid": source.jobid, "imageIndex": 1, "resolution": "4k"}
    await bench.add(upscale)
    window = MainWindow(bench.services)
    await put_up(window)
    await until(lambda: len(images(window).order) == 5)
    return window


def images(window: MainWindow) -> Any:
    return next(w for w in window.findChildren(QWidget) if w.accessibleName() == "Images")


def files(bench: Any) -> dict[str, bool]:
    """Which images' files are where they were saved."""
    return {name: (bench.day_folder / f"{name}.jpg").exists() for name in _NAMES}


_NAMES = ("1-1", "1-2", "2-1", "2-2", "3-1")


def states(bench: Any) -> dict[str, ImageState]:
    jobs = [bench.services.library.job(number) for number in (1, 2, 3)]
    return {str(image.key): image.state for job in jobs for image in job.images}


async def ask(window: MainWindow, until: Until) -> QMessageBox:
    buttons = window.findChildren(QToolButton)
    more = next(b for b in buttons if b.accessibleName() == "More about these images")
    menu: QMenu = more.menu()
    next(action for action in menu.actions() if action.text() == "Move to trash…").trigger()
    await until(lambda: window.findChildren(QMessageBox))
    return window.findChildren(QMessageBox)[-1]


def press(box: QMessageBox, text: str) -> None:
    next(b for b in box.findChildren(QPushButton) if b.text().replace("&", "") == text).click()


async def test_the_shown_set_is_named_and_picked_ones_and_sources_are_spared(
    bench: Any, window: MainWindow, until: Until
) -> None:
    await bench.services.marking.flag([ImageKey(2, 0)], Flag.PICKED)
    box = await ask(window, until)
    assert box.text().startswith("3 images, ")
    assert "Spared: 1 picked one and 1 source of kept upscales." in box.informativeText()
    press(box, "Move to trash")
    messages = bench.services.messages
    await until(lambda: messages.passing and "3 images to the trash" in messages.passing.text)
    assert files(bench) == {"1-1": False, "1-2": True, "2-1": True, "2-2": False, "3-1": False}
    trashed = [name for name, state in states(bench).items() if state is ImageState.TRASHED]
    assert trashed == ["1-1", "2-2", "3-1"]
    assert len(images(window).order) == 5  # records and their places stay
    reference = bench.services.library.image(ImageKey(1, 0)).entry.asset_ref
    assert reference


async def test_undo_brings_them_back_where_they_were(
    bench: Any, window: MainWindow, until: Until, tmp_path: Path
) -> None:
    await bench.services.marking.flag([ImageKey(2, 1)], Flag.REJECTED)
    window._jobs.narrow(NOTHING.with_flag(Flag.REJECTED))
    await until(lambda: len(images(window).order) == 1)
    press(await ask(window, until), "Move to trash")
    await until(lambda: states(bench)["2-2"] is ImageState.TRASHED)
    assert not files(bench)["2-2"]
    await until(lambda: bench.services.undo.label == "Move 1 image to the trash")
    await bench.services.undo.undo()
    assert states(bench)["2-2"] is ImageState.SAVED
    assert all(files(bench).values())
    assert list((tmp_path / "share" / "Trash" / "info").iterdir()) == []


async def test_an_emptied_trash_says_so_and_changes_nothing(
    bench: Any, window: MainWindow, until: Until, tmp_path: Path
) -> None:
    images(window).select_key(ImageKey(2, 1))
    press(await ask(window, until), "Move to trash")
    await until(lambda: states(bench)["2-2"] is ImageState.TRASHED)
    for file in (tmp_path / "share" / "Trash" / "files").iterdir():
        file.unlink()
    with pytest.raises(OSError, match="emptied"):
        await bench.services.undo.undo()
    assert states(bench)["2-2"] is ImageState.TRASHED


async def test_a_trash_that_takes_nothing_leaves_everything(
    bench: Any, window: MainWindow, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dreamina_desktop.system.trash._move", lambda _: None)
    images(window).select_key(ImageKey(2, 1))
    press(await ask(window, until), "Move to trash")
    messages = bench.services.messages
    await until(lambda: messages.passing and "took 1 of them not" in messages.passing.text)
    assert states(bench)["2-2"] is ImageState.SAVED


async def test_cancel_moves_nothing_and_nothing_to_move_is_said(
    bench: Any, window: MainWindow, until: Until
) -> None:
    press(await ask(window, until), "Cancel")
    assert all(files(bench).values())
    every = [ImageKey(*map(int, name.split("-"))) for name in _NAMES]
    await bench.services.marking.flag(
        [ImageKey(key.number, key.index - 1) for key in every], Flag.PICKED
    )
    trashing = window._gallery._trashing
    trashing.ask([ImageKey(1, 0)])
    messages = bench.services.messages
    await until(lambda: messages.passing and messages.passing.text.startswith("Nothing to move"))
    assert "1 picked one" in messages.passing.text


async def test_what_is_in_the_trash_is_not_downloaded_again_by_itself(
    bench: Any, window: MainWindow, until: Until
) -> None:
    images(window).select_key(ImageKey(2, 1))
    press(await ask(window, until), "Move to trash")
    await until(lambda: states(bench)["2-2"] is ImageState.TRASHED)
    bench.services.refetch.start([2])
    messages = bench.services.messages
    await until(lambda: messages.passing and "Nothing to download" in messages.passing.text)
    assert states(bench)["2-2"] is ImageState.TRASHED
