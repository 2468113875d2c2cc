"""Marks images, with a way back for each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.marks import Flag, Marks
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.session.undo import UndoHistory

_FLAGGED = {Flag.PICKED: "Pick", Flag.REJECTED: "Reject", Flag.NONE: "Unmark"}


class Marking:
    """All raise DatabaseError and then have changed nothing. Each says how many it changed."""

    def __init__(self, library: Library, undo: UndoHistory) -> None:
        self._library = library
        self._undo = undo

    async def flag(self, keys: Sequence[ImageKey], flag: Flag) -> int:
        """Pick, reject, or neither."""
        return await self._mark(keys, lambda marks: marks.flagged(flag), _FLAGGED[flag])

    async def rate(self, keys: Sequence[ImageKey], rating: int) -> int:
        """1 to 5 stars; 0 takes them away."""
        label = f"Rate {rating}" if rating else "Take the stars of"
        return await self._mark(keys, lambda marks: marks.rated(rating), label)

    async def tag(self, keys: Sequence[ImageKey], add: Sequence[str], drop: Sequence[str]) -> int:
        """Give some tags, take others."""
        return await self._mark(keys, lambda marks: marks.without_tags(drop).tagged(add), "Tag")

    async def note(self, keys: Sequence[ImageKey], note: str) -> int:
        """Another note in place of theirs."""
        return await self._mark(keys, lambda marks: marks.noted(note), "Note on")

    async def _mark(
        self, keys: Sequence[ImageKey], change: Callable[[Marks], Marks], label: str
    ) -> int:
        before = await self._library.mark(keys, lambda _, marks: change(marks))
        if before:
            which = str(next(iter(before))) if len(before) == 1 else f"{len(before):,} images"
            self._undo.push(f"{label} {which}", lambda: self._restore(before))
        return len(before)

    async def _restore(self, before: Mapping[ImageKey, Marks]) -> None:
        await self._library.mark(before, lambda key, _: before[key])
