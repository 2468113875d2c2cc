"""Searches and filters in the window: what they list, say, keep and lift."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QPushButton, QToolButton, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.core.search.filters import NOTHING, Facet
from dreamina_desktop.ui.search.filter_bar import FilterBar
from dreamina_desktop.ui.window.main_window import STATE, MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]
Key = Qt.Key
PROMPTS = ("A red boat at dawn", "A hundred foxes", "红色的船, 4k", "<b>red</b> moon")


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    """Jobs 1 to 4 with two images each; the first two of another model."""
    for second, prompt in enumerate(PROMPTS, 1):
        model = "seedream-3" if second < 3 else "seedream-4.0"
        await bench.add(record(second, prompt=prompt, model=model))
    window = MainWindow(bench.services)
    await put_up(window)
    await until(lambda: listed(window) == [4, 3, 2, 1])
    return window


def child(window: QWidget, name: str) -> Any:
    found = [w for w in window.findChildren(QWidget) if w.accessibleName() == name]
    return next(w for w in found if w.isVisible())  # what was replaced may be there a moment longer


def listed(window: MainWindow) -> list[int]:
    return list(window._jobs.order())


def shown(window: MainWindow) -> list[str]:
    return [str(key) for key in child(window, "Images").order]


def search(window: MainWindow, text: str) -> None:
    child(window, "Search the jobs").setText(text)


def chip_labels(window: MainWindow) -> list[str]:
    bar = window.findChild(FilterBar)
    found = [b for b in bar.findChildren(QToolButton) if b.property("role") == "chip"]
    return [each.text() for each in found if not each.isHidden()]


def words(window: MainWindow) -> str:
    return " | ".join(w.text() for w in window.findChildren(QLabel) if w.isVisible())


async def test_words_that_begin_as_they_were_typed_go_first(
    window: MainWindow, until: Until
) -> None:
    search(window, "red")

    await until(lambda: listed(window) == [1, 4, 2])
    search(window, "2")
    await until(lambda: listed(window)[:1] == [2])


async def test_numbers_of_images_show_and_select_exactly_those(
    window: MainWindow, until: Until
) -> None:
    search(window, "we like 1-2 and 3-1")
    await until(lambda: shown(window) == ["3-1", "1-2"])
    images = child(window, "Images")
    await until(lambda: images.selected_count() == 2)
    search(window, "1-9")  # no such image: these are words
    await until(lambda: listed(window) == [])
    search(window, "")
    await until(lambda: len(shown(window)) == 8)


async def test_job_ids_in_a_text_list_exactly_those(
    bench: Any, window: MainWindow, until: Until
) -> None:
    ids = [bench.services.library.job(number).jobid for number in (2, 4)]
    search(window, f"failed: {ids[0]} and {ids[1]}")
    await until(lambda: listed(window) == [4, 2])


async def test_the_name_that_an_account_was_given_is_found(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    other = record(9, prompt="Nothing special")
    other["jobid"] = other["jobid"].replace("user@", "other@")
    await bench.add(other)
    bench.services.accounts.rename("US:other@example.com", "Client Moon")
    search(window, "moon")
    await until(lambda: sorted(listed(window)) == [4, 5])  # by its prompt, by its account
    search(window, "client special")
    await until(lambda: listed(window) == [5])


async def test_filters_combine_and_each_is_lifted_by_its_chip(
    bench: Any, window: MainWindow, until: Until
) -> None:
    await bench.services.marking.flag([ImageKey(1, 1), ImageKey(3, 0)], Flag.PICKED)
    narrowing = NOTHING.with_flag(Flag.PICKED).toggled(Facet.MODEL, "seedream-3")
    window._jobs.narrow(narrowing)
    await until(lambda: shown(window) == ["1-2"])
    assert chip_labels(window) == ["Model: seedream-3", "Picked"]
    chip = child(window, "Lift the filter Model: seedream-3")
    chip.setFocus()
    QTest.keyClick(chip, Key.Key_Delete)

    await until(lambda: shown(window) == ["3-1", "1-2"])
    child(window, "Lift the filter Picked").click()
    await until(lambda: len(shown(window)) == 8)
    assert not window.findChild(FilterBar).isVisible()


async def test_under_a_filter_the_focus_goes_to_what_follows_a_hidden_image(
    window: MainWindow, until: Until
) -> None:
    images = child(window, "Images")
    images.setFocus()
    window._jobs.narrow(NOTHING.with_flag(Flag.NONE))
    images.select_key(ImageKey(3, 1))
    for number in (3, 2):
        QTest.keyClick(images, Key.Key_P)
        await until(
            lambda number=number: (
                images.current_key() == ImageKey(number - 1, 0)
                or (number == 3 and images.current_key() == ImageKey(2, 0))
            )
        )
        assert images.selected_keys() == [images.current_key()]
        images.select_key(ImageKey(2, 1))
    images.select_key(ImageKey(1, 1))  # the last one
    QTest.keyClick(images, Key.Key_X)
    await until(lambda: images.current_key() == ImageKey(1, 0))


async def test_the_menu_counts_and_chooses(window: MainWindow, until: Until) -> None:
    button = child(window, "Filter")
    menu = button.menu()
    menu.aboutToShow.emit()
    models = next(action.menu() for action in menu.actions() if action.text() == "Model")
    models.aboutToShow.emit()
    await until(lambda: len(models.actions()) == 2)
    assert [action.text() for action in models.actions()] == ["seedream-3\t2", "seedream-4.0\t2"]
    models.actions()[0].trigger()
    await until(lambda: listed(window) == [2, 1])


async def test_a_search_that_hides_what_was_current_selects_nothing_and_begins_at_the_top(
    window: MainWindow, until: Until
) -> None:
    window.resize(700, 420)  # a line of the gallery at a time
    images = child(window, "Images")
    images.select_key(ImageKey(1, 1))
    await until(lambda: images.verticalScrollBar().value() > 0)
    images.clearSelection()

    search(window, "moon")

    await until(lambda: shown(window) == ["4-1", "4-2"])
    assert images.selected_count() == 0
    assert images.current_key() is None
    assert images.verticalScrollBar().value() == 0


async def test_what_is_selected_stays_selected_where_a_search_shows_it(
    window: MainWindow, until: Until
) -> None:
    images = child(window, "Images")
    images.select_keys([ImageKey(4, 0), ImageKey(1, 1)], ImageKey(4, 0))

    search(window, "moon")

    await until(lambda: shown(window) == ["4-1", "4-2"])
    assert images.selected_keys() == [ImageKey(4, 0)]
    assert images.current_key() == ImageKey(4, 0)


async def test_a_search_is_kept_under_a_name_found_again_and_forgotten(
    bench: Any, window: MainWindow, until: Until
) -> None:
    window._jobs.narrow(NOTHING.toggled(Facet.MODEL, "seedream-4.0"))
    search(window, "red")
    entry(window, "Save this search…").trigger()
    name = child(window, "Name of this search")
    assert name.hasFocus()
    QTest.keyClicks(name, "Moons & boats")
    QTest.keyClick(name, Key.Key_Return)
    window._jobs.list_all()
    await until(lambda: len(listed(window)) == 4)
    saved = entry(window, "Saved searches").menu()
    assert saved.actions()[0].text() == "Moons && boats"
    saved.actions()[0].trigger()
    await until(lambda: listed(window) == [4])
    assert child(window, "Search the jobs").text() == "red"
    forget = entry(window, "Saved searches").menu().findChild(QMenu) or saved
    action = next(a for a in entry(window, "Saved searches").menu().actions() if a.menu())
    forget = action.menu()
    forget.actions()[0].trigger()
    assert bench.services.saved_searches.all() == []
    await bench.services.undo.undo()
    assert [each.name for each in bench.services.saved_searches.all()] == ["Moons & boats"]


def entry(window: MainWindow, text: str) -> Any:
    menu = child(window, "Filter").menu()
    menu.aboutToShow.emit()
    return next(action for action in menu.actions() if action.text() == text)


async def test_an_empty_result_says_which_filter_to_lift(window: MainWindow, until: Until) -> None:
    window._jobs.narrow(NOTHING.toggled(Facet.MODEL, "seedream-3"))
    search(window, "moon")
    await until(lambda: listed(window) == [])
    assert "“moon” is in no job among what is filtered by Model: seedream-3" in words(window)

    def lifts() -> list[QPushButton]:
        buttons = window.findChildren(QPushButton)
        return [b for b in buttons if b.isVisible() and b.text().startswith("Lift ")][-2:]

    await until(lambda: len([b for b in lifts() if "(" in b.text()]) == 2)
    assert [b.text() for b in lifts()] == ["Lift Model: seedream-3  (1)", "Lift “moon”  (2)"]
    lifts()[0].click()
    await until(lambda: listed(window) == [4])


async def test_each_letter_of_a_search_in_vain_is_said(window: MainWindow, until: Until) -> None:
    search(window, "zz")
    await until(lambda: "“zz” is in no job" in words(window))
    search(window, "zzz")
    await until(lambda: "“zzz” is in no job" in words(window))


async def test_filters_and_search_are_there_after_a_restart(
    bench: Any, window: MainWindow, put_up: Any, until: Until
) -> None:
    window._jobs.narrow(NOTHING.toggled(Facet.MODEL, "seedream-4.0"))
    search(window, "red")
    window.remember()
    assert bench.services.preferences.get(STATE)["search"] == "red"
    again = MainWindow(bench.services)
    await put_up(again)
    await until(lambda: listed(again) == [4])
    assert chip_labels(again) == ["Model: seedream-4.0"]
    assert child(again, "Search the jobs").text() == "red"


async def test_a_hit_is_marked_and_hostile_text_is_text(window: MainWindow, until: Until) -> None:
    jobs = child(window, "Jobs")
    before = jobs.grab().toImage()
    search(window, "boat")
    await until(lambda: listed(window) == [1])
    marked = jobs.grab().toImage()
    search(window, "boat")
    assert marked != before
    search(window, "<b>" * 90)
    await until(lambda: "is in no job" in words(window))
    assert isinstance(child(window, "Search the jobs"), QLineEdit)
