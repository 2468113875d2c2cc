"""How many of something, in words, and as many words as have room."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, word: str) -> str:
    """`1 image`, `1,812 images`"""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def plural(number: int, one: str, many: str) -> str:
    """The sentence for so many, both given whole: `many` has `{n}` where the number stands.

    `plural(n, "1 image is here.", "{n} images are here.")`
    """
    return one if number == 1 else many.format(n=f"{number:,}")


def some_of(names: Sequence[object], most: int) -> str:
    """`214-1, 214-2`; of many the first ones: `214-1, 214-2 and 1,036 more`."""
    named = ", ".join(map(str, names[:most]))
    more = len(names) - most
    return f"{named} and {more:,} more" if more > 0 else named


def shortened(text: str, most: int) -> str:
    """`text` in at most so many characters: what is left out at its end is an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def middle_shortened(text: str, most: int) -> str:
    """The same with its beginning and its end: what a message advises stands at its end."""
    if len(text) <= most:
        return text
    head = (most - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"
