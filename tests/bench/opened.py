"""The real program's window over a library, in this process, without its network."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from libraries import make_library
from PySide6.QtWidgets import QWidget

from dreamina_desktop.app.cli.options import parse
from dreamina_desktop.app.program import Program, open_program
from dreamina_desktop.app.qt.application import make_application, run_in_qt
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.ui.window.main_window import STATE, MainWindow

T = TypeVar("T")
NO_API = "http://127.0.0.1:9"
SEED = 1


def run_qt(main: Coroutine[Any, Any, T]) -> T:
    """On the program's own loop, with its style."""
    return run_in_qt(make_application("light"), main)


async def library(jobs: int, **options: int) -> Path:
    """A folder with a library, kept between runs."""
    name = "-".join(str(part) for part in (jobs, SEED, *sorted(options.items())))
    kept = (
        Path(tempfile.gettempdir())
        / "dreamina-desktop-bench"
        / "".join(c for c in name if c.isalnum() or c == "-")
    )
    if not (kept / "index.sqlite3").exists():
        shutil.rmtree(kept, ignore_errors=True)
        make_library(kept, jobs, SEED, **options)
        async with program_over(kept):  # whose first start makes the index
            pass
    return kept


@contextmanager
def copy_of(folder: Path) -> Iterator[Path]:
    """A data folder that may be written to; its images are links to the same bytes."""
    with tempfile.TemporaryDirectory(prefix="dreamina-bench-") as root:
        data = Path(root) / "data"
        shutil.copytree(folder, data, ignore=shutil.ignore_patterns("images"))
        if (folder / "images").exists():
            shutil.copytree(folder / "images", data / "images", copy_function=os.link)
        yield data


@asynccontextmanager
async def program_over(
    folder: Path, api_url: str = NO_API, token: str | None = None, *more: str
) -> AsyncIterator[Program]:
    options = parse(["--data-dir", str(folder), "--api-url", api_url, *more])
    async with open_program(options, Locations.at(folder), None, token) as program:
        gc.freeze()  # as app/window.py does
        yield program


@asynccontextmanager
async def window(jobs: int, **options: int) -> AsyncIterator[tuple[MainWindow, Program]]:
    """Shown, with the rows of a library of so many jobs."""
    async with window_over(await library(jobs, **options)) as opened:
        yield opened


@asynccontextmanager
async def window_over(
    folder: Path, api_url: str = NO_API, token: str | None = None, *more: str
) -> AsyncIterator[tuple[MainWindow, Program]]:
    """The same for a data folder; `more`: options of the program."""
    async with program_over(folder, api_url, token, *more) as program:
        program.services.preferences.set(STATE, {})  # of an earlier measurement
        shown = MainWindow(program.services)
        shown.resize(1280, 800)
        shown.show()
        await settled(shown)
        await asyncio.sleep(0.05)
        yield shown, program
        shown.hide()


async def settled(shown: MainWindow) -> None:
    """Until the list shows what was asked for last."""
    while not shown._jobs.view._jobs.is_settled:  # noqa: ASYNC110 - it has no event for that
        await asyncio.sleep(0.002)


def paint(widget: QWidget) -> None:
    """At once, all of it."""
    widget.repaint()


def cpu(work: Callable[[], object]) -> float:
    """Seconds that this thread works."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def wall(work: Callable[[], object]) -> float:
    """Seconds until it is done."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
