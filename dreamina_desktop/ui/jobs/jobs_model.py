"""The listed jobs as rows: their numbers in order, found by the library's index. Changes are noted
and flushed by one timer.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import shiboken6
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.core.jobs.status import status_words
from dreamina_desktop.core.search.results import JobFilter, JobOrder, Listing, Positions, Query
from dreamina_desktop.services.library import ChangeSet
from dreamina_desktop.services.session.messages import Condition
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.views.job_loader import ReadAhead
from dreamina_desktop.ui.widgets.overrides import guarded
from dreamina_desktop.ui.wording import WAITING_FOR, plain_tip

Index = QModelIndex | QPersistentModelIndex
FLUSH_MS = 40
MOST_TOLD = 5_000  # changed jobs at once
SMALL = 2_000  # jobs: so few are listed at once, within a millisecond or two
FIRST = 200  # hits of a search that are shown before the others are counted
WAIT_S = 0.008  # half a frame
REST = 4  # times as long as a listing took, nothing is listed again


@guarded
class JobsModel(QAbstractListModel):
    """Row -> number; the job itself is read from the library when it is needed."""

    order_changed = Signal()
    settled = Signal()  # after `bring_up_to_date` that took its time

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._query = Query()
        self._depends_on_content = False
        self._listing = Listing()
        self._rows = Positions(self._listing.numbers)
        self._counts: dict[int, int] = {}  # of images, newer than the listing's
        self._changed: set[int] = set()
        self._is_stale = True  # the listing is not that of the query
        self._is_listing = False
        self._changed_since: set[int] = set()  # jobs, since the listing was asked for
        self._has_first = True  # the first page of the search is shown, or need not be
        self._is_flushing = False  # the timer runs
        self._is_awaited = False  # by who brings it up to date
        self._took_ms = 0.0
        self._timer = QTimer(self, singleShot=True, interval=FLUSH_MS)
        self._timer.timeout.connect(self._on_time)
        self.read_ahead = ReadAhead(services, self)
        self.read_ahead.came.connect(self._on_jobs_came)
        self._list()
        services.library.subscribe(self._on_library_changed)
        services.poller.subscribe(self._on_poller_changed)
        self._waiting = ""

    def numbers(self) -> Sequence[int]:
        return self._listing.numbers

    def listing(self) -> Listing:
        """The rows' jobs, with how many images each of them has."""
        if self._counts and self._listing.masks is None:
            counts = self._listing.counts[:]
            for number, count in self._counts.items():
                if (row := self.row(number)) is not None:
                    counts[row] = count
            self._listing = Listing.of(self._listing.numbers, counts)
            self._counts = {}
        return self._listing

    def listing_of(self, rows: Iterable[int]) -> Listing:
        """The same of some rows."""
        return self.listing().picked(rows)

    def job(self, row: int) -> Job:
        """Waits for the disk where it was not used lately."""
        return self._services.library.job(self._listing.numbers[row])

    def peek(self, row: int) -> Job | None:
        """The job if it is in memory."""
        return self._services.library.peek(self._listing.numbers[row])

    def row(self, number: int) -> int | None:
        return self._rows.get(number)

    def waiting(self) -> str:
        """Why running jobs wait at the moment, else ""."""
        return self._waiting

    @property
    def query(self) -> Query:
        return self._query

    @property
    def is_settled(self) -> bool:
        """Whether the rows are those that the query asks for."""
        return not (self._is_stale or self._is_listing or self._timer.isActive())

    def set_query(self, query: Query) -> None:
        """`order_changed` follows, where the rows are others then."""
        self._query = query
        self._depends_on_content = _depends_on_content(query)
        self._is_stale = True
        self._list()

    def flush(self) -> None:
        """Bring the rows up to date now; the timer does it by itself a moment after a change."""
        self._timer.stop()
        self._is_flushing = False
        if self._is_stale or self._is_listing:  # another thread may list it already, but later
            self._is_stale = False
            self._show(self._services.library.listing(self._query))
        self._tell_changed()

    def bring_up_to_date(self) -> bool:
        """True when the rows are those of now; else `settled` follows: a large library is not
        waited for."""
        is_listed = not (self._is_stale or self._is_listing)
        if is_listed or self._services.library.last_number <= SMALL:
            self.flush()
            return True
        self._is_awaited = True
        if not self._is_listing:
            self._timer.stop()
            self._on_time()
        return False

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._listing)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._listing):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return title(self.job(index.row()), self._services)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._accessible(self.job(index.row()))
        if role == Qt.ItemDataRole.ToolTipRole:
            job = self.job(index.row())
            masked = self._services.accounts.masked(job.jobid)
            label = self._services.accounts.masked(job.label)
            return plain_tip("\n".join(filter(None, (title(job, self._services), label, masked))))
        return None

    def _accessible(self, job: Job) -> str:
        words = status_words(job, waiting=self._waiting)
        status = f"{words.word}, code {words.code}" if words.code else words.word
        status = self._services.accounts.masked(status)
        label = self._services.accounts.masked(job.label)
        parts = (str(job.number), status, label, title(job, self._services))
        return ", ".join(filter(None, parts))

    # -- listing ----------------------------------------------------------------------------

    def _list(self) -> None:
        """A large library answers a moment later, and meanwhile the rows stay."""
        if self._services.library.last_number <= SMALL:
            self.flush()
            return
        self._has_first = not self._query.text or self._show_first()
        if not self._is_listing:
            self._is_listing = True
            self._services.supervisor.spawn(self._list_later(), "list jobs")

    def _show_first(self) -> bool:
        """Most searches find their first page within a frame: it need not wait for a turn of the
        loop. Whether it was shown."""
        try:
            first = self._services.library.listing_within(WAIT_S, self._query, FIRST)
        except DatabaseError:
            return True  # the whole listing says so
        if first is not None:
            self._show(first)
        return first is not None

    async def _list_later(self) -> None:
        try:
            while self._is_stale and shiboken6.isValid(self):
                self._is_stale = False
                query, began = self._query, time.monotonic()
                await self._show_later(query)
                self._took_ms = (time.monotonic() - began) * 1000
                if query == self._query:
                    break  # what changed meanwhile waits for the timer
        except DatabaseError as error:
            self._services.messages.hold(Condition.DATABASE, str(error))
        finally:
            self._is_listing = False
        if not shiboken6.isValid(self):
            return
        if self._is_stale:
            self._flush_soon()
        elif self._is_awaited:
            self._is_awaited = False
            self.settled.emit()

    async def _show_later(self, query: Query) -> None:
        if not self._has_first:
            self._has_first = True
            first = await self._services.library.listing_later(query, FIRST)
            if query == self._query and shiboken6.isValid(self):
                self._show(first)
        self._changed_since = set()
        listing = await self._services.library.listing_later(query)
        if query == self._query and shiboken6.isValid(self):
            self._show(listing)
            if self._changed_since:  # it may not know how many images they have by now
                self._changed |= self._changed_since
                self._flush_soon()

    def _show(self, listing: Listing) -> None:
        """Rows that are new at an end are inserted as such; anything else is a new layout, which
        keeps selection and current row."""
        before, numbers = self._listing.numbers, listing.numbers
        if numbers == before:
            others = listing.masks != self._listing.masks
            self._listing, self._counts = listing, {}
            if others:
                self.order_changed.emit()
            return
        added = len(numbers) - len(before)
        if added > 0 and numbers[added:] == before:
            self._insert(listing, 0, added)
        elif added > 0 and len(before) and numbers[: len(before)] == before:
            self._insert(listing, len(before), added)
        else:
            self._relayout(listing)
        self.order_changed.emit()

    def _insert(self, listing: Listing, first: int, added: int) -> None:
        self.beginInsertRows(QModelIndex(), first, first + added - 1)
        self._set(listing)
        self.endInsertRows()

    def _relayout(self, listing: Listing) -> None:
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        owners = [self._listing.numbers[index.row()] for index in kept]
        self._set(listing)
        rows = map(self.row, owners) if kept else ()
        moved = [QModelIndex() if row is None else self.index(row) for row in rows]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _set(self, listing: Listing) -> None:
        self._listing = listing
        self._counts = {}
        self._rows = Positions(listing.numbers)

    # -- changes ----------------------------------------------------------------------------

    def _on_library_changed(self, changes: ChangeSet) -> None:
        self._changed.update(changes.jobs)
        self._changed_since.update(changes.jobs)
        if changes.listed or self._depends_on_content:
            self._is_stale = True
        if not self._is_flushing:
            self._flush_soon()

    def _flush_soon(self) -> None:
        if self._is_awaited or not self._timer.isActive():
            self._is_flushing = True
            rests = self._is_stale and not self._is_awaited
            rest_ms = round(REST * self._took_ms) if rests else 0
            self._timer.start(max(FLUSH_MS, rest_ms))

    def _on_time(self) -> None:
        self._is_flushing = False
        self._tell_changed()
        if self._is_stale:
            self._list()

    def _tell_changed(self) -> None:
        changed = set(islice(self._changed, MOST_TOLD))
        self._changed -= changed
        if self._changed and not self._is_flushing:
            self._flush_soon()  # of the others when the window has had its turn
        peek, counts = self._services.library.peek, self._listing.counts
        rows = []
        for number in changed:
            row = self.row(number)
            if row is None:
                continue
            rows.append(row)
            job = peek(number)
            if job is not None and counts[row] != len(job.images):
                self._counts[number] = len(job.images)
        self._repaint(rows)

    def _on_jobs_came(self, numbers: set[int]) -> None:
        self._repaint([row for n in numbers if (row := self.row(n)) is not None])

    def _repaint(self, rows: Sequence[int]) -> None:
        """Told as one range: our view paints what is visible of it, which costs less than many
        ranges do."""
        if rows:
            self.dataChanged.emit(self.index(min(rows)), self.index(max(rows)))

    def _on_poller_changed(self) -> None:
        waiting = WAITING_FOR.get(self._services.poller.connection, "")
        if waiting != self._waiting:
            self._waiting = waiting
            if len(self._listing):
                self.dataChanged.emit(self.index(0), self.index(len(self._listing) - 1))


def _depends_on_content(query: Query) -> bool:
    """Whether a change of a job can move it, or bring it in or out."""
    by_number = query.order in (JobOrder.NEWEST, JobOrder.OLDEST)
    is_narrowed = bool(query.text or query.narrowing) or query.filter is not JobFilter.ALL
    return not by_number or is_narrowed


def title(job: Job, services: Services, most: int = 300) -> str:
    """The prompt's beginning, so many characters of it, or what stands in for it; no e-mail
    address."""
    record = job.record
    if record is not None and record.prompt:
        return services.accounts.masked(" ".join(record.prompt[:most].split()))
    if record is not None and record.source_jobid:
        source = services.library.number_of(record.source_jobid)
        number = f" of {source}-{(record.source_index or 0) + 1}" if source else ""
        return f"Upscale{number}"
    label = services.accounts.label(job.jobid)
    return f"Job of account {label.name}" if label else "Job"
