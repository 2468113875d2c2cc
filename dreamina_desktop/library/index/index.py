"""Finds and reads jobs, whatever their number: an index beside the library, on a thread of its own.

The library alone is the truth. The index is derived from it: it catches up with the changes that
the library notes, and is made anew where that does not suffice. Losing it costs only time.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import apsw
import msgspec

from dreamina_desktop.core.errors import DamagedError, DatabaseError
from dreamina_desktop.core.jobs.job import Batch, ImageKey, ImageState, Job
from dreamina_desktop.core.jobs.lineage import Ancestor, Lineage, Source, sources
from dreamina_desktop.core.search.filters import Facet
from dreamina_desktop.core.search.grouping import Grouping, GroupKey
from dreamina_desktop.core.search.results import Listing, Query
from dreamina_desktop.core.search.summary import JobCounts, Known, LibraryFacts, summarize
from dreamina_desktop.library.database import UNREADABLE, in_transaction
from dreamina_desktop.library.index import queries, tables
from dreamina_desktop.library.integrity import connect
from dreamina_desktop.library.job_rows import JobRows
from dreamina_desktop.library.run_in_thread import call_in

T = TypeVar("T")
Progress = Callable[[int, int], None]  # how many jobs of how many
_CLOSED = "The library is closed."
DAMAGE = (apsw.NotADBError, apsw.CorruptError, UnicodeDecodeError)
_DAMAGED = (
    "The library seems to be damaged. Start Dreamina Desktop again: then it is looked at, and "
    "restored where it is."
)
MOST_SUGGESTED = 1_000  # tags
REBUILD_SLICE = 500  # jobs, between which others may read
_STATISTICS = """
    SELECT CASE WHEN removed THEN 'jobs removed' ELSE 'jobs ' || tracking END, count(*)
        FROM summary GROUP BY 1
    UNION ALL
    SELECT 'jobs with status ' || iif(status = '', 'unknown', status), count(*)
        FROM summary WHERE removed = 0 GROUP BY status
