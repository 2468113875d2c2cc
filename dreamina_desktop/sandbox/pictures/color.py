"""Colours, and mixing them."""

from __future__ import annotations

Color = tuple[int, int, int]
BLACK: Color = (0, 0, 0)
WHITE: Color = (255, 255, 255)


def rgb(text: str) -> Color:
    """`f4a26b` as a colour."""
    return (int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16))


def mix(first: Color, second: Color, share: float) -> Color:
    """`share` of the second colour, from 0 to 1."""
    return (
        round(first[0] + (second[0] - first[0]) * share),
        round(first[1] + (second[1] - first[1]) * share),
        round(first[2] + (second[2] - first[2]) * share),
    )


def darker(color: Color, share: float) -> Color:
    return mix(color, BLACK, share)


def lighter(color: Color, share: float) -> Color:
    return mix(color, WHITE, share)
