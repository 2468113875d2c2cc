"""A named set of images in an order made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.text.redaction import without_tokens

NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Collection:
    """`keys`: each once."""

    id: int
    name: str
    keys: tuple[ImageKey, ...] = ()

    def with_keys(self, keys: Iterable[ImageKey]) -> Collection:
        """With these behind its own, as far as it has them not."""
        return replace(self, keys=tuple(dict.fromkeys((*self.keys, *keys))))

    def without(self, keys: Iterable[ImageKey]) -> Collection:
        gone = frozenset(keys)
        return replace(self, keys=tuple(key for key in self.keys if key not in gone))

    def moved(self, keys: Iterable[ImageKey], before: ImageKey | None) -> Collection:
        """Some of its images in their order, put before another; None: to the end."""
        wanted = frozenset(keys)
        moved = [key for key in self.keys if key in wanted]
        others = [key for key in self.keys if key not in wanted]
        if (
            before in wanted and before in self.keys
        ):  # where the first of those that are not moved stands behind it
            behind = self.keys[self.keys.index(before) :]
            before = next((key for key in behind if key not in wanted), None)
        place = others.index(before) if before in others else len(others)
        return replace(self, keys=(*others[:place], *moved, *others[place:]))


def clean_name(name: str) -> str:
    """In one line, without a token; "" where there is none."""
    return " ".join(without_tokens(name).split())[:NAME_LENGTH]
