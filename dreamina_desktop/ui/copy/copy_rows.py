"""Copy jobs as rows of a spreadsheet: the selected ones, or a whole paste in its own order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime

from PySide6.QtGui import QGuiApplication

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.export.tables import row_of_line, tab_separated
from dreamina_desktop.core.paste.lines import KeptLine, Paste
from dreamina_desktop.core.text.dates import local_time, utc_time
from dreamina_desktop.core.text.wording import counted, moment_label
from dreamina_desktop.services.library import SLICE
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.views.job_loader import MANY


def copy_rows(services: Services, numbers: Sequence[int]) -> None:
    """A job a line, in this order."""

    async def copy() -> None:
        lines = [KeptLine(number) for number in numbers]
        await _copy(services, lines, f"Copied {counted(len(lines), 'row')}.")

    services.supervisor.spawn(copy(), "copy rows")


def copy_paste(services: Services, number: int) -> None:
    """As many lines as the last paste that names this job had, in its order: they stand beside the
    column that it came from."""

    async def copy() -> None:
        try:
            paste = await services.library.paste_of(number)
        except DatabaseError as error:
            services.messages.say(f"Nothing was copied. {error}")
            return
        if paste is not None:
            now = utc_time(services.clock.time())
            await _copy(services, paste.lines, _words(paste, now))

    services.supervisor.spawn(copy(), "copy paste")


async def _copy(services: Services, lines: Sequence[KeptLine], words: str) -> None:
    """In slices, with the window's turn between them."""
    if len(lines) > MANY:
        services.messages.say(f"Reading {counted(len(lines), 'row')}…")
    copied: list[str] = []
    try:
        for start in range(0, len(lines), SLICE):
            some = lines[start : start + SLICE]
            wanted = [line.number for line in some if line.number is not None]
            jobs = {job.number: job for job in await services.library.fetch(wanted)}
            copied.append(tab_separated(row_of_line(line, jobs) for line in some))
            await asyncio.sleep(0)
    except DatabaseError as error:
        services.messages.say(f"Nothing was copied. {error}")
        return
    QGuiApplication.clipboard().setText("\n".join(copied))
    services.messages.say(words)


def _words(paste: Paste, now: datetime) -> str:
    at = moment_label(local_time(paste.at), local_time(now))
    rows = f"Copied {counted(len(paste.lines), 'row')} of the paste of {at}"
    missing = ", ".join(_missing(paste.lines))
    return f"{rows}: {missing}." if missing else f"{rows}."


def _missing(lines: Sequence[KeptLine]) -> Iterator[str]:
    """What names no job, in words."""
    if gaps := sum(line.is_gap for line in lines):
        yield counted(gaps, "gap")
    if texts := sum(line.number is None and not line.is_gap for line in lines):
        yield f"{counted(texts, 'line')} without an ID"
