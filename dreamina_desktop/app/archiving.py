"""What saves a library as one file and adds such files, put together when it is first wanted."""

from __future__ import annotations

from pathlib import Path

from dreamina_desktop.app.keeping import Keeping
from dreamina_desktop.app.outside import Outside
from dreamina_desktop.services.archiver import Archiver
from dreamina_desktop.services.collections import Collections
from dreamina_desktop.services.long_work import LongWork
from dreamina_desktop.services.undo import UndoHistory
from dreamina_desktop.storage.archives import Archives


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
