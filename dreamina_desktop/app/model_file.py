"""The catalogue of models: ours, and beside it the user's own file in the data folder."""

from __future__ import annotations

from pathlib import Path

from dreamina_desktop.core.request.models import Catalog, read_catalog, with_more
from dreamina_desktop.resources_folder import resources_folder
from dreamina_desktop.services.session.messages import Messages

NAME = "models.json"


def load_catalog(folder: Path, messages: Messages) -> Catalog:
    """A file that cannot be used is said, and changes nothing."""
    ours = read_catalog((resources_folder() / NAME).read_text(encoding="utf-8"))
    file = folder / NAME
    try:
        more = read_catalog(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ours
    except (OSError, ValueError) as error:
        messages.say(f"{file.name} in the data folder could not be used: {error}.")
        return ours
    return with_more(ours, more)
