"""The details speak of the images that are selected in the gallery."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.ui.details import details_pane, job_page
from dreamina_desktop.ui.details.details_pane import MOST_LISTED, DetailsPane
from dreamina_desktop.ui.window.main_window import MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    """Three jobs of four images."""
    for second in range(1, 4):
        await bench.add(record(second, images=4))
    window = MainWindow(bench.services)
    await put_up(window)
    await until(lambda: len(window._gallery.order()) == 12)
    return window


def texts(window: MainWindow) -> list[str]:
    return [label.text() for label in window._details.widget().findChildren(QLabel)]


def copy_buttons(window: MainWindow) -> list[str]:
    buttons = window._details.widget().findChildren(QAbstractButton)
    return [b.accessibleName() for b in buttons if b.accessibleName().startswith("Copy reference")]


def press(window: MainWindow, name: str) -> None:
    buttons = window._details.widget().findChildren(QAbstractButton)
    next(b for b in buttons if name in (b.text(), b.accessibleName())).click()


def reference(bench: Any, key: ImageKey) -> str:
    return str(bench.services.library.image(key).entry.asset_ref)


async def test_what_a_selected_image_has_comes_first(bench: Any, window: MainWindow) -> None:
    key = ImageKey(2, 3)
    await bench.services.marking.flag([key], Flag.PICKED)
    await bench.services.marking.tag([key], ["Campaign X"], [])
    window._gallery.select_keys([key])
    shown = texts(window)
    assert shown[0] == "Image 2-4"
    first = shown.index("Job 2")
    assert any("Campaign X" in text for text in shown[:first])
    assert copy_buttons(window)[0] == "Copy reference 2-4"
    assert copy_buttons(window)[1:] == [f"Copy reference 2-{n}" for n in (1, 2, 3)]
    press(window, "Copy reference 2-4")
    assert QGuiApplication.clipboard().text() == reference(bench, key)


async def test_arrow_keys_bring_the_next_image_first(window: MainWindow) -> None:
    window._gallery.select_keys([ImageKey(2, 0)])
    window._gallery.view.setFocus()
    QTest.keyClick(window._gallery.view, Qt.Key.Key_Right)
    assert window._gallery.current_key() == ImageKey(2, 1)
    assert copy_buttons(window)[0] == "Copy reference 2-2"


async def test_of_a_selected_job_the_images_come_in_their_order(window: MainWindow) -> None:
    window._details.show_jobs([2])
    assert texts(window)[0] == "Job 2"
    assert copy_buttons(window) == [f"Copy reference 2-{n}" for n in (1, 2, 3, 4)]


async def test_several_selected_images_are_copied_together_and_one_by_one(
    bench: Any, window: MainWindow, until: Until
) -> None:
    keys = [ImageKey(3, 1), ImageKey(2, 3), ImageKey(1, 0)]
    window._gallery.select_keys(keys)
    await until(lambda: texts(window)[0] == "3 images")
    assert copy_buttons(window) == [f"Copy reference {key}" for key in keys]
    press(window, "Copy 3 references")
    lines = [reference(bench, key) for key in keys]
    await until(lambda: QGuiApplication.clipboard().text() == "\n".join(lines))
    press(window, "Copy reference 2-4")
    assert QGuiApplication.clipboard().text() == lines[1]


async def test_of_very_many_the_first_are_listed_and_all_are_copied(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    for second in range(4, 10):
        await bench.add(record(second, images=4))
    await until(lambda: len(window._gallery.order()) == 36)
    window._gallery.view.selectAll()
    await until(lambda: texts(window)[0] == "36 images")
    assert len(copy_buttons(window)) == MOST_LISTED
    assert f"and {36 - MOST_LISTED} more" in texts(window)
    press(window, "Copy 36 references")
    await until(lambda: len(QGuiApplication.clipboard().text().splitlines()) == 36)


async def test_one_again_after_several(window: MainWindow, until: Until) -> None:
    window._gallery.select_keys([ImageKey(3, 1), ImageKey(2, 3)])
    await until(lambda: texts(window)[0] == "2 images")
    window._gallery.select_keys([ImageKey(3, 1)])
    await until(lambda: texts(window)[0] == "Image 3-2")


async def test_nothing_of_another_job_can_be_copied_while_one_is_read(
    bench: Any, window: MainWindow, until: Until
) -> None:
    window._details.show_jobs([2])
    bench.services.library._kept.clear()
    window._details.show_jobs([1])
    assert copy_buttons(window) == []
    await until(lambda: copy_buttons(window)[:1] == ["Copy reference 1-1"])


async def test_nothing_of_another_job_can_be_copied_where_one_cannot_be_shown(
    bench: Any, window: MainWindow, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    window._details.show_jobs([2])
    assert copy_buttons(window)

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(details_pane, "JobPage", broken)
    with pytest.raises(ZeroDivisionError):
        window._details.show_jobs([1])
    assert isinstance(window._details, DetailsPane)
    assert window._details.widget().text() == "These details cannot be shown."
    await until(lambda: bench.errors)  # once more, when its raw record is read
    bench.errors.clear()


async def test_of_a_job_of_hundreds_of_images_the_first_and_what_is_selected_are_shown(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    job = await bench.add(record(20, images=300), saved=False)
    window._details.show_jobs([job.number])
    most = job_page.MOST_LISTED
    names = [f"Copy reference {job.number}-{n + 1}" for n in range(most)]
    assert copy_buttons(window) == names
    rest = f"{300 - most} more images are in the gallery: select one to see it here."
    assert rest in texts(window)
    await until(lambda: len(window._gallery.order()) == 312)
    window._gallery.select_keys([ImageKey(job.number, 199)])
    assert copy_buttons(window) == [f"Copy reference {job.number}-200", *names]
    press(window, f"Copy reference {job.number}-200")
    assert QGuiApplication.clipboard().text() == reference(bench, ImageKey(job.number, 199))
    await until(lambda: "Show raw JSON" in [b.text() for b in buttons(window)])
    assert "1,184 more fields in the raw JSON." in texts(window)  # four of each later image
    assert len(window._details.widget().findChildren(QWidget)) < 150


def buttons(window: MainWindow) -> list[QAbstractButton]:
    return window._details.widget().findChildren(QAbstractButton)
