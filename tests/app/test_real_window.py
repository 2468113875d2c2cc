"""The real window on a real display: a window manager, keys and a clipboard from outside."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desk import LIMIT_S, Desk, keep_setting, kept_setting, needs_a_desk, until

pytestmark = needs_a_desk


@pytest.fixture
def sandbox(shared_sandbox: Any) -> Any:
    return shared_sandbox


def test_paste_three_ids_and_copy_the_first_images_reference(
    desk: Desk, sandbox: Any, tmp_path: Path
) -> None:
    ids = [*sandbox.jobs["completed"][:2], sandbox.jobs["running"][0]]
    desk.start(sandbox, tmp_path)
    desk.copy("\n".join(ids))
    desk.press("ctrl+v")
    until(lambda: len(desk.jobs()) == 3, "three jobs")
    until(lambda: all(job["images"] for job in desk.jobs()), "their images")
    until(lambda: not desk.images("pending"), "their files")
    desk.press("ctrl+2", "Home", "ctrl+c")
    # Newest first: the job that was pasted last is on top.
    first = desk.jobs()[-1]["images"][0]["assetRef"]
    assert until(lambda: (text := desk.clipboard()) and text != "\n".join(ids) and text, "a copy")
    assert desk.clipboard() == first


@pytest.fixture
def dragged(
    desk: Desk, sandbox: Any, tmp_path: Path
) -> tuple[Desk, subprocess.Popen[bytes], list[str], dict[str, Any]]:
    """A program in the middle of a drag of its first image: it, IDs that it does not know yet,
    and the image."""
    first, *others = sandbox.jobs["completed"]
    program = desk.start(sandbox, tmp_path)
    desk.place_window(0, 0, 900, 700)
    desk.copy(first)
    desk.press("ctrl+v")
    until(lambda: desk.images("saved") and not desk.images("pending"), "its images")
    image = desk.images("saved")[0]  # they may have come in any order
    desk.press("ctrl+2", "Home")
    desk.point((380, 300))
    desk.hold(down=True)
    desk.point((390, 305), (420, 330), (500, 400))
    return desk, program, others, image


def test_a_dragged_image_reaches_another_program_and_all_else_goes_on_meanwhile(
    dragged: tuple[Desk, subprocess.Popen[bytes], list[str], dict[str, Any]],
) -> None:
    desk, program, others, image = dragged
    target = desk.open_drop_target(1000, 100, 300, 300)
    # Another start is answered, its job asked and its images saved, while the button is held.
    before = len(desk.images("saved"))
    command = (sys.executable, "-m", "dreamina_desktop", *desk.program_options)
    desk.run(*command, others[0], "--export", "-")
    until(lambda: len(desk.images("saved")) > before, "a download during the drag")
    desk.point((950, 300), (1100, 250), (1150, 250))
    desk.hold(down=False)
    assert target.stdout is not None
    dropped = {
        name: base64.b64decode(data) for name, data in json.loads(target.stdout.readline()).items()
    }
    file = Path(image["file"])
    assert dropped["text/uri-list"].decode().split() == [file.as_uri()]
    assert dropped["image/jpeg"] == file.read_bytes()
    assert not any(b"https:" in each or b"x-signature" in each for each in dropped.values())
    program.send_signal(signal.SIGTERM)
    assert program.wait(LIMIT_S) == 0


def test_ended_in_the_middle_of_a_drag(
    dragged: tuple[Desk, subprocess.Popen[bytes], list[str], dict[str, Any]],
) -> None:
    _, program, _, _ = dragged
    program.send_signal(signal.SIGTERM)
    assert program.wait(LIMIT_S) == 0


def end_by_signal(_desk: Desk, program: subprocess.Popen[bytes]) -> None:
    program.send_signal(signal.SIGTERM)


def end_by_close_button(desk: Desk, _program: subprocess.Popen[bytes]) -> None:
    # The window manager closes the window as its button does.
    desk.press("alt+F4")


@pytest.mark.parametrize("end", [end_by_signal, end_by_close_button])
def test_ended_in_the_middle_of_downloads_it_goes_on_at_the_next_start(
    desk: Desk,
    start_sandbox: Callable[..., Any],
    tmp_path: Path,
    end: Callable[[Desk, subprocess.Popen[bytes]], None],
) -> None:
    # Large pictures take long enough to be drawn that the end comes before the last of them.
    sandbox = start_sandbox(small=False)
    # Where it was never decided, the close button asks first: tests/app/test_background.py.
    keep_setting(tmp_path, "background", False)
    program = desk.start(sandbox, tmp_path)
    desk.copy("\n".join(sandbox.jobs["completed"]))
    desk.press("ctrl+v")
    until(lambda: desk.images("pending"), "downloads")
    end(desk, program)
    assert program.wait(LIMIT_S) == 0
    desk.start(sandbox, tmp_path)
    assert len(desk.jobs()) == len(sandbox.jobs["completed"])
    until(
        lambda: (
            not desk.images("pending") and all(job["tracking"] != "polling" for job in desk.jobs())
        ),
        "everything settled",
    )
    saved = desk.images("saved")
    assert saved
    assert not desk.images("lost")
    assert not desk.images("invalid")
    assert all(Path(image["file"]).stat().st_size for image in saved)


@pytest.mark.long
def test_ids_of_another_start_come_while_one_types_into_the_search(
    desk: Desk, sandbox: Any, tmp_path: Path
) -> None:
    first, second, *_ = sandbox.jobs["completed"]
    program = desk.start(sandbox, tmp_path)
    desk.copy(first)
    desk.press("ctrl+v")
    until(lambda: len(desk.jobs()) == 1, "the first job")
    desk.press("ctrl+f", "x", "q")
    command = (sys.executable, "-m", "dreamina_desktop", *desk.program_options)
    said = json.loads(desk.run(*command, first, second, "--export", "-"))
    assert [job["jobid"] for job in said] == [first, second]
    desk.press("z")
    # Still in the search; and Undo takes back the paste of the window's user, not the other's.
    desk.press("Escape", "Escape", "ctrl+z")
    until(lambda: [job["jobid"] for job in desk.jobs()] == [second], "the undo of the user's own")
    desk.press("ctrl+f", "x", "q")
    desk.run(*command, first, "--export", "-")
    desk.press("z")
    until(lambda: len(desk.jobs()) == 2, "the job that came back")
    program.send_signal(signal.SIGTERM)
    assert program.wait(LIMIT_S) == 0
    assert kept_setting(tmp_path, "window")["search"] == "xqz"
