"""The program in the background, on a session that has a tray."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from desk import LIMIT_S, Desk, keep_setting, needs_a_desk, until

pytest.importorskip("jeepney", reason="comes with keyring on Linux")

from status_tray import StatusTray

pytestmark = [
    needs_a_desk,
    pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon"),
]


class Nobody:
    """An API that does not answer."""

    api_url = "http://127.0.0.1:9/v1/dreamina"  # the port that discards
    token = "user:1-x"


@pytest.fixture
def tray(desk: Desk) -> Iterator[StatusTray]:
    with ExitStack() as stack:
        tray = StatusTray(stack)
        desk.environment["DBUS_SESSION_BUS_ADDRESS"] = tray.address
        yield tray


def test_hidden_it_has_an_icon_that_opens_pauses_and_quits(
    desk: Desk, tray: StatusTray, tmp_path: Path
) -> None:
    keep_setting(tmp_path, "background", True)
    program = desk.start(Nobody(), tmp_path)
    assert tray.icons == []
    desk.press("alt+F4")
    until(lambda: tray.icons, "the icon")
    assert not desk.find_window()
    assert tray.icon()["Title"] == "Dreamina Desktop"
    (_, _, words, _) = tray.icon()["ToolTip"]
    assert words.startswith("Dreamina Desktop\nNothing to check")
    assert list(tray.menu()) == ["Open", "Pause", "Quit"]
    tray.choose("Pause")
    until(lambda: list(tray.menu()) == ["Open", "Resume", "Quit"], "the pause")
    tray.click()
    until(desk.find_window, "the window")
    desk.press("alt+F4")
    until(lambda: not desk.find_window(), "the window to go")
    tray.choose("Open")
    until(desk.find_window, "the window")
    desk.press("alt+F4")
    until(lambda: not desk.find_window(), "the window to go")
    tray.choose("Quit")
    assert program.wait(LIMIT_S) == 0
    assert not tray.is_there()


def test_started_for_the_background_it_has_only_its_icon(
    desk: Desk, tray: StatusTray, tmp_path: Path
) -> None:
    keep_setting(tmp_path, "background", True)
    program: Any = desk.start_only(Nobody(), tmp_path, "--background")
    until(lambda: tray.icons, "the icon")
    assert not desk.find_window()
    tray.choose("Quit")
    assert program.wait(LIMIT_S) == 0


def test_kept_from_the_offer_it_has_its_icon(desk: Desk, tray: StatusTray, tmp_path: Path) -> None:
    program = desk.start(Nobody(), tmp_path)
    desk.copy("j0302140530123456789i-u1-US:user@example.com-bot:dreamina")
    desk.press("ctrl+v")
    until(desk.jobs, "a job that runs")
    desk.press("alt+F4")
    offer = until(lambda: desk.find_window("Keep saving"), "the offer")
    desk.run("xdotool", "windowactivate", "--sync", offer)
    desk.press("Return")
    until(lambda: tray.icons, "the icon")
    assert not desk.find_window()
    tray.choose("Quit")
    assert program.wait(LIMIT_S) == 0
