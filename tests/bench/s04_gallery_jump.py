"""S4: the gallery's frame after a jump to a random place, 100,000 images."""

from __future__ import annotations

import asyncio
import random
import statistics

from figure import Figure, interleaved
from opened import paint, run_qt, wall, window
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from script import run

GOAL = 1.25
JUMPS = 60


class Numbered(QWidget):
    """One fillRect, and nothing else but a number for each of so many tiles."""

    count = 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor("#123456"))
        for number in range(self.count):
            painter.drawText(10, 10 + 20 * number, f"{number}-1")
        painter.end()


class Bare(QWidget):
    """One fillRect."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor("#123456"))
        painter.end()


def measure(rounds: int) -> list[Figure]:
    return run_qt(_measure(rounds))


async def _measure(rounds: int) -> list[Figure]:
    rng = random.Random(4)
    async with window(34_000) as (shown, _):
        view = shown._gallery.view
        bar = view.verticalScrollBar()
        bare = Bare()
        bare.resize(view.viewport().size())
        bare.show()
        await asyncio.sleep(0.05)

        def jump() -> float:
            times = []
            for _ in range(JUMPS):
                place = rng.randrange(bar.maximum())

                def frame(place: int = place) -> None:
                    bar.setValue(place)
                    paint(view.viewport())

                times.append(wall(frame))
            return statistics.median(times)

        def fill() -> float:
            return statistics.median(wall(lambda: paint(bare)) for _ in range(JUMPS))

        numbered = Numbered()
        numbered.count = len(view.visible_rows())
        numbered.resize(view.viewport().size())
        numbered.show()
        await asyncio.sleep(0.05)
        jump(), fill()
        ratio = interleaved(jump, fill, rounds)
        ms = jump() * 1000
        numbers = statistics.median(wall(lambda: paint(numbered)) for _ in range(JUMPS)) / fill()
        bare.hide()
        numbered.hide()
        images = len(shown._gallery.order())
    return [
        Figure(
            "S4",
            f"gallery: frame after a jump to a random place, {images:,} images",
            "a bare widget with one fillRect",
            f"at most {GOAL}",
            str(ratio),
            ratio.median <= GOAL,
            ratio.median,
            (ratio.low, ratio.high),
            {"a frame": f"{ms:.1f} ms", "numbers alone, without tiles": f"{numbers:.2f}"},
        )
    ]


if __name__ == "__main__":
    run(measure)
