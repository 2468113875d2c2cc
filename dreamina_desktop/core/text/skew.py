"""A wrong clock in words."""

from __future__ import annotations

TELLING_S = 120.0  # less is no wonder and does no harm
_UNITS = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"))


def skew_words(skew_s: float) -> str:
    """`skew_s`: how far this machine's clock is ahead of the server's; "" for up to two minutes."""
    if abs(skew_s) <= TELLING_S:
        return ""
    side = "ahead of" if skew_s > 0 else "behind"
    return f"This machine's clock is {_span(abs(skew_s))} {side} the server's."


def _span(seconds: float) -> str:
    unit_s, word = next((unit for unit in _UNITS if seconds >= 0.95 * unit[0]), _UNITS[-1])
    count = round(seconds / unit_s)
    return f"{count:,} {word}{'' if count == 1 else 's'}"
