"""Files of images in the system's file manager."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QDesktopServices

from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.views.image_reading import file_url

MOST_SHOWN = 50


def show_in_folder(services: Services, files: Sequence[str]) -> None:
    """Selected in their folder, where the file manager can do that; else the folder alone."""

    async def show() -> None:
        if not await services.other_programs.show_in_folder(files[:MOST_SHOWN]):
            folder = str(Path(files[0]).parent)
            if not QDesktopServices.openUrl(file_url(folder)):
                services.messages.say(f"The folder could not be opened: {folder}")

    services.supervisor.spawn(show(), "show in folder")
