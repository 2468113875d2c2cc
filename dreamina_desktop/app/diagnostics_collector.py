"""Gathers what *Copy diagnostics* copies."""

from __future__ import annotations

import asyncio
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from dreamina_desktop import __version__, diagnostics
from dreamina_desktop.core.text.diagnostics_report import LOG_LINES, Facts, diagnostics_report
from dreamina_desktop.core.text.urls import ApiUrl
from dreamina_desktop.core.text.wording import skew_words
from dreamina_desktop.library.database import sqlite_version
from dreamina_desktop.services.downloads.downloader import Downloader
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.polling.poller import Poller
from dreamina_desktop.services.session.preferences import Preferences
from dreamina_desktop.services.traffic.server_clock import ServerClock

_PACKAGES = ("PySide6-Essentials", "qasync", "httpx", "httpcore", "Pillow", "apsw", "keyring")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Reads everything anew at each call."""

    library: Library
    poller: Poller
    downloader: Downloader
    preferences: Preferences
    server_clock: ServerClock
    api: ApiUrl
    log_file: Path

    async def read(self) -> str:
        """The report. Raises OSError when the log cannot be read."""
        loop = asyncio.get_running_loop()
        lines = await loop.run_in_executor(None, diagnostics.last_lines, self.log_file, LOG_LINES)
        facts = Facts(
            versions=_versions(),
            settings=self._settings(),
            counts=await self.library.statistics(),
            connection=self._connection(),
            log_lines=lines,
        )
        return diagnostics_report(facts, diagnostics.homes())

    def _settings(self) -> dict[str, str]:
        """By name, one by one: whatever else is kept there has no business in it."""
        kept = self.preferences
        return {
            "API": self.api.origin,
            "seconds between checks": f"{kept.poll_interval_s:g}",
            "theme": kept.theme,
            "paused": "yes" if kept.paused else "no",
            "folder for images": kept.images_folder or "in the data folder",
            "data folder": str(self.log_file.parent),
            "accounts with a name": str(len(kept.account_names)),
        }

    def _connection(self) -> dict[str, str]:
        poll, downloads = self.poller.status, self.downloader.status
        return {
            "state": poll.connection.value,
            "reason": poll.reason or "none",
            "jobs that are due": str(poll.overdue),
            "jobs that fail": str(poll.failing),
            "requests under way": f"{poll.checking} for jobs, {downloads.fetching} for images",
            "images still to come": str(downloads.pending),
            "disk full": "yes" if downloads.disk_full else "no",
            "folder for images": "not there" if downloads.folder_away else "there",
            "saved images whose files are missing": str(downloads.missing),
            "clock": skew_words(self.server_clock.skew_s) or "as the server's",
        }


def _versions() -> dict[str, str]:
    packages = {name: _version(name) for name in _PACKAGES}
    return {
        "Dreamina Desktop": __version__,
        "Python": platform.python_version(),
        "Qt": _qt_version(),
        **packages,
        "SQLite": sqlite_version(),
        "System": platform.platform(),
    }


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - rarely needed

    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _qt_version() -> str:
    """Not loaded for this alone."""
    qt = sys.modules.get("PySide6.QtCore")
    return str(qt.qVersion()) if qt is not None else "not loaded"
