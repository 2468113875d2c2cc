"""Finding and judging in a library of 5,000 jobs, as the program opens it."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import apsw
import pytest_asyncio

from dreamina_desktop.app.cli.options import parse
from dreamina_desktop.app.program import Program, open_program
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.core.search.filters import NOTHING, Facet
from dreamina_desktop.core.search.grouping import Grouping
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.ui.window.main_window import MainWindow

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

from libraries import make_library

JOBS, SEED = 5_000, 3
Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest_asyncio.fixture
async def opened(tmp_path: Path, put_up: Any) -> AsyncIterator[tuple[MainWindow, Program]]:
    """A window over the library; nothing is asked or downloaded."""
    folder = tmp_path / "data"
    await asyncio.to_thread(make_library, folder, JOBS, SEED, running=0)
    options = parse(["--data-dir", str(folder), "--api-url", "http://127.0.0.1:9"])
    async with open_program(options, Locations.at(folder), None, None) as program:
        window = MainWindow(program.services)
        await put_up(window)
        yield window, program
        window.hide()


def records(program: Program) -> dict[int, dict[str, Any]]:
    """As they are in the library's file."""
    library = apsw.Connection(str(program.locations.database), flags=apsw.SQLITE_OPEN_READONLY)
    found = dict(library.execute("SELECT number, raw FROM job"))
    library.close()
    return {number: json.loads(raw) for number, raw in found.items()}


def order(window: MainWindow) -> list[ImageKey]:
    shown = window._gallery.order()
    return list(shown[0 : len(shown)])


def is_settled(window: MainWindow) -> bool:
    return bool(window._jobs._model.is_settled)


async def test_searches_filters_marks_and_groups_lose_nothing(
    opened: tuple[MainWindow, Program], until: Until
) -> None:
    window, program = opened
    jobs, services = window._jobs, program.services
    await until(lambda: is_settled(window) and len(jobs.order()) == JOBS)
    by_number = records(program)
    every = order(window)
    assert len(every) == sum(len(record["response"]["images"]) for record in by_number.values())

    window._search.setText("红色")
    wanted = {n for n, record in by_number.items() if "红色" in record["request"]["prompt"]}
    await until(lambda: is_settled(window) and set(jobs.order()) == wanted)
    window._search.clear()

    models = Counter(record["model"] for record in by_number.values())
    assert dict(await services.library.facet(jobs.query, Facet.MODEL)) == models
    model = max(models, key=lambda name: models[name])
    jobs.narrow(NOTHING.toggled(Facet.MODEL, model))
    await until(lambda: is_settled(window) and len(jobs.order()) == models[model])
    jobs.list_all()
    await until(lambda: is_settled(window) and len(jobs.order()) == JOBS)

    rng = random.Random(SEED)
    picked = rng.sample(every, 40)
    await services.marking.flag(every, Flag.REJECTED)
    await services.marking.flag(picked, Flag.PICKED)
    jobs.narrow(NOTHING.with_flag(Flag.PICKED))
    await until(lambda: is_settled(window) and set(order(window)) == set(picked))
    window._gallery.group_by(Grouping.PROMPT)
    await until(lambda: window._gallery.view.grid.header > 0)
    assert set(order(window)) == set(picked)

    made = await services.collections.named("Shortlist")
    assert made is not None
    await services.collections.add(made.id, picked)
    jobs.narrow(NOTHING.with_collection(made.id))
    await until(lambda: is_settled(window) and order(window) == picked)

    while await services.undo.undo():
        pass
    jobs.list_all()
    await until(lambda: is_settled(window) and set(order(window)) == set(every))
    assert not any(job.marks for job in await services.library.fetch(range(1, JOBS + 1)))
