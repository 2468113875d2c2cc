"""Searches that were kept under a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dreamina_desktop.core.search.filters import Narrowing
from dreamina_desktop.services.session.preferences import Preferences

SETTING = "searches"
NAME_LENGTH = 60
MOST = 100


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """What was typed, and what was chosen beside it."""

    name: str
    text: str
    narrowing: Narrowing


class SavedSearches:
    """In the order of keeping."""

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    def all(self) -> Sequence[SavedSearch]:
        kept = self._preferences.get(SETTING)
        return [
            SavedSearch(each["name"], each["text"], Narrowing.from_json(each.get("narrowing")))
            for each in (kept if isinstance(kept, list) else [])
            if isinstance(each, dict)
            and isinstance(each.get("name"), str)
            and isinstance(each.get("text"), str)
        ]

    def save(self, name: str, text: str, narrowing: Narrowing) -> str:
        """Under this name, in place of another of the same name; the name as it is kept, "" where
        it is none."""
        name = " ".join(name.split())[:NAME_LENGTH]
        if name:
            others = [each for each in self.all() if each.name != name]
            self._keep([*others, SavedSearch(name, text, narrowing)])
        return name

    def forget(self, name: str) -> SavedSearch | None:
        """What it was; None where there is none of this name."""
        gone = next((each for each in self.all() if each.name == name), None)
        self._keep([each for each in self.all() if each.name != name])
        return gone

    def _keep(self, searches: Sequence[SavedSearch]) -> None:
        self._preferences.set(
            SETTING,
            [
                {"name": each.name, "text": each.text, "narrowing": each.narrowing.as_json()}
                for each in searches[-MOST:]
            ],
        )
