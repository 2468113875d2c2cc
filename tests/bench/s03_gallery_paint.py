"""S3: the gallery's first paint, and a resize, with 100,000 images and with 1,000."""

from __future__ import annotations

import asyncio

from figure import Figure, ratio_of
from opened import cpu, paint, run_qt, window
from script import run

from dreamina_desktop.ui.gallery.gallery_pane import GalleryPane
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails
from dreamina_desktop.ui.window.main_window import MainWindow

GOAL = 1.1


def measure(rounds: int) -> list[Figure]:
    return run_qt(_measure(rounds))


async def _measure(rounds: int) -> list[Figure]:
    async with window(34_000) as (large, _), window(340) as (small, _):

        async def first_paint(shown: MainWindow) -> float:
            services, listing = shown._services, shown._jobs.listing()
            pane = GalleryPane(services, Thumbnails(services.thumbnailer, services.library))
            pane.resize(800, 700)
            pane.show()
            await asyncio.sleep(0.02)

            def work() -> None:
                pane.show_jobs(listing, False)
                paint(pane.view.viewport())

            seconds = cpu(work)
            pane.hide()
            pane.deleteLater()
            return seconds

        def resize(shown: MainWindow) -> float:
            view = shown._gallery.view
            width = view.width()

            def work() -> None:
                for step in (-40, 40, -80, 0):
                    view.resize(width + step, view.height())
                    paint(view.viewport())

            return cpu(work)

        paints, resizes = [], []
        for turn in range(max(rounds, 5) + 1):
            pair = await first_paint(large), await first_paint(small)
            if turn:  # the first one warms up
                paints.append(pair)
                resizes.append((resize(large), resize(small)))
        first, resized = ratio_of(paints), ratio_of(resizes)
        ms = {first: paints[-1][0] * 1000, resized: resizes[-1][0] / 4 * 1000}
        images = len(large._gallery.order())
    return [
        Figure(
            "S3",
            f"gallery: {what}, {images:,} images",
            "the same with 1,000",
            f"at most {GOAL}",
            str(ratio),
            ratio.median <= GOAL,
            ratio.median,
            (ratio.low, ratio.high),
            {"once": f"{ms[ratio]:.1f} ms"},
        )
        for what, ratio in (("first paint", first), ("resize", resized))
    ]


if __name__ == "__main__":
    run(measure)
