"""The process of edge_dates.py: a window over a library of edge dates, grouped by day; all of it is
looked at, and exported. What it found is said as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image as Pillow
from PySide6.QtCore import Qt

from dreamina_desktop.app.cli.options import parse
from dreamina_desktop.app.program import open_program
from dreamina_desktop.app.qt.application import make_application, run_in_qt
from dreamina_desktop.core.export.export_name import DEFAULT_FOR_ME
from dreamina_desktop.core.export.request import ExportWish
from dreamina_desktop.core.jobs.job import ImageState
from dreamina_desktop.core.jobs.record import parse_record
from dreamina_desktop.core.jobs.transition import after_record
from dreamina_desktop.core.search.grouping import Grouping
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.ui.window.main_window import STATE, MainWindow

NO_API = "http://127.0.0.1:9/v1/dreamina"
CREATED = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0001-01-02T03:04:05Z",
    "1582-10-10T12:00:00Z",
    "1969-12-31T23:59:59Z",
    "2026-03-29T01:30:00Z",
    "2038-01-19T03:14:08Z",
    "9999-12-30T20:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-12:00",
)
TRACKED_AT = (-6.3e10, -1.0, 0.0, 1.77e9, 2.534e11)  # Unix seconds


async def _use(data: Path, copies: Path) -> Mapping[str, Any]:
    """Look at everything once, export it, and leave the window grouped by day."""
    options = parse(["--data-dir", str(data), "--api-url", NO_API])
    locations = Locations.at(data)
    locations.create()
    async with open_program(options, locations, None, None) as program:
        services = program.services
        is_new = not services.library.last_number
        if is_new:
            await _fill(services, data)
        window = MainWindow(services)
        window.resize(1280, 800)
        window.show()
        await _until(lambda: len(window._gallery.order()) == len(CREATED))
        if is_new:
            window._gallery.group_by(Grouping.DAY)
        await _until(lambda: window._gallery.view.grid.header)
        titles = [window._gallery._groups.title(n + 1) for n in range(len(CREATED))]
        await _look_at(window)
        await _export(services, window._gallery.order(), copies)
        window.grab()
        services.preferences.set(STATE, window._state())
        await asyncio.sleep(0.2)
        sections = len(window._gallery.view.grid.starts)
        window.hide()
        return {"sections": sections, "titles": titles}


async def _look_at(window: Any) -> None:
    roles = (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
        Qt.ItemDataRole.AccessibleDescriptionRole,
    )
    for view in (window._jobs.view, window._gallery.view):
        for row in range(view.model().rowCount()):
            index = view.model().index(row, 0)
            view.setCurrentIndex(index)
            for role in roles:
                index.data(role)
            await asyncio.sleep(0.02)
            window.grab()
        view.clearSelection()
    await _until(lambda: len(window._gallery.order()) == len(CREATED))
    await _until(lambda: window._gallery.view.grid.header)


async def _export(services: Any, order: Any, copies: Path) -> None:
    services.messages.dismiss()
    wish = ExportWish(
        list(order), str(copies), False, DEFAULT_FOR_ME, has_sheet=True, has_prompts=True
    )
    services.exporter.start(wish)
    await _until(lambda: services.messages.passing)


async def _fill(services: Any, data: Path) -> None:
    for number, created in enumerate(CREATED):
        record = _record(number, created)
        (tracked,) = (await services.tracker.track(record["jobid"])).new
        job = services.library.job(tracked)
        change = after_record(job, parse_record(record), "server", services.clock.time())
        file = data / "images" / f"{number}.jpg"
        file.parent.mkdir(exist_ok=True)
        Pillow.new("RGB", (64, 36), (60, 20 * number, 130)).save(file)
        size = {"file_width": 64, "file_height": 36, "size_bytes": file.stat().st_size}
        image = replace(change.images[0], state=ImageState.SAVED, file=str(file), **size)
        at = TRACKED_AT[number % len(TRACKED_AT)]
        change = replace(change, images=(image,), tracked_at=at)
        raw = json.dumps(record).encode()
        await services.library.change(tracked, lambda _, change=change: change, raw)


def _record(number: int, created: str) -> dict[str, Any]:
    image = {
        "imageUrl": f"https://p16.example.com/{number}.jpeg?x-expires=1900000000",
        "imageUri": f"tos-{number}",
        "width": 64,
        "height": 36,
        "assetRef": f"US:user@example.com-image:w64:h36:s905-uri:tos-{number}",
    }
    return {
        "jobid": f"j03021405{number:02d}123456789i-u12345-US:user@example.com-bot:dreamina",
        "type": "image",
        "status": "completed",
        "created": created,
        "updated": created,
        "request": {"prompt": f"A lake of {created}", "model": "seedream-4.0"},
        "response": {"images": [image]},
        "code": 200,
    }


async def _until(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - Qt has no event to await
            await asyncio.sleep(0.01)


def _main(data: Path, copies: Path) -> None:
    copies.mkdir(exist_ok=True)
    said = run_in_qt(make_application("light"), _use(data, copies))
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]))