"""


class JobIndex:
    """Implements services.ports.JobIndex. Reads see every write that was noted before. All raise
    DatabaseError where the library cannot be read."""

    def __init__(
        self,
        file: Path,
        library: Path,
        root: Path,
        *,
        in_memory: bool = False,
        on_progress: Progress = lambda _done, _total: None,
    ) -> None:
        """`library`: its file, which is only read; `root`: the data folder. `in_memory`: the
        library is a newer version's, and so is `file`, which is left alone. `on_progress` is
        called on the index's thread while it is made anew."""
        self._file = file
        self._library_file = library
        self._rows = JobRows(root)
        self._in_memory = in_memory
        self._on_progress = on_progress
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="index")
        self._noted: deque[tuple[int, Sequence[Job]]] = deque()
        self._library: apsw.Connection | None = None
        self._index: apsw.Connection | None = None

    async def open(self) -> None:
        """Once the library's file is open and up to date."""
        await self._later(self._open)

    async def aclose(self) -> None:
        """Write down what was noted, and close."""
        await self._later(self._close)
        self._thread.shutdown(wait=False)

    async def facts(self) -> LibraryFacts:
        """What has to be known of the whole library."""
        return await self._later(self._facts)

    async def open_jobs(self) -> Sequence[Job]:
        """The jobs for which something is still to be done, by number."""
        return await self._later(lambda: self._read(self._numbers("is_open", "number")))

    def job(self, number: int) -> Job | None:
        """Blocks for a moment."""
        return self._now(lambda: next(iter(self._read([number])), None))

    async def jobs(self, numbers: Sequence[int]) -> Sequence[Job]:
        """Those that are there, by number."""
        return await self._later(lambda: self._read(numbers))

    def known(self, jobids: Sequence[str]) -> Mapping[str, Known]:
        """Which of these IDs are here, removed ones too. Blocks for a moment."""
        return self._now(lambda: self._known(jobids))

    async def known_later(self, jobids: Sequence[str]) -> Mapping[str, Known]:
        """The same, without blocking."""
        return await self._later(lambda: self._known(jobids))

    def listing(self, query: Query) -> Listing:
        """Blocks: some 25 ms for 100,000 jobs."""
        return self._now(lambda: self._listing(query, None))

    def listing_within(self, wait_s: float, query: Query, limit: int) -> Listing | None:
        """So many of the first, if they are found in this time; else None."""
        try:
            return self._submit(lambda: self._listing(query, limit)).result(wait_s)
        except TimeoutError:
            return None

    async def listing_later(self, query: Query, limit: int | None = None) -> Listing:
        """All of them, or so many of the first, without blocking."""
        return await self._later(lambda: self._listing(query, limit))

    async def saved_files(self, after: ImageKey, limit: int) -> Sequence[tuple[ImageKey, str]]:
        """Images that are saved, with their files, of jobs that are shown, by key."""
        return await self._later(lambda: self._saved_files(after, limit))

    async def group_keys(self, by: Grouping, numbers: Iterable[int]) -> Sequence[GroupKey]:
        """What these jobs have in common with others, in this order: the day in local time, the
        prompt's beginning, or the batch."""
        asked = _json(numbers)
        return await self._later(lambda: queries.group_keys(self._ready(), by, asked))

    async def lineage(self, number: int) -> Lineage:
        """What a job was made from, and what was made from it, among the jobs that are shown."""
        return await self._later(lambda: self._lineage(number))

    async def image_of(self, source: Source) -> ImageKey | None:
        """Which image of a shown job it is; the first that is known by its URI."""
        return await self._later(lambda: queries.image_of(self._ready(), source))

    async def upscaled(self, numbers: Iterable[int]) -> set[ImageKey]:
        """The images of these jobs of which a shown upscale with a saved image was made."""
        asked = _json(numbers)
        return await self._later(lambda: queries.upscaled(self._ready(), asked))

    async def tags(self) -> Sequence[str]:
        """Every tag that was given, the most common first."""
        return await self._later(self._tags)

    async def facet(self, query: Query, of: Facet) -> Sequence[tuple[str, int]]:
        """The values of a fact among what a query asks for, and how many jobs have them."""
        return await self._later(lambda: queries.facet(self._ready(), query, of))

    async def counts(self, numbers: Iterable[int]) -> JobCounts:
        """Of these jobs, removed ones left out."""
        asked = _json(numbers)
        return await self._later(lambda: self._counts(asked))

    async def jobids(self, numbers: Iterable[int]) -> Sequence[str]:
        """Of these jobs, in this order, as far as they are there."""
        asked = _json(numbers)
        return await self._later(lambda: self._jobids(asked))

    async def job_count(self) -> int:
        """How many jobs there are, removed ones too."""
        return await self._later(self._job_count)

    async def statistics(self) -> Mapping[str, int]:
        """How many jobs and images there are, by what is done about them and by what they are."""
        return await self._later(self._statistics)

    def note(self, stamp: int, jobs: Sequence[Job]) -> None:
        """The library has written these jobs as its change `stamp`."""
        self._noted.append((stamp, jobs))
        if len(self._noted) == 1:
            with suppress(RuntimeError):  # closed
                self._thread.submit(self._catch_up_quietly)

    # -- the thread -------------------------------------------------------------------------

    async def _later(self, work: Callable[[], T]) -> T:
        return await call_in(self._thread, self._told(work))

    def _now(self, work: Callable[[], T]) -> T:
        return self._submit(work).result()

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        try:
            return self._thread.submit(self._told(work))
        except RuntimeError as error:
            raise DatabaseError(_CLOSED) from error

    def _told(self, work: Callable[[], T]) -> Callable[[], T]:
        def told() -> T:
            try:
                return self._work(work)
            except DAMAGE as error:
                raise DamagedError(_DAMAGED) from error
            except apsw.Error as error:
                words = f"The library could not be read ({error})."
                raise DatabaseError(UNREADABLE if self._in_memory else words) from error

        return told

    def _work(self, work: Callable[[], T]) -> T:
        """Where the index is what is damaged, it is made anew: the library need not be."""
        try:
            return work()
        except DAMAGE:
            if self._is_whole():
                raise
        self._make_anew()
        return work()

    def _is_whole(self) -> bool:
        try:
            return self._index is None or self._index.pragma("quick_check") == "ok"
        except apsw.Error:
            return False

    def _open(self) -> None:
        self._library = connect(self._library_file, apsw.SQLITE_OPEN_READONLY)
        self._library.set_busy_timeout(5000)
        try:
            self._index = self._open_index(":memory:" if self._in_memory else self._file)
            self._bring_up_to_date()
        except (apsw.Error, OSError):
            self._make_anew()

    def _open_index(self, file: Path | str) -> apsw.Connection:
        """Raises apsw.Error or OSError."""
        if isinstance(file, Path):
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
        connection = connect(file)
        connection.set_busy_timeout(5000)
        # A power cut may take the last changes, which are caught up with, but leaves it whole.
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _make_anew(self) -> None:
        """Where it is damaged or of another version; in memory where the disk takes none."""
        if self._index is not None:
            with suppress(apsw.Error):
                self._index.close()
        try:
            if self._in_memory:
                raise OSError
            for ending in ("", "-wal", "-shm"):
                self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
            self._index = self._open_index(self._file)
            self._rebuild()
        except (apsw.Error, OSError):
            self._index = self._open_index(":memory:")
            self._rebuild()

    def _bring_up_to_date(self) -> None:
        """With what was written when this index was not there, or not in time."""
        index, library = self._connections()
        if index.pragma("user_version") != tables.VERSION:
            raise apsw.SchemaChangeError("another version")
        stamp = index.execute("SELECT stamp FROM state").get
        first = library.execute("SELECT min(stamp) FROM change").get
        last, last_number = _last_stamp(library), library.execute("SELECT max(number) FROM job").get
        if stamp is None:
            raise apsw.SchemaChangeError("not finished")
        behind = stamp < last
        if stamp > last or (behind and (first is None or first > stamp + 1)):
            raise apsw.SchemaChangeError("too far apart")
        if behind:
            changed = "SELECT DISTINCT number FROM change WHERE stamp > ?"
            self._put([row[0] for row in library.execute(changed, (stamp,))], last)
        if index.execute("SELECT max(number) FROM summary").get != last_number:
            raise apsw.SchemaChangeError("another library")

    def _rebuild(self) -> None:
        index, library = self._connections()
        stamp = _last_stamp(library)
        in_transaction(index, _make_tables)
        numbers = [row[0] for row in library.execute("SELECT number FROM job ORDER BY number")]
        for start in range(0, len(numbers), REBUILD_SLICE):
            some = numbers[start : start + REBUILD_SLICE]
            summaries = list(map(summarize, self._read(some)))
            in_transaction(index, partial(tables.fill, summaries=summaries))
            self._on_progress(start + len(some), len(numbers))
        in_transaction(index, partial(_finish, stamp=stamp))

    def _put(self, numbers: Sequence[int], stamp: int) -> None:
        index, _ = self._connections()
        summaries = map(summarize, self._read(numbers))
        in_transaction(index, lambda connection: tables.put(connection, summaries, stamp))

    def _catch_up(self) -> None:
        """Write what was noted, in one transaction."""
        index, _ = self._connections()
        noted: list[tuple[int, Sequence[Job]]] = []
        while self._noted:
            noted.append(self._noted.popleft())
        if noted:
            last = {job.number: job for _, jobs in noted for job in jobs}
            summaries, stamp = map(summarize, last.values()), noted[-1][0]
            try:
                in_transaction(index, lambda each: tables.put(each, summaries, stamp))
            except apsw.Error:  # a full disk, damage: the library itself has it all
                self._make_anew()

    def _catch_up_quietly(self) -> None:
        """Who reads next learns why it could not be."""
        with suppress(apsw.Error, OSError):
            self._catch_up()

    def _close(self) -> None:
        if self._index is not None:
            self._catch_up_quietly()
            self._index.close()
        if self._library is not None:
            self._library.close()
        self._index = self._library = None

    def _connections(self) -> tuple[apsw.Connection, apsw.Connection]:
        if self._index is None or self._library is None:
            raise DatabaseError(_CLOSED)
        return self._index, self._library

    # -- reading ----------------------------------------------------------------------------

    def _read(self, numbers: Iterable[int]) -> list[Job]:
        _, library = self._connections()
        return self._rows.read(library, numbers)

    def _numbers(self, condition: str, order: str) -> list[int]:
        index = self._ready()
        rows = index.execute(f"SELECT number FROM summary WHERE {condition} ORDER BY {order}")
        return [row[0] for row in rows]

    def _ready(self) -> apsw.Connection:
        """The index with every change in it."""
        self._catch_up()
        return self._connections()[0]

    def _listing(self, query: Query, limit: int | None) -> Listing:
        index = self._ready()
        try:
            return queries.listing(index, query, limit)
        except apsw.Error:
            self._make_anew()
            return queries.listing(self._connections()[0], query, limit)

    def _facts(self) -> LibraryFacts:
        index, (_, library) = self._ready(), self._connections()
        accounts = index.execute(
            "SELECT account FROM summary WHERE account <> '' GROUP BY account ORDER BY min(number)"
        )
        images, saved = next(
            iter(index.execute("SELECT sum(images), sum(saved) FROM summary WHERE removed = 0"))
        )
        return LibraryFacts(
            last_number=library.execute("SELECT max(number) FROM job").get or 0,
            batches=tuple(
                Batch(*row)
                for row in library.execute("SELECT id, at, count FROM batch ORDER BY at, id")
            ),
            accounts=tuple(row[0] for row in accounts),
            images=images or 0,
            saved=saved or 0,
        )

    def _known(self, jobids: Sequence[str]) -> Mapping[str, Known]:
        _, library = self._connections()
        rows = library.execute(
            "SELECT jobid, number, removed FROM job "
            "WHERE jobid IN (SELECT value FROM json_each(?))",
            (_json(jobids),),
        )
        return {jobid: Known(number, bool(removed)) for jobid, number, removed in rows}

    def _saved_files(self, after: ImageKey, limit: int) -> Sequence[tuple[ImageKey, str]]:
        _, library = self._connections()
        rows = library.execute(
            "SELECT i.number, i.idx, i.file FROM image i JOIN job j ON j.number = i.number "
            "WHERE (i.number, i.idx) > (?, ?) AND i.state = ? AND i.file IS NOT NULL "
            "AND j.removed = 0 ORDER BY i.number, i.idx LIMIT ?",
            (after.number, after.index, ImageState.SAVED.value, limit),
        )
        return [
            (ImageKey(number, index), self._rows.absolute(file)) for number, index, file in rows
        ]

    def _lineage(self, number: int) -> Lineage:
        job = next(iter(self._read([number])), None)
        if job is None:
            return Lineage()
        index = self._ready()
        found = sources(job.record) if job.record else ()
        return Lineage(
            tuple(Ancestor(each, queries.image_of(index, each)) for each in found),
            queries.uses_of(index, number),
        )

    def _tags(self) -> Sequence[str]:
        _, library = self._connections()
        rows = library.execute(
            "SELECT value FROM mark, json_each(iif(json_valid(tags), tags, '[]')) "
            "WHERE typeof(value) = 'text' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ?",
            (MOST_SUGGESTED,),
        )
        return [row[0] for row in rows]

    def _counts(self, numbers: str) -> JobCounts:
        rows = list(
            self._ready().execute(
                "SELECT word, count(*), sum(images) FROM summary WHERE removed = 0 "
                "AND number IN (SELECT value FROM json_each(?)) GROUP BY word ORDER BY 2 DESC, 1",
                (numbers,),
            )
        )
        return JobCounts({word: jobs for word, jobs, _ in rows}, sum(row[2] for row in rows))

    def _jobids(self, numbers: str) -> Sequence[str]:
        _, library = self._connections()
        rows = library.execute(
            "SELECT jobid FROM json_each(?) JOIN job ON number = value ORDER BY key", (numbers,)
        )
        return [row[0] for row in rows]

    def _job_count(self) -> int:
        _, library = self._connections()
        return int(library.execute("SELECT count(*) FROM job").get)

    def _statistics(self) -> Mapping[str, int]:
        index, (_, library) = self._ready(), self._connections()
        counts = dict(index.execute(_STATISTICS))
        counts |= library.execute(
            "SELECT 'images ' || state, count(*) FROM image WHERE number IN "
            "(SELECT number FROM job WHERE removed = 0) GROUP BY state"
        )
        return dict(sorted(counts.items()))


def _json(values: Iterable[int | str]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _last_stamp(library: apsw.Connection) -> int:
    return library.execute("SELECT seq FROM sqlite_sequence WHERE name = 'change'").get or 0


def _make_tables(index: apsw.Connection) -> None:
    index.execute(tables.TABLES)
    index.execute("INSERT INTO state VALUES (-1)")


def _finish(index: apsw.Connection, stamp: int) -> None:
    index.execute(tables.INDEXES)
    tables.put(index, (), stamp)
