"""Searches that are kept under a name, and those that a prompt begins."""

from __future__ import annotations

from dreamina_desktop.services.curation.saved_searches import SavedSearch
from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.ui.jobs.jobs_pane import JobsPane
from dreamina_desktop.ui.search.search_field import SearchField
from dreamina_desktop.ui.services import Services

PROMPT_SEARCHED = 250  # characters


class Searches:
    """What is searched is the field's text and the list's narrowing."""

    def __init__(self, services: Services, jobs: JobsPane, field: SearchField) -> None:
        self._services = services
        self._jobs = jobs
        self._field = field

    def save(self, name: str) -> None:
        """What is searched now."""
        narrowing = self._jobs.query.narrowing
        kept = self._services.saved_searches.save(name, self._field.text(), narrowing)
        if kept:
            self._services.messages.say(f"Saved the search “{kept}”. It is in the Filter menu.")

    def find(self, search: SavedSearch) -> None:
        """Search so again."""
        self._jobs.list_all()
        self._jobs.narrow(search.narrowing)
        self._field.setText(search.text)

    def forget(self, name: str) -> None:
        """With a way back."""
        gone = self._services.saved_searches.forget(name)
        if gone is None:
            return

        async def keep_again() -> None:
            self._services.saved_searches.save(gone.name, gone.text, gone.narrowing)

        self._services.undo.push(f"Forget the search “{name}”", keep_again)
        self._services.messages.say(f"Forgot the search “{name}”.", Remedy.UNDO)

    def find_prompt(self, prompt: str) -> None:
        """Its beginning, as far as the field holds it, as one phrase."""
        words = " ".join(prompt.replace('"', " ").split())
        self._jobs.view.clearSelection()
        self._jobs.list_all()
        self._field.setText(f'"{words[:PROMPT_SEARCHED]}"')
