"""The icon in the tray: its words, its menu, its clicks."""

from __future__ import annotations

from typing import Any

import pytest_asyncio
from PySide6.QtWidgets import QSystemTrayIcon

from dreamina_desktop.ui.window.system_tray import Tray

Reason = QSystemTrayIcon.ActivationReason


@pytest_asyncio.fixture
async def tray(bench: Any) -> Any:
    bench.services.poller.token_changed(present=True, user_number=None)
    tray = Tray(bench.services)
    yield tray
    tray.show_icon(False)


def actions(tray: Tray) -> dict[str, Any]:
    return {action.text(): action for action in tray.menu.actions() if action.text()}


async def test_it_says_what_goes_on_and_what_expires(
    bench: Any, tray: Tray, record: Any, until: Any
) -> None:
    tray.show_icon(True)
    assert tray.words().startswith("Dreamina Desktop\nNothing to check")
    job = await bench.add(record(1, images=3), saved=False)
    await bench.add(record(2, "created"))
    await until(lambda: "1 running" in tray.words())
    assert "next check" not in tray.words()
    bench.clock.now = 1_900_000_000 - 2400
    bench.services.deadlines.look()
    await until(lambda: tray.words().endswith("\n3 images expire in 40 min"))
    await bench.save(job)
    await until(lambda: tray.words().endswith("online"))


async def test_it_is_not_brought_up_to_date_while_it_is_not_shown(
    bench: Any, tray: Tray, record: Any
) -> None:
    await bench.add(record(2, "created"))
    assert not tray._soon.isActive()
    assert not tray._tick.isActive()
    tray.show_icon(True)
    assert "1 running" in tray.words()
    assert tray._tick.isActive()
    tray.show_icon(False)
    assert not tray._tick.isActive()


async def test_at_a_login_it_waits_for_the_tray_unless_the_window_comes_first(tray: Tray) -> None:
    tray.show_icon_later()
    assert tray.icon is None
    tray._late.timeout.emit()
    assert tray.icon is not None
    assert tray.icon.isVisible()
    tray.show_icon_later()
    tray.show_icon(False)
    assert not tray._late.isActive()
    assert not tray.icon.isVisible()


async def test_its_menu_opens_pauses_and_quits(bench: Any, tray: Tray, until: Any) -> None:
    chosen: list[str] = []
    tray.open_chosen.connect(lambda: chosen.append("open"))
    tray.pause_chosen.connect(lambda: chosen.append("pause"))
    tray.quit_chosen.connect(lambda: chosen.append("quit"))
    tray.show_icon(True)
    assert list(actions(tray)) == ["Open", "Pause", "Quit"]
    for action in actions(tray).values():
        action.trigger()
    assert chosen == ["open", "pause", "quit"]
    bench.services.poller.pause()
    await until(lambda: list(actions(tray)) == ["Open", "Resume", "Quit"])


async def test_a_click_opens_and_a_right_click_is_for_the_menu(tray: Tray) -> None:
    opened: list[bool] = []
    tray.open_chosen.connect(lambda: opened.append(True))
    tray.show_icon(True)
    tray.icon.activated.emit(Reason.Context)
    assert opened == []
    tray.icon.activated.emit(Reason.Trigger)
    assert opened == [True]


async def test_what_a_pause_costs_is_said_where_it_is_seen(
    bench: Any, tray: Tray, monkeypatch: Any
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _, __, text, *___: told.append(text))

    def pause() -> None:
        bench.services.poller.pause()
        bench.services.messages.say("Paused. 3 images expire in 40 min unless you resume.")

    tray.pause_chosen.connect(pause)
    tray.show_icon(True)
    actions(tray)["Pause"].trigger()
    assert told == ["Paused. 3 images expire in 40 min unless you resume."]
