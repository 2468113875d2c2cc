"""Put the diagnostics on the clipboard, and say what is in them."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from dreamina_desktop.ui.services import Services

COPIED = "Copied the diagnostics. They hold no token, no e-mail address and no link."


async def copy_diagnostics(services: Services) -> str:
    """What to say about it."""
    try:
        text = await services.diagnostics()
    except OSError as error:
        return f"The diagnostics could not be read. {error.strerror or error}"
    QGuiApplication.clipboard().setText(text)
    return COPIED
