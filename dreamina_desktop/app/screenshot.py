"""A picture of the whole window, as PNG, with its gallery filled."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QBuffer, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageWriter
from PySide6.QtWidgets import QApplication

from dreamina_desktop.app.instance.request import Picture
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme import style
from dreamina_desktop.ui.window.main_window import MainWindow

# Services keep calling the windows that listen to them: none may be deleted.
_drawn: list[MainWindow] = []

SETTLE_LIMIT_S = 30.0
TURN_S = 0.05


async def draw(application: QApplication, services: Services, wanted: Picture) -> bytes:
    """Draw a window of its own, never shown, in the wanted size and theme."""
    before = services.preferences.theme
    style.apply(application, wanted.theme or before)
    try:
        return await _draw(services, QSize(wanted.width, wanted.height))
    finally:
        style.apply(application, before)


async def _draw(services: Services, size: QSize) -> bytes:
    window = MainWindow(services)
    try:
        window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        window.resize(size)
        window.show()
        window.show_first_image()
        await _settled(window)
        image = QImage(size, QImage.Format.Format_RGB32)
        window.render(image)
        return _png(image)
    finally:
        window.hide()
        _drawn.append(window)


async def _settled(window: MainWindow) -> None:
    """Until every visible tile shows its image; a picture too late is better than none."""
    for _ in range(int(SETTLE_LIMIT_S / TURN_S)):
        await asyncio.sleep(TURN_S)
        if window.settled():
            return


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())
