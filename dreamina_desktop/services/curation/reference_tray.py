"""The images whose references go into the next request, in the order of their slots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dreamina_desktop.core.jobs.job import ImageKey, Job
from dreamina_desktop.core.request.models import MOST_REFERENCES, Catalog
from dreamina_desktop.core.request.request import Generation
from dreamina_desktop.services.listeners import Listeners
from dreamina_desktop.services.session.preferences import Preferences

SETTING = "tray"


@dataclass(frozen=True, slots=True)
class Draft:
    """All of the next request but its references."""

    prompt: str = ""
    model: str = ""
    ratio: str = ""
    resolution: str = ""


class ReferenceTray:
    """Slots 1 to N without a gap and each image once; kept between runs. Made when the settings
    are loaded."""

    def __init__(self, preferences: Preferences, catalog: Catalog) -> None:
        self.catalog = catalog
        self._preferences = preferences
        self._keys, self._draft = _read(preferences.get(SETTING))
        self._listeners = Listeners[[]]()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each change."""
        self._listeners.add(listener)

    @property
    def keys(self) -> Sequence[ImageKey]:
        """By slot, from the first."""
        return self._keys

    @property
    def draft(self) -> Draft:
        return self._draft

    @property
    def size(self) -> int:
        """How many slots the chosen model has."""
        model = self.catalog.get(self._draft.model)
        return MOST_REFERENCES if model is None else model.references

    def put(self, key: ImageKey, slot: int) -> bool:
        """Into this slot, from 1; behind the last one where that would leave a gap. False where it
        is in the tray already, in any slot."""
        if key in self._keys:
            return False
        place = min(max(0, slot - 1), len(self._keys))
        self._become((*self._keys[:place], key, *self._keys[place + 1 :]))
        return True

    def add(self, keys: Sequence[ImageKey], before: int | None = None) -> int:
        """Into the next free slots, or before a slot (from 1); how many were not there yet."""
        fresh = [key for key in dict.fromkeys(keys) if key not in self._keys]
        place = len(self._keys) if before is None else min(max(0, before - 1), len(self._keys))
        self._become((*self._keys[:place], *fresh, *self._keys[place:]))
        return len(fresh)

    def take_out(self, key: ImageKey) -> None:
        """Those behind it move up."""
        self._become(tuple(each for each in self._keys if each != key))

    def move(self, key: ImageKey, slot: int) -> None:
        """To this slot, from 1; the others make room."""
        if key in self._keys:
            others = [each for each in self._keys if each != key]
            place = min(max(0, slot - 1), len(others))
            self._become((*others[:place], key, *others[place:]))

    def restore(self, keys: Sequence[ImageKey]) -> None:
        """As it was before."""
        self._become(tuple(dict.fromkeys(keys)))

    def edit(self, **changes: str) -> None:
        """Other values of the draft, by its fields."""
        self._draft = replace(self._draft, **changes)
        self._keep()

    def take_from(self, job: Job) -> None:
        """Prompt, model, ratio and resolution of a job's request."""
        record = job.record
        if record is not None:
            self._draft = Draft(
                prompt=record.prompt or "",
                model=record.model or "",
                ratio=record.ratio or "",
                resolution=record.resolution or "",
            )
            self._keep()

    def generation(self, references: Sequence[str]) -> Generation:
        """The request with these references."""
        d = self._draft
        return Generation(d.prompt, d.model, d.ratio, d.resolution, tuple(references))

    def _become(self, keys: tuple[ImageKey, ...]) -> None:
        if keys != self._keys:
            self._keys = keys
            self._keep()

    def _keep(self) -> None:
        d = self._draft
        self._preferences.set(
            SETTING,
            {
                "images": [[key.number, key.index] for key in self._keys],
                "prompt": d.prompt,
                "model": d.model,
                "ratio": d.ratio,
                "resolution": d.resolution,
            },
        )
        self._tell()

    def _tell(self) -> None:
        self._listeners.tell()


def _read(value: Any) -> tuple[tuple[ImageKey, ...], Draft]:
    """What cannot be read is not there."""
    kept = value if isinstance(value, dict) else {}
    images = kept.get("images")
    keys = [
        ImageKey(each[0], each[1])
        for each in (images if isinstance(images, list) else [])
        if isinstance(each, list) and len(each) == 2 and all(isinstance(n, int) for n in each)
    ]

    def text(name: str) -> str:
        found = kept.get(name)
        return found if isinstance(found, str) else ""

    draft = Draft(text("prompt"), text("model"), text("ratio"), text("resolution"))
    return tuple(dict.fromkeys(keys)), draft
