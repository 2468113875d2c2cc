"""Where a text has what was searched for, and what of a long one is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dreamina_desktop.core.text.folding import folded

BEFORE = 12  # characters that stay in front of a hit where the text's beginning is cut off
MOST = 20_000


def hits(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """From and until where, in the order of the text, none within another. `terms`: folded
    (core.search_terms)."""
    # A character may be several when it is folded: "…" is three dots.
    parts = [folded(character) for character in text]
    places = [place for place, part in enumerate(parts) for _ in part]
    comparable = "".join(parts)
    found: list[tuple[int, int]] = []
    for term in terms:
        start = comparable.find(term)
        while start >= 0:
            end = start + len(term)
            found.append((places[start], places[end - 1] + 1))
            start = comparable.find(term, end)
    return _merged(sorted(found))


def around_hit(text: str, terms: Sequence[str], fits: Callable[[str], bool]) -> str:
    """The text from its beginning, or from shortly before its first hit where that would not be
    seen."""
    found = hits(text[:MOST], terms)
    if not found or fits(text[: found[0][1]]):
        return text
    start = max(0, found[0][0] - BEFORE)
    while start < found[0][0] and start > 0 and not text[start - 1].isspace():
        start += 1
    return f"…{text[start:]}"


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
