"""The library in an archive: a file from elsewhere, looked at as if it meant harm."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import apsw
import msgspec

from dreamina_desktop.core.archive.format import ArchivedCollection, ArchivedJob, Original
from dreamina_desktop.core.errors import ArchiveError
from dreamina_desktop.core.jobs.job import Batch, ImageKey, ImageState
from dreamina_desktop.core.jobs.job_id import is_possible
from dreamina_desktop.core.paste.lines import KeptLine, Paste
from dreamina_desktop.library.archive.bounds import cut_tokens, exceeded
from dreamina_desktop.library.archive.manifest import NEWER, Manifest
from dreamina_desktop.library.database import migrate
from dreamina_desktop.library.integrity import (
    MOST_VERSIONS,
    OF_THE_MOMENT,
    check_header,
    check_rows,
    check_texts,
    connect,
    version_of,
)
from dreamina_desktop.library.job_rows import JobRows
from dreamina_desktop.library.schema import MIGRATIONS

FOREIGN = "The library in it has tables that are not ours."
DISAGREES = "The library in it and its list of contents do not agree."


class ArchivedLibrary:
    """Opened by a connection that cannot write, once it was found whole and brought to today's
    form. Methods block; they raise ArchiveError."""

    def __init__(self, file: Path, manifest: Manifest) -> None:
        try:
            _check(file)
            _bring_up_to_date(file)
            self._connection = _open_read_only(file)
        except (apsw.Error, UnicodeDecodeError) as error:
            raise unsound(error) from error
        self._rows = JobRows(Path())
        # As many as a batch has here: what it says of itself would be shown.
        asked = self._connection.execute("SELECT batch, count(*) FROM job GROUP BY batch")
        self._jobs_of_batch: Mapping[int, int] = dict(asked)
        try:
            self.jobids = self._read_jobids()
            self.originals = self._read_originals(manifest)
            if len(self.jobids) != manifest.jobs:
                raise ArchiveError(DISAGREES)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def portions(self, most_jobs: int, most_bytes: int) -> Iterator[Sequence[int]]:
        """The numbers of all jobs in their order, so many at a time that their records and answers
        have at most so many bytes; one that alone has more comes alone."""
        execute = self._connection.execute
        ask = "SELECT number, sum(length(raw)) FROM answer GROUP BY number"
        answers: Mapping[int, int] = dict(execute(ask))
        some, size = list[int](), 0
        ask = "SELECT number, coalesce(length(raw), 0) FROM job ORDER BY number"
        for number, length in execute(ask):
            own = length + answers.get(number, 0)
            if some and (len(some) == most_jobs or size + own > most_bytes):
                yield some
                some, size = [], 0
            some.append(number)
            size += own
        if some:
            yield some

    def jobs(self, numbers: Sequence[int]) -> Sequence[ArchivedJob]:
        """These, by number."""
        asked = msgspec.json.encode(list(numbers)).decode()
        execute, which = self._connection.execute, "IN (SELECT value FROM json_each(?))"
        records = {
            number: (raw, facts)
            for number, raw, facts in execute(
                f"SELECT number, raw, facts FROM job WHERE number {which}", (asked,)
            )
        }
        answers: dict[int, list[tuple[float, bytes]]] = {}
        ask = f"SELECT number, at, raw FROM answer WHERE number {which} ORDER BY id"
        for number, at, answer in execute(ask, (asked,)):
            answers.setdefault(number, []).append((at, answer))
        jobs = self._rows.read(self._connection, numbers)
        asked = msgspec.json.encode(sorted({job.batch for job in jobs})).decode()
        ask = f"SELECT id, at FROM batch WHERE id {which}"
        batches = {
            number: Batch(number, at, self._jobs_of_batch[number])
            for number, at in execute(ask, (asked,))
        }
        return [
            ArchivedJob(
                job,
                batches[job.batch],
                raw,
                tuple(answers.get(job.number, ())),
                facts,
            )
            for job in jobs
            for raw, facts in [records[job.number]]
        ]

    def collections(self) -> Sequence[ArchivedCollection]:
        """In the order of their making."""
        execute = self._connection.execute
        keys: dict[int, list[ImageKey]] = {}
        for collection, number, index in execute(
            "SELECT collection, number, idx FROM collected ORDER BY collection, place"
        ):
            keys.setdefault(collection, []).append(ImageKey(number, index))
        expected: dict[int, list[int]] = {}
        for number, collection in execute("SELECT number, collection FROM expected"):
            expected.setdefault(collection, []).append(number)
        return [
            ArchivedCollection(name, tuple(keys.get(row, ())), tuple(expected.get(row, ())))
            for row, name in execute("SELECT id, name FROM collection ORDER BY id")
        ]

    def pastes(self) -> Sequence[Paste]:
        """The oldest first. What names a job that is not here is a gap."""
        lines: dict[int, list[KeptLine]] = {}
        ask = "SELECT paste, number, text, why FROM pasted ORDER BY id"
        for paste, number, text, why in self._connection.execute(ask):
            kept = KeptLine(number if number in self.jobids else None, text, why)
            lines.setdefault(paste, []).append(kept)
        return [
            Paste(at, tuple(lines[paste]))
            for paste, at in self._connection.execute("SELECT id, at FROM paste ORDER BY id")
            if paste in lines
        ]

    def exported(self) -> Mapping[str, ImageKey]:
        """SHA-256 of copies, and of which images they are."""
        rows = self._connection.execute("SELECT sha256, number, idx FROM exported ORDER BY id")
        return {sha256: ImageKey(number, index) for sha256, number, index in rows}

    def _read_jobids(self) -> Mapping[int, str]:
        found = dict(self._connection.execute("SELECT number, jobid FROM job ORDER BY number"))
        if not all(map(is_possible, found.values())):
            raise ArchiveError("The library in it holds a job ID that cannot be one.")
        return found

    def _read_originals(self, manifest: Manifest) -> Mapping[ImageKey, Original]:
        files = {file.name: file for file in manifest.files}
        originals: dict[ImageKey, Original] = {}
        ask = "SELECT number, idx, state, file, sha256 FROM image WHERE file IS NOT NULL"
        for number, index, state, name, sha256 in self._connection.execute(ask):
            facts = files.get(name)
            if facts is None or state != ImageState.SAVED or sha256 != facts.sha256:
                raise ArchiveError(DISAGREES)
            originals[ImageKey(number, index)] = Original(name, facts.size, facts.sha256)
        if len(originals) != manifest.images or manifest.images != len(
            {original.name for original in originals.values()}
        ):
            raise ArchiveError(DISAGREES)
        return originals


def unsound(error: apsw.Error | UnicodeDecodeError) -> OSError:
    """What an error means for an archive: a full disk here is not damage there."""
    if isinstance(error, apsw.FullError):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if isinstance(error, OF_THE_MOMENT):
        return OSError(errno.EIO, os.strerror(errno.EIO))
    return ArchiveError("The library in it is damaged.")


def _check(file: Path) -> None:
    """The tables first, and exactly ours: a view, a trigger or an expression of somebody else's
    is never run."""
    check_header(file)
    connection = _open_read_only(file)
    try:
        version = version_of(connection)
        if len(MIGRATIONS) < version <= MOST_VERSIONS:
            raise ArchiveError(NEWER)
        if not 1 <= version <= len(MIGRATIONS):
            raise ArchiveError("The library in it is none of Dreamina Desktop.")
        if _schema(connection) != _schema_of(version):
            raise ArchiveError(FOREIGN)
        if connection.pragma("integrity_check") != "ok":
            raise apsw.CorruptError("integrity_check")
        if list(connection.execute("PRAGMA foreign_key_check")):
            raise apsw.CorruptError("foreign_key_check")
        check_rows(connection)
        check_texts(connection)
        _check_bounds(connection)
    finally:
        connection.close()


def _check_bounds(connection: apsw.Connection) -> None:
    if table := exceeded(connection):
        raise ArchiveError(f"The library in it holds what cannot be (in “{table}”).")


def _bring_up_to_date(file: Path) -> None:
    """In this copy: the archive stays as it is."""
    connection = connect(file, apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.execute("PRAGMA journal_mode = MEMORY")  # no file beside it
        if version_of(connection) < len(MIGRATIONS):
            migrate(connection, MIGRATIONS)
        cut_tokens(connection)
    finally:
        connection.close()


def _open_read_only(file: Path) -> apsw.Connection:
    connection = apsw.Connection(
        f"{file.absolute().as_uri()}?immutable=1",
        flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _schema(connection: apsw.Connection) -> set[tuple[str, str, str, str | None]]:
    return set(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema"))


def _schema_of(version: int) -> set[tuple[str, str, str, str | None]]:
    connection = apsw.Connection(":memory:")
    try:
        for migration in MIGRATIONS[:version]:
            connection.execute(migration)
        return _schema(connection)
    finally:
        connection.close()
