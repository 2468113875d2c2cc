"""What saves a library as one file and adds such files, put together when it is first wanted."""

from __future__ import annotations

from pathlib import Path

from dreamina_desktop.app.adapters import Outside
from dreamina_desktop.app.program import Keeping
from dreamina_desktop.library.archive.archives import Archives
from dreamina_desktop.services.archive.archiver import Archiver
from dreamina_desktop.services.curation.collections import Collections
from dreamina_desktop.services.session.task_runner import LongWork
from dreamina_desktop.services.session.undo import UndoHistory


def make_archiver(
    kept: Keeping,
    outside: Outside,
    root: Path,
    collections: Collections,
    undo: UndoHistory,
    work: LongWork,
) -> Archiver:
    """`root`: the data folder."""
    return Archiver(
        Archives(kept.database, outside.parts, root),
        kept.library,
        collections,
        kept.fingerprints,
        outside.files,
        outside.imaging,
        undo,
        work,
    )
