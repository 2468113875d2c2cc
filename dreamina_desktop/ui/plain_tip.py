"""Tool tips of texts that others wrote."""

from __future__ import annotations

from html import escape

MOST = 2_000  # characters


def plain_tip(text: str) -> str:
    """Qt takes a tip that looks like HTML for HTML: this is shown as it is, in lines that fit a
    screen."""
    shown = text if len(text) <= MOST else f"{text[:MOST]}…"
    return f"<p style='white-space: pre-wrap'>{escape(shown)}</p>" if shown else ""
