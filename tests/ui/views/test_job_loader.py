"""What many images hold is read in slices, and no more of them is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.search.results import Listing
from dreamina_desktop.ui.gallery.gallery_pane import GalleryPane
from dreamina_desktop.ui.jobs.jobs_pane import JobsPane
from dreamina_desktop.ui.views import job_loader
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails

Until = Callable[[Callable[[], object]], Any]


@pytest.mark.parametrize("many", [2, 100])
async def test_texts_of_images_come_in_their_order(
    bench: Any, record: Any, until: Until, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(job_loader, "MANY", many)
    monkeypatch.setattr(job_loader, "SLICE", 2)
    for second in range(1, 4):
        await bench.add(record(second))
    keys = [ImageKey(number, index) for number in (3, 1, 2) for index in (1, 0)]
    found: list[tuple[ImageKey, str]] = []
    taken: list[Sequence[tuple[ImageKey, str]]] = []

    def take(texts: Sequence[tuple[ImageKey, str]]) -> None:
        taken.append(texts)
        found.extend(texts)

    job_loader.with_images(
        bench.services, keys, lambda image: str(image.key) if image.key.number != 1 else None, take
    )
    await until(lambda: taken)
    assert len(taken) == 1
    assert [text for _, text in found] == ["3-2", "3-1", "2-2", "2-1"]
    assert [key for key, _ in found] == [key for key in keys if key.number != 1]


@pytest.mark.parametrize("kind", [GalleryPane, JobsPane])
async def test_what_had_to_make_room_in_memory_is_read_again_when_it_is_painted(
    bench: Any, put_up: Any, record: Any, until: Until, kind: type[GalleryPane | JobsPane]
) -> None:
    jobs = [await bench.add(record(second)) for second in range(1, 4)]
    services = bench.services
    pane = kind(services, Thumbnails(services.thumbnailer, services.library))
    await put_up(pane, 600, 600)
    if isinstance(pane, GalleryPane):
        pane.show_jobs(Listing.of((job.number for job in jobs), (2, 2, 2)), False)
    await until(pane.view.visible_rows)
    asking = pane.view._wish if isinstance(pane, JobsPane) else pane.view._visible_timer
    await until(lambda: not asking.isActive())
    services.library._kept.clear()
    services.library._open.clear()
    pane.view.viewport().update()
    await until(lambda: all(services.library.peek(job.number) for job in jobs))
