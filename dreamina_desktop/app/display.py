"""Whether Qt can open a window here, asked before Qt is: where it cannot, Qt aborts the process."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import os
import sys
from pathlib import Path

_WITHOUT = (
    "Without a display, --until-idle works on everything tracked and --screenshot FILE.png saves "
    "a picture of the window."
)


def why_no_window() -> str | None:
    """A sentence with what to do; None when a window can be opened."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return None
    if os.environ.get("WAYLAND_DISPLAY"):
        return None
    if not os.environ.get("DISPLAY"):
        return f"There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set). {_WITHOUT}"
    return _missing_library() or _dead_display()


def _missing_library() -> str | None:
    """The X11 plugin of Qt, loaded for a moment, names the library that it lacks."""
    found = importlib.util.find_spec("PySide6")
    if found is None or found.origin is None:
        return None
    plugin = Path(found.origin).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return (
            f"Qt lacks a library of the system: {error}. On Debian and Ubuntu: apt-get install "
            "libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 "
            "libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libdbus-1-3 "
            "libfontconfig1"
        )
    return None


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
