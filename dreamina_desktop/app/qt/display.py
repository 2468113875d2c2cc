"""Whether Qt can open a window here, asked before Qt is: where it cannot, Qt aborts the process."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PLATFORM = "QT_QPA_PLATFORM"
_WITHOUT = (
    "Without a display, --until-idle works on everything tracked and --screenshot FILE.png saves "
    "a picture of the window."
)
_PACKAGES = (
    "libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 "
    "libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libdbus-1-3 libfontconfig1"
)
_WITHOUT_SCREEN = ("offscreen", "minimal", "vnc", "linuxfb")
_OTHER_PLUGINS = ("QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH")
_ANSWERS_WITHIN_S = 2.0
_TRIED_WITHIN_S = 20.0


def why_no_window() -> str | None:
    """A sentence with what to do; None when a window can be opened."""
    if not sys.platform.startswith("linux"):
        return None
    reasons = [_why_not_on(platform) for platform in _platforms()]
    return None if None in reasons else reasons[0]


def why_no_picture() -> str | None:
    """The same for a picture of the window, which needs no screen."""
    return _missing_library("offscreen") if sys.platform.startswith("linux") else None


def lacking(error: ImportError) -> str | None:
    """A sentence where Qt cannot be loaded for a library of the system; None for other errors."""
    is_library = ".so" in str(error) and not isinstance(error, ModuleNotFoundError)
    return _lacks(error) if is_library else None


def _platforms() -> Sequence[str]:
    """Those that Qt tries, in its order."""
    if chosen := os.environ.get(PLATFORM):
        return [each.partition(":")[0].lower() for each in chosen.split(";")]
    session = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("XDG_SESSION_TYPE") == "wayland"
    return ["wayland", "xcb"] if session else ["xcb"]


def _why_not_on(platform: str) -> str | None:
    if platform in _WITHOUT_SCREEN:
        return _missing_library(platform)
    if platform == "xcb":
        if not os.environ.get("DISPLAY"):
            return f"There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set). {_WITHOUT}"
        return _missing_library(platform) or _dead_display()
    if platform == "wayland":
        return _dead_compositor() or _missing_library(platform)
    return _why_not_at_all(platform)


def _missing_library(platform: str) -> str | None:
    """Qt's plugin for a platform, loaded for a moment, names the library that it lacks."""
    plugin = _plugins() / f"libq{platform}.so"
    if not plugin.exists():
        return None
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return _lacks(error)
    return None


def _lacks(error: Exception) -> str:
    return (
        f"Qt lacks a library of the system: {error}. On Debian and Ubuntu: apt-get install "
        f"{_PACKAGES}"
    )


def _plugins() -> Path:
    found = importlib.util.find_spec("PySide6")
    folder = Path(found.origin).parent if found and found.origin else Path()
    return folder / "Qt" / "plugins" / "platforms"


def _dead_display() -> str | None:
    name = ctypes.util.find_library("xcb") or "libxcb.so.1"
    try:
        xcb = ctypes.CDLL(name)
    except OSError:
        return None  # Qt will say
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    if failed:
        return f"The display {os.environ['DISPLAY']} does not answer. {_WITHOUT}"
    return None


def _dead_compositor() -> str | None:
    """The socket of the Wayland session; it may be from a session that is over."""
    if os.environ.get("WAYLAND_SOCKET"):
        return None  # a connection that was handed to us
    name = os.environ.get("WAYLAND_DISPLAY") or "wayland-0"
    place = Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"), name)  # as it is, if absolute
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_ANSWERS_WITHIN_S)
            line.connect(str(place))
    except OSError:
        return f"The Wayland display {name} (WAYLAND_DISPLAY) does not answer. {_WITHOUT}"
    return None


def _why_not_at_all(platform: str) -> str | None:
    """A platform that few want: for a screen without a desktop, or of another maker. Qt itself
    tries it, in another process."""
    if getattr(sys, "frozen", False) or any(os.environ.get(name) for name in _OTHER_PLUGINS):
        return None
    code = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
    environment = os.environ | {PLATFORM: platform}
    try:
        tried = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            timeout=_TRIED_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if tried.returncode:
        return (
            f"Qt cannot open a window on the platform “{platform}”, which {PLATFORM} names. Unset "
            "it, or set it to xcb or wayland."
        )
    return None
