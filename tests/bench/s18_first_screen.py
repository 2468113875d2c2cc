"""S18 and S19: from exec to a settled first screen of thumbnails, in a real window, with thumbnails
kept and with none; the memory after 30 more pages.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from figure import Figure, ratio_of
from opened import NO_API, copy_of, library
from screen import Screen, end, family_pss_mb, screen
from script import run

JOBS, IMAGES = 680, 2_000
LIBRARY = {"thumbnails": 3_000, "files": 3_000, "running": 0}  # nothing to be said about a token
PAGES = 30
GOAL = 1.5
BARE = """
import sys
from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QApplication, QListView, QMainWindow
application = QApplication([])
window, view = QMainWindow(), QListView()
model = QStringListModel([f"Row {number}" for number in range(2000)])
view.setModel(model)
window.setCentralWidget(view)
window.resize(1280, 800)
window.show()
sys.exit(application.exec())
"""
_NOT = "qimgv was not measured: it is not installed"
_SIZE = "qimgv in the window that it opens by itself, which is smaller and has 12 thumbnails"
Taken = dict[str, list[tuple[float, float]]]  # by program: seconds, MB


def measure(rounds: int) -> list[Figure]:
    missing = [name for name in ("Xvfb", "xdotool") if not shutil.which(name)]
    if missing:
        reason = f"not measured: no {' and no '.join(missing)}"
        return [Figure(name, "", "", "", "–", reason=reason) for name in ("S18", "S19")]
    taken: Taken = {}
    kept = asyncio.run(library(JOBS, **LIBRARY))
    with screen() as shown, tempfile.TemporaryDirectory() as home, copy_of(kept) as pictures:
        for turn in range(max(rounds, 5) + 1):
            for name in ("bare", "ours, kept", "ours, none", *_others()):
                with copy_of(kept) as data:  # which remembers no place of an earlier run
                    if name.endswith("none"):
                        _without_thumbnails(data, Path(home))
                    figures = _one(shown, _command(name, data, pictures), Path(home))
                if turn:
                    taken.setdefault(name, []).append(figures)
    return [*_times(taken), _memory(taken)]


def _others() -> tuple[str, ...]:
    return ("qimgv, none", "qimgv, kept") if shutil.which("qimgv") else ()


def _command(name: str, data: Path, pictures: Path) -> Sequence[str | Path]:
    if name == "bare":
        return [sys.executable, "-c", BARE]
    if name.startswith("qimgv"):
        return ["qimgv", pictures / "images" / "day"]
    return [sys.executable, "-m", "dreamina_desktop", "--data-dir", data, "--api-url", NO_API]


def _without_thumbnails(data: Path, home: Path) -> None:
    """Neither ours nor qimgv's."""
    shutil.rmtree(home / "cache" / "qimgv", ignore_errors=True)
    for file in data.glob("thumbnails.sqlite3*"):
        file.unlink()


def _one(shown: Screen, command: Sequence[str | Path], home: Path) -> tuple[float, float]:
    """Seconds to the settled screen; MB after the pages."""
    process, seen = shown.start(
        command,
        HOME=str(home),
        XDG_CACHE_HOME=str(home / "cache"),
        XDG_CONFIG_HOME=str(home / "config"),
        XDG_DATA_HOME=str(home / "share"),
        PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
    )
    try:
        shown.focus()
        for _ in range(PAGES):
            shown.keys("Next")
        shown.settle()
        return seen.settled_s, family_pss_mb(process.pid)
    finally:
        end(process)
        shown.cleared()


def _times(taken: Taken) -> list[Figure]:
    figures = []
    for what in ("kept", "none"):
        ours, bare = [s for s, _ in taken[f"ours, {what}"]], [s for s, _ in taken["bare"]]
        ratio = ratio_of(list(zip(ours, bare, strict=True)))
        theirs = [s for s, _ in taken.get(f"qimgv, {what}", [])]
        is_ahead = statistics.median(ours) < statistics.median(theirs) if theirs else None
        is_met = is_ahead is not False and (what == "none" or ratio.median <= GOAL)
        figures.append(
            Figure(
                "S18",
                f"exec to a settled first screen, {IMAGES:,} images, thumbnails {what}",
                "a bare window, qimgv",
                f"at most {GOAL}, ahead of qimgv" if what == "kept" else "ahead of qimgv",
                f"{statistics.median(ours):.2f} s; {ratio}",
                is_met if theirs or not is_met else None,
                ratio.median,
                (ratio.low, ratio.high),
                {"bare": f"{statistics.median(bare):.2f} s"} | _theirs(theirs, "{:.2f} s"),
                reason=_SIZE if theirs else _NOT,
            )
        )
    return figures


def _memory(taken: Taken) -> Figure:
    ours, bare = [mb for _, mb in taken["ours, kept"]], [mb for _, mb in taken["bare"]]
    theirs = [mb for _, mb in taken.get("qimgv, kept", [])]
    ratio = ratio_of(list(zip(ours, theirs or bare, strict=True)))
    return Figure(
        "S19",
        f"memory (Pss) after that and {PAGES} pages, thumbnails kept",
        "qimgv" if theirs else "a bare window",
        "under qimgv's",
        f"{statistics.median(ours):.0f} MB; {ratio}",
        ratio.median < 1 if theirs else None,
        ratio.median,
        (ratio.low, ratio.high),
        {"bare": f"{statistics.median(bare):.0f} MB"} | _theirs(theirs, "{:.0f} MB"),
        reason=_SIZE if theirs else _NOT,
    )


def _theirs(values: list[float], form: str) -> dict[str, str]:
    return {"qimgv": form.format(statistics.median(values))} if values else {}


if __name__ == "__main__":
    run(measure)
