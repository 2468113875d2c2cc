"""One backup in the making: copied a piece at a time, checked, and only then given its name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import apsw

from dreamina_desktop.library.backups import Backups
from dreamina_desktop.library.integrity import (
    check_pages,
    check_rows,
    check_texts,
    connect,
    version_of,
)

PAGES_AT_ONCE = 256  # about a megabyte


class PageCopy:
    """A copy of a database in an empty file. `step` is called on the thread of `source`. Raises
    apsw.Error."""

    def __init__(self, source: apsw.Connection, file: Path) -> None:
        self._target = connect(file)
        # A copy that is cut off is made anew; whoever needs a whole one flushes it.
        self._target.execute("PRAGMA journal_mode = OFF")
        self._target.execute("PRAGMA synchronous = OFF")
        self._backup = self._target.backup("main", source, "main")

    def step(self) -> bool:
        """Copy some pages; whether that were the last ones. What is written meanwhile is in it."""
        self._backup.step(PAGES_AT_ONCE)
        return bool(self._backup.done)

    def close(self) -> None:
        """On any thread, and as often as one likes."""
        self._backup.close(True)
        self._target.close()


class BackupCopy:
    """`step` is called on the thread of `source`, the rest on any other. All raise OSError or
    apsw.Error; whoever makes it calls `finish` or `abandon`."""

    def __init__(self, source: apsw.Connection, backups: Backups) -> None:
        self._backups = backups
        pages, page_bytes = source.pragma("page_count"), source.pragma("page_size")
        self._part = backups.begin(int(pages) * int(page_bytes))
        self._copy = PageCopy(source, self._part)

    def step(self) -> bool:
        """Copy some pages; whether that were the last ones."""
        if is_done := self._copy.step():
            self._copy.close()
        return is_done

    def finish(self, migrations: Sequence[str]) -> None:
        """Prove that it is whole and put it in its place."""
        check_file(self._part, migrations)
        self._backups.finish(self._part, datetime.now(UTC))

    def abandon(self) -> None:
        """Delete what was copied."""
        self._copy.close()
        self._backups.abandon(self._part)


def check_file(file: Path, migrations: Sequence[str]) -> None:
    """Raises apsw.Error or UnicodeDecodeError where a file that nobody writes to is not a whole
    library."""
    connection = apsw.Connection(
        f"{file.absolute().as_uri()}?immutable=1",
        flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
    )
    try:
        check_pages(connection, migrations)
        if version_of(connection) == 0:
            raise apsw.CorruptError("empty")
        check_rows(connection)
        check_texts(connection)
    finally:
        connection.close()
