"""What expires is seen, listed and fetched; what a pause costs is said; a close is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QPushButton, QToolButton, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.ui.window.closing import ClosingOffer
from dreamina_desktop.ui.window.main_window import MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]
CTRL = Qt.KeyboardModifier.ControlModifier
IN_40_MIN = 2400


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any) -> AsyncIterator[MainWindow]:
    window = MainWindow(bench.services)
    await put_up(window)
    bench.services.poller.token_changed(present=True, user_number=None)
    yield window
    bench.services.background.decide(keeps=False)  # no offer when it is taken down


def expiring_record(record: Any, second: int, at: float) -> Any:
    made = record(second, images=3)
    for image in made["response"]["images"]:
        image["imageUrl"] = image["imageUrl"].replace("1900000000", f"{at:.0f}")
    return made


async def add_expiring(bench: Any, record: Any, second: int = 8) -> Any:
    """A job whose three images are not saved, and have been noticed for a while."""
    at = bench.clock.now + IN_40_MIN
    job = await bench.add(expiring_record(record, second, at), saved=False)
    bench.clock.now += 11
    bench.services.deadlines.look()
    return job


def button(window: QWidget, text: str) -> QAbstractButton:
    return next(b for b in window.findChildren(QAbstractButton) if b.text() == text)


def seen_buttons(window: QWidget) -> list[str]:
    return [b.text() for b in window.findChildren(QAbstractButton) if b.isVisible() and b.text()]


def listed(window: MainWindow) -> list[int]:
    return list(window._jobs.order())


def said(bench: Any) -> str:
    message = bench.services.messages.passing
    return message.text if message else ""


# -- what expires ------------------------------------------------------------------------------


async def test_what_expires_is_a_button_of_the_status_bar_until_it_is_saved(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    assert "Fetch now" not in seen_buttons(window)
    job = await add_expiring(bench, record)
    await until(lambda: "3 images expire in 40 min" in seen_buttons(window))
    shown = button(window, "3 images expire in 40 min")
    assert shown.accessibleName() == "3 images expire in 40 min. List them"
    assert shown.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert button(window, "Fetch now").focusPolicy() & Qt.FocusPolicy.TabFocus
    bench.clock.now += 60
    await until(lambda: "3 images expire in 39 min" in seen_buttons(window))
    await bench.save(job)
    await until(lambda: "Fetch now" not in seen_buttons(window))


async def test_one_click_lists_what_expires_and_the_gallery_follows(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    job = await add_expiring(bench, record)
    await bench.add(record(2))
    await until(lambda: listed(window) == [3, 2, 1])
    await until(lambda: "3 images expire in 40 min" in seen_buttons(window))
    window._jobs.select([1])
    QTest.mouseClick(button(window, "3 images expire in 40 min"), Qt.MouseButton.LeftButton)
    assert listed(window) == [job.number]
    assert list(window._jobs.selected()) == []
    assert [str(key) for key in window._gallery.order()] == ["2-1", "2-2", "2-3"]
    # More of them come into the list by themselves, and what is saved leaves it.
    other = await add_expiring(bench, record, 9)
    await until(lambda: listed(window) == [other.number, job.number])
    await bench.save(job)
    await until(lambda: listed(window) == [other.number])
    await bench.save(other)
    await until(lambda: listed(window) == [])
    texts = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert "Nothing is to be fetched soon." in texts
    button(window, "Show all jobs").click()
    assert listed(window) == [4, 3, 2, 1]


async def test_the_list_is_reached_with_the_keyboard_and_is_one_of_the_filters(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    job = await add_expiring(bench, record)
    await until(lambda: "3 images expire in 40 min" in seen_buttons(window))
    shown = button(window, "3 images expire in 40 min")
    shown.setFocus()
    QTest.keyClick(shown, Qt.Key.Key_Space)
    assert listed(window) == [job.number]
    assert window._jobs.view.hasFocus()
    filters = next(
        b for b in window.findChildren(QToolButton) if b.accessibleName() == "Which jobs are listed"
    )
    assert filters.text() == "Expiring"
    filters.menu().aboutToShow.emit()
    chosen = {action.text(): action for action in filters.menu().actions()}
    assert chosen["Expiring"].isChecked()
    chosen["All"].trigger()
    assert listed(window) == [2, 1]


async def test_fetch_now_forgets_the_back_off_and_asks_the_running_jobs(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    services = bench.services
    old = record(5, "created", created="2026-02-01T12:00:00.000Z")
    await bench.add(old)
    job = await add_expiring(bench, record)
    services.supervisor.spawn(services.downloader.run(), "downloader")
    key = ImageKey(job.number, 0)
    await until(lambda: services.downloader.failing_for(key) is not None)
    await until(lambda: "3 images and 1 job expire in 40 min" in seen_buttons(window))
    button(window, "Fetch now").click()
    assert services.downloader.failing_for(key) is None
    assert 1 in services.poller.asked_by_hand
    assert said(bench) == "Fetching what expires soon."
    await until(lambda: services.downloader.failing_for(key) is not None)


async def test_while_it_is_paused_fetch_now_says_so(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await add_expiring(bench, record)
    bench.services.poller.pause()
    await until(lambda: "Fetch now" in seen_buttons(window))
    button(window, "Fetch now").click()
    assert said(bench) == "Nothing is fetched while it is paused."
    assert bench.services.messages.passing.remedy is Remedy.RESUME


# -- what a pause costs ------------------------------------------------------------------------


def click_pause(window: MainWindow) -> None:
    names = ("Pause", "Resume")
    pause = next(b for b in window.findChildren(QToolButton) if b.accessibleName() in names)
    pause.click()


async def test_a_pause_says_at_once_what_it_costs_and_its_button_resumes(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    at = bench.clock.now + IN_40_MIN
    await bench.add(expiring_record(record, 8, at), saved=False)
    click_pause(window)
    assert said(bench) == "Paused. 3 images expire in 40 min unless you resume."
    assert bench.services.poller.paused
    assert bench.services.preferences.paused
    await until(lambda: "Resume" in seen_buttons(window))
    button(window, "Resume").click()
    assert not bench.services.poller.paused
    assert not bench.services.preferences.paused
    assert said(bench) == "Checking and saving go on."


async def test_a_pause_says_that_jobs_still_run(
    bench: Any, window: MainWindow, record: Any
) -> None:
    await bench.add(record(8, "created"))
    click_pause(window)
    assert said(bench).startswith("Paused. 1 job is still running;")
    assert bench.services.messages.passing.remedy is Remedy.RESUME


async def test_a_pause_that_costs_nothing_just_says_so(
    bench: Any, window: MainWindow, record: Any
) -> None:
    await bench.add(record(1))
    click_pause(window)
    assert said(bench) == "Paused."
    assert bench.services.messages.passing.remedy is None


# -- closing -----------------------------------------------------------------------------------


async def close_with_work(bench: Any, window: MainWindow, record: Any, until: Until) -> Any:
    """The offer that it brings."""
    await bench.add(record(8, "created"))
    window.close()
    await until(lambda: offers(window))
    (offer,) = offers(window)
    assert window.isVisible()
    return offer


def offers(window: MainWindow) -> list[ClosingOffer]:
    return [offer for offer in window.findChildren(ClosingOffer) if offer.isVisible()]


@pytest.fixture
def ends(window: MainWindow) -> list[str]:
    """What the window told: "closed", or whether it is in the background."""
    told: list[str] = []
    window.closed.connect(lambda: told.append("closed"))
    window.in_background.connect(lambda hidden: told.append("hidden" if hidden else "shown"))
    return told


async def test_with_nothing_open_a_close_is_the_end(
    bench: Any, window: MainWindow, ends: list[str], record: Any
) -> None:
    await bench.add(record(1))
    window.close()
    assert ends == ["closed"]
    assert not window.isVisible()


async def test_the_offer_names_what_is_open_and_enter_keeps_it(
    bench: Any, window: MainWindow, ends: list[str], record: Any, until: Until
) -> None:
    offer = await close_with_work(bench, window, record, until)
    texts = [label.text() for label in offer.findChildren(QLabel)]
    assert "1 job is still running. Keep saving in the background?" in texts
    assert any("Starting it again brings the window back." in text for text in texts)
    QTest.keyClick(offer, Qt.Key.Key_Return)
    await until(lambda: ends == ["hidden"])
    assert not window.isVisible()
    assert bench.services.preferences.background is True
    assert not bench.autostart.on
    window.come_to_front()
    assert window.isVisible()
    assert ends == ["hidden", "shown"]
    window.close()
    assert ends == ["hidden", "shown", "hidden"]
    assert offers(window) == []


async def test_quit_ends_it_and_is_not_asked_again(
    bench: Any, window: MainWindow, ends: list[str], record: Any, until: Until
) -> None:
    offer = await close_with_work(bench, window, record, until)
    button(offer, "Quit").click()
    await until(lambda: ends == ["closed"])
    assert bench.services.preferences.background is False
    window.show()
    window.close()
    assert ends == ["closed", "closed"]


async def test_escape_stays_and_a_second_close_asks_once_more(
    bench: Any, window: MainWindow, ends: list[str], record: Any, until: Until
) -> None:
    offer = await close_with_work(bench, window, record, until)
    window.close()
    QTest.keyClick(offer, Qt.Key.Key_Escape)
    await until(lambda: not offers(window))
    assert ends == []
    assert bench.services.preferences.background is None
    window.close()
    await until(lambda: len(offers(window)) == 1)


async def test_ctrl_q_is_the_end_also_in_the_offer(
    bench: Any, window: MainWindow, ends: list[str], record: Any, until: Until
) -> None:
    offer = await close_with_work(bench, window, record, until)
    await until(offer.isActiveWindow)
    QTest.keyClick(offer, Qt.Key.Key_Q, CTRL)
    assert ends == ["closed"]
    assert bench.services.preferences.background is None


async def test_ctrl_q_is_the_end_also_when_it_is_kept(
    bench: Any, window: MainWindow, ends: list[str], record: Any
) -> None:
    await bench.add(record(8, "created"))
    bench.services.background.decide(keeps=True)
    QTest.keyClick(window._jobs.view, Qt.Key.Key_Q, CTRL)
    assert ends == ["closed"]


async def test_start_at_login_is_set_from_the_offer_also_when_it_quits(
    bench: Any, window: MainWindow, ends: list[str], record: Any, until: Until
) -> None:
    offer = await close_with_work(bench, window, record, until)
    button(offer, "Start at login").click()
    button(offer, "Quit").click()
    await until(lambda: ends == ["closed"])
    assert bench.autostart.on


async def test_the_offer_shows_a_start_at_login_that_is_on(
    bench: Any, window: MainWindow, ends: list[str], record: Any, until: Until
) -> None:
    bench.autostart.on = True
    offer = await close_with_work(bench, window, record, until)
    assert offer.findChild(QCheckBox).isChecked()
    button(offer, "Keep saving in the background").click()
    await until(lambda: ends == ["hidden"])
    assert bench.autostart.on


async def test_a_start_at_login_that_cannot_be_set_is_said_and_stops_nothing(
    bench: Any, window: MainWindow, ends: list[str], record: Any, until: Until
) -> None:
    bench.autostart.trouble = "The folder cannot be written."
    offer = await close_with_work(bench, window, record, until)
    button(offer, "Start at login").click()
    button(offer, "Keep saving in the background").click()
    await until(lambda: ends == ["hidden"])
    assert said(bench) == "Start at login could not be changed. The folder cannot be written."


async def test_what_was_said_while_the_window_was_away_is_read_when_it_is_back(
    bench: Any, window: MainWindow, until: Until
) -> None:
    bench.services.background.decide(keeps=True)
    window.close()
    bench.services.messages.say("Since the last time: 3 saved.")
    timers = [row._timer for row in window._messages.children() if hasattr(row, "_timer")]
    assert not any(timer.isActive() for timer in timers)
    window.come_to_front()
    await until(lambda: any(timer.isActive() for timer in timers))
    assert said(bench) == "Since the last time: 3 saved."


async def test_a_demo_is_over_with_its_window(demo_bench: Any, put_up: Any, record: Any) -> None:
    window = MainWindow(demo_bench.services)
    await put_up(window)
    told: list[str] = []
    window.closed.connect(lambda: told.append("closed"))
    demo_bench.services.poller.token_changed(present=True, user_number=None)
    await demo_bench.add(record(8, "created"))
    window.close()
    assert told == ["closed"]
    boxes = [box.text() for box in window._settings().findChildren(QCheckBox) if not box.isHidden()]
    window._settings().show_settings()
    shown = [box for box in window._settings().findChildren(QCheckBox) if box.isVisible()]
    others = ("viewer", "proxy")
    assert not [box for box in shown if not any(word in box.text() for word in others)]
    assert boxes


async def test_default_and_primary_is_what_keeps_images(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    offer = await close_with_work(bench, window, record, until)
    (default,) = [b for b in offer.findChildren(QPushButton) if b.isDefault()]
    assert default.text() == "Keep saving in the background"
    assert default.hasFocus()
