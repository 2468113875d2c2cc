"""Where Qt could only abort, the program ends with 2 and a sentence that says what to do."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dreamina_desktop.app.qt import display
from dreamina_desktop.app.qt.display import lacking, why_no_window

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="elsewhere there is one platform"
)

# Python reads it at its start: a system on which that library is not installed.
WITHOUT_EGL = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in ("PySide6.QtGui", "PySide6.QtWidgets"):
            raise ImportError("libEGL.so.1: cannot open shared object file: No such file")
sys.meta_path.insert(0, Missing())
"""


@pytest.fixture
def start(program_environment: dict[str, str], tmp_path: Path) -> Callable[..., Any]:
    """The program with these variables, to its end."""

    def run(*options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = (sys.executable, "-m", "dreamina_desktop", *options)
        return subprocess.run(
            [*command, "--data-dir", str(tmp_path / "data")]
            if "--demo" not in options
            else command,
            env=program_environment | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def assert_sentence(ended: subprocess.CompletedProcess[str], *words: str) -> None:
    assert ended.returncode == 2
    assert all(word in ended.stderr for word in words), ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, ("There is no display",)),
        ({"QT_QPA_PLATFORM": "foo"}, ("“foo”", "QT_QPA_PLATFORM", "xcb or wayland")),
        ({"QT_QPA_PLATFORM": "xcb"}, ("There is no display",)),
        ({"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":9999"}, (":9999 does not answer",)),
        ({"WAYLAND_DISPLAY": "stale", "XDG_RUNTIME_DIR": "/tmp"}, ("stale", "does not answer")),
        ({"QT_QPA_PLATFORM": "wayland", "DISPLAY": ":9999"}, ("wayland-0",)),
    ],
)
def test_a_display_that_is_none_is_a_sentence(
    start: Callable[..., Any], variables: dict[str, str], words: tuple[str, ...]
) -> None:
    assert_sentence(start(**variables), *words)


def test_a_missing_library_is_a_sentence_for_a_picture_too(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_EGL)
    ended = start("--demo", "--screenshot", str(tmp_path / "a.png"), PYTHONPATH=str(tmp_path))
    assert_sentence(ended, "libEGL.so.1", "apt-get install libegl1")
    assert not (tmp_path / "a.png").exists()


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No display at all, but a folder for the sockets of a session."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return monkeypatch


@pytest.mark.parametrize("absolute", [False, True])
def test_a_wayland_session_that_answers_is_one(
    bare: pytest.MonkeyPatch, tmp_path: Path, absolute: bool
) -> None:
    bare.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as session:
        session.bind("wayland-7")
        session.listen()
        name = str(tmp_path / "wayland-7") if absolute else "wayland-7"
        bare.setenv("WAYLAND_DISPLAY", name)
        assert why_no_window() is None
    assert "does not answer" in (why_no_window() or "")


@pytest.mark.parametrize("platforms", ["offscreen", "OFFSCREEN:size=1", "wayland;offscreen", "vnc"])
def test_one_platform_that_works_is_enough(bare: pytest.MonkeyPatch, platforms: str) -> None:
    bare.setenv("QT_QPA_PLATFORM", platforms)
    assert why_no_window() is None


def test_platforms_of_other_makers_are_left_to_qt(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("QT_QPA_PLATFORM", "special")
    bare.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", "/somewhere")
    assert why_no_window() is None


def test_the_library_that_a_plugin_lacks_is_named(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "libqoffscreen.so").write_bytes(b"no library")
    bare.setattr(display, "_plugins", lambda: tmp_path)
    bare.setenv("QT_QPA_PLATFORM", "offscreen")
    assert "Qt lacks a library of the system" in (why_no_window() or "")
    assert why_no_window() == display.why_no_picture()


def test_other_errors_of_loading_are_no_lack_of_a_library() -> None:
    assert lacking(ModuleNotFoundError("No module named 'x.so'")) is None
    assert lacking(ImportError("cannot import name 'x'")) is None
    assert "libGL.so.1" in (lacking(ImportError("libGL.so.1: cannot open shared object")) or "")
