"""A start after a crash leaves out, once, what was shown last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.search.grouping import Grouping
from dreamina_desktop.ui.window.main_window import LEFT_OUT, MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]


async def shown(window: MainWindow, until: Until) -> None:
    await until(lambda: len(window._gallery.order()) > 0)


@pytest.mark.parametrize("has_crashed", [False, True])
async def test_search_selection_and_grouping_are_left_out_once_after_a_crash(
    has_crashed: bool, bench: Any, put_up: Any, record: Any, until: Until
) -> None:
    for second, prompt in enumerate(("a boat", "a moon", "a fox"), 1):
        await bench.add(record(second, prompt=prompt))
    before = MainWindow(bench.services)
    await put_up(before)
    before._search.setText("moon")
    await until(lambda: len(before._gallery.order()) == 2)
    before._gallery.group_by(Grouping.DAY)
    before._gallery.select_keys([ImageKey(2, 1)])
    before._panes.toggle_details()
    before.remember()
    before.hide()

    after = MainWindow(bench.services, has_crashed=has_crashed)
    await put_up(after)
    await shown(after, until)
    assert after._search.text() == ("" if has_crashed else "moon")
    assert len(after._gallery.order()) == (6 if has_crashed else 2)
    grouping = after._gallery.state()["grouping"]
    assert grouping == (Grouping.NOTHING if has_crashed else Grouping.DAY)
    assert after._panes.details_shown == before._panes.details_shown
    said = bench.services.messages.passing
    assert (said is not None and said.text == LEFT_OUT) == has_crashed


async def test_a_first_start_after_a_crash_has_nothing_to_leave_out(
    bench: Any, put_up: Any
) -> None:
    window = MainWindow(bench.services, has_crashed=True)
    await put_up(window)
    assert bench.services.messages.passing is None
