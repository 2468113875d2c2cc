from __future__ import annotations

import pytest
from PySide6.QtWidgets import QToolButton, QWidget

from dreamina_desktop.ui.window.panes import Panes


@pytest.fixture
async def panes(qapp, put_up):
    made = Panes(QWidget(), QWidget(), QWidget())
    await put_up(made, 1200, 700)
    return made


def shown(panes):
    widgets = {"jobs": panes._jobs, "gallery": panes._gallery, "details": panes._details}
    return {name for name, widget in widgets.items() if widget.isVisible() and widget.width() > 1}


async def test_a_wide_window_shows_all_three(panes, until):
    await until(lambda: panes._jobs.width() == 320 and panes._details.width() == 300)
    assert shown(panes) == {"jobs", "gallery", "details"}


async def test_below_900_the_details_float_over_the_gallery(panes, until):
    panes.resize(880, 700)
    await until(lambda: shown(panes) == {"jobs", "gallery"})
    gallery = panes._gallery.width()
    panes.toggle_details()
    await until(lambda: shown(panes) == {"jobs", "gallery", "details"})
    assert panes._gallery.width() == gallery


async def test_floating_details_do_not_come_back_by_themselves(panes, until):
    panes.resize(880, 700)
    panes.toggle_details()
    panes.resize(1200, 700)
    await until(lambda: panes._splitter.indexOf(panes._details) == 2)
    panes.resize(880, 700)
    await until(lambda: shown(panes) == {"jobs", "gallery"})


async def test_below_700_jobs_and_gallery_take_turns(panes, until):
    panes.resize(600, 700)
    await until(lambda: shown(panes) == {"jobs"})
    switch = {b.text(): b for b in panes.findChildren(QToolButton) if b.isVisible()}
    assert set(switch) == {"Jobs", "Images"}
    switch["Images"].click()
    await until(lambda: shown(panes) == {"gallery"})
    panes.resize(800, 700)
    await until(lambda: shown(panes) == {"jobs", "gallery"})


async def test_the_details_can_be_put_away(panes, until):
    told = []
    panes.details_toggled.connect(told.append)
    panes.toggle_details()
    await until(lambda: shown(panes) == {"jobs", "gallery"})
    assert told[-1] is False


async def test_widths_are_kept_from_one_start_to_the_next(panes, put_up, until):
    panes._splitter.moveSplitter(400, 1)
    await until(lambda: panes._jobs.width() == 400)
    again = await put_up(Panes(QWidget(), QWidget(), QWidget()), 1200, 700)
    again.restore(panes.state())
    await until(lambda: again._jobs.width() == 400)


@pytest.mark.parametrize("state", [{}, {"widths": "x"}, {"widths": [None, 3]}, {"widths": [1]}])
async def test_a_state_that_cannot_be_read_is_the_same_as_none(panes, until, state):
    panes.restore(state)
    await until(lambda: panes._jobs.width() == 320)
    assert shown(panes) == {"jobs", "gallery", "details"}


async def test_a_list_that_was_pulled_shut_comes_back_when_it_is_wanted(panes, until):
    panes._splitter.moveSplitter(0, 1)
    await until(lambda: not panes._splitter.sizes()[0])
    panes.bring_to_front(gallery=False)
    await until(lambda: panes._splitter.sizes()[0] == 320)
