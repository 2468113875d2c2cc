"""A paste as it was kept: its lines, and the jobs that they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A job by its number; or a text and why it names none; a gap where there is neither."""

    number: int | None = None
    text: str = ""
    why: str = ""

    @property
    def is_gap(self) -> bool:
        """Whether nothing stood there."""
        return self == KeptLine()


@dataclass(frozen=True, slots=True)
class Paste:
    """In the order of the text, with repeats."""

    at: float  # Unix seconds
    lines: Sequence[KeptLine]
