"""Makes the README's pictures of search, viewer, comparison, reference tray and contact sheet with
the program itself, over a library of the sandbox: `.venv/bin/python tests/pictures.py [FOLDER]`.
That of the contact sheet needs `chromium`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QWidget

from dreamina_desktop.app.cli.options import parse
from dreamina_desktop.app.program import Program, open_program
from dreamina_desktop.app.qt.application import Application, make_application, run_in_qt
from dreamina_desktop.app.sandbox_process import SandboxProcess
from dreamina_desktop.core.export.request import ExportWish
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.core.search.filters import NOTHING
from dreamina_desktop.core.search.grouping import Grouping
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.ui.compare.comparison import Comparison
from dreamina_desktop.ui.theme import style
from dreamina_desktop.ui.window.main_window import MainWindow

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SIZE = (1360, 850)
LIBRARY = ("--library", "160", "--seed", "7", "--speed", "20")
PATIENCE_S = 120.0


async def main(application: Application, folder: Path) -> None:
    sandbox = SandboxProcess(LIBRARY)
    try:
        facts = await asyncio.to_thread(sandbox.read_facts)
        with tempfile.TemporaryDirectory() as data:
            async with open_program(parse(["--demo"]), Locations.at(Path(data)), facts, None) as p:
                p.start_work()
                ids = [jobid for kind in ("library", "completed") for jobid in facts.jobs[kind]]
                await p.services.tracker.track("\n".join(ids))
                await until(lambda: is_idle(p))
                window = MainWindow(p.services)
                window.resize(*SIZE)
                window.show()
                for name in ("light", "dark"):
                    style.apply(application, name)
                    await pictures(window, p, folder, name)
                window.hide()
    finally:
        sandbox.close()


async def pictures(window: MainWindow, program: Program, folder: Path, name: str) -> None:
    jobs, gallery, services = window._jobs, window._gallery, program.services
    boats = await found(window, "boat")
    await services.marking.flag(boats[:3], Flag.PICKED)
    await services.marking.flag(boats[3:5], Flag.REJECTED)
    for place, rating in enumerate((5, 4, 3)):
        await services.marking.rate(boats[place : place + 1], rating)
    await services.marking.tag(boats[:1], ["Campaign X"], [])
    gallery.group_by(Grouping.JOB)
    gallery.select_key(boats[0])
    await settled(window)
    save(window, folder / f"search-{name}.png")
    jobs.narrow(NOTHING.with_flag(Flag.PICKED))
    await settled(window)
    viewer = window._viewer()
    viewer.open_image(boats[0], gallery.order())
    await until(viewer.settled)
    save(window, folder / f"viewer-{name}.png")
    viewer.close_viewer()
    jobs.narrow(NOTHING)
    gallery.group_by(Grouping.NOTHING)
    others = await found(window, "red boat")
    first = others[0]
    second = next(key for key in others if differs(program, key, first))
    window._compare([first, second])
    comparison = window.findChild(Comparison)
    await until(lambda: all(panel.canvas.is_sharp for panel in comparison.panels))
    save(window, folder / f"comparison-{name}.png")
    comparison.close_comparison()
    window._take_request(first.number)
    window._tray.put(others[:2])
    await until(lambda: services.messages.passing)
    services.messages.dismiss()
    await settled(window)
    save(window, folder / f"tray-{name}.png")
    window._tray._empty()
    window._search.clear()
    if name == "light":
        await contact_sheet(program, others[:8], folder / "contact-sheet.png")


async def contact_sheet(program: Program, keys: list[ImageKey], file: Path) -> None:
    """As a browser shows it."""
    browser = shutil.which("chromium")
    if browser is None:
        print("There is no chromium: no picture of the contact sheet.")  # noqa: T201
        return
    with tempfile.TemporaryDirectory() as place:
        program.services.exporter.start(
            ExportWish(
                *(keys, place, True, "{number}"),
                has_pictures=False,
                has_sheet=True,
                title="Red boats, first choice",
            )
        )
        sheet = Path(place) / "contact sheet.html"
        await until(sheet.exists)
        await asyncio.to_thread(
            subprocess.run,
            [
                *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update"),
                *("--disable-quic", "--disable-sync", "--hide-scrollbars"),
                *(f"--user-data-dir={place}/browser", f"--screenshot={file}"),
                *("--window-size=1360,850", sheet.as_uri()),
            ],
            check=True,
            capture_output=True,
        )
    print(file)  # noqa: T201


async def found(window: MainWindow, text: str) -> list[ImageKey]:
    window._search.setText(text)
    await until(lambda: window._jobs.query.text == text and window._jobs._model.is_settled)
    await settled(window)
    order = window._gallery.order()
    return list(order[0 : len(order)])


def differs(program: Program, one: ImageKey, other: ImageKey) -> bool:
    """Whether they were made from different requests."""
    records = [program.services.library.job(key.number).record for key in (one, other)]
    first, second = (record.prompt if record else None for record in records)
    return first != second


def is_idle(program: Program) -> bool:
    s = program.services
    polling, pending = s.poller.status.polling, s.downloader.status.pending
    return not polling and not pending and s.library.image_count > 0


async def settled(window: MainWindow) -> None:
    await asyncio.sleep(0.2)  # what was asked for is on its way
    await until(window.settled)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - Qt has no event to await
            await asyncio.sleep(0.05)


def save(window: QWidget, file: Path) -> None:
    window.grab().save(str(file))
    print(file)  # noqa: T201


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    target.mkdir(parents=True, exist_ok=True)
    made = make_application("light")
    run_in_qt(made, main(made, target))
