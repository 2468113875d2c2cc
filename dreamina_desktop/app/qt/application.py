"""Qt's application and asyncio's loop as one."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from dreamina_desktop import __version__, diagnostics
from dreamina_desktop.app.qt.event_loop import EventLoop
from dreamina_desktop.app.qt.garbage import GarbageCollector
from dreamina_desktop.resources_folder import resources_folder
from dreamina_desktop.ui.theme import style
from dreamina_desktop.ui.widgets.overrides import guarded

T = TypeVar("T")
APPLICATION_ID = "io.github.dreamina_desktop.DreaminaDesktop"


@guarded
class Application(QApplication):
    """`quit_asked`: by the system, as with Quit in the Dock of macOS. Qt would close each window
    instead, and closing one may mean to go on without it."""

    quit_asked = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Quit:
            self.quit_asked.emit()
            return True
        return super().event(event)


def make_application(theme: str) -> Application:
    """The one QApplication, in our style and the theme wanted."""
    before = Application.instance()  # of a run that gave its work away, and got it back
    application = before if isinstance(before, Application) else Application(sys.argv[:1])
    application.setApplicationName("Dreamina Desktop")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName(APPLICATION_ID)
    application.setWindowIcon(QIcon(str(resources_folder() / "icons" / "app.svg")))
    # The window's close sets an event; Qt must not end the loop under the clean-up.
    application.setQuitOnLastWindowClosed(False)
    qInstallMessageHandler(_log_qt)
    style.use_fusion(application)
    style.apply(application, theme)
    return application


def run_in_qt(application: QApplication, main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end on Qt's event loop."""
    loop = EventLoop(application)
    asyncio.set_event_loop(loop)
    # The loop's own executor would be joined on the GUI thread when the loop is closed.
    executor = ThreadPoolExecutor(4, thread_name_prefix="loop")
    loop.set_default_executor(executor)
    garbage = GarbageCollector(application)
    try:
        result: T = loop.run_until_complete(main)
        return result
    finally:
        garbage.close()
        executor.shutdown(wait=False, cancel_futures=True)
        loop.close()
        asyncio.set_event_loop(None)


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    """Qt warns of much that does no harm; what it calls critical is told like an error of ours."""
    if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
        diagnostics.lost(f"Qt: {message}")
    else:
        warned = kind is QtMsgType.QtWarningMsg
        diagnostics.log.log(logging.WARNING if warned else logging.INFO, "Qt: %s", message)
