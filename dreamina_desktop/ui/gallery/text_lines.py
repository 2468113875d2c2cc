"""Break a text into lines that fit a width, the last one cut with an ellipsis."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QTextLayout, QTextOption


def lines_of(text: str, font: QFont, width: int, at_most: int) -> list[str]:
    """At most `at_most` lines, each no wider than `width` pixels."""
    if not text or at_most < 1:
        return []
    layout = QTextLayout(text, font)
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignHCenter))
    layout.beginLayout()
    starts: list[int] = []
    while len(starts) <= at_most and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    whole = [text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    if len(whole) <= at_most:
        return whole
    rest = text[starts[at_most - 1] :].strip()
    elided = QFontMetrics(font).elidedText(rest, Qt.TextElideMode.ElideRight, width)
    return [*whole[: at_most - 1], elided]
