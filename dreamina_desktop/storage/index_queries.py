"""A query for jobs as SQL over the index's tables."""

from __future__ import annotations

from collections.abc import Sequence

import apsw
import msgspec

from dreamina_desktop.core.job import Tracking
from dreamina_desktop.core.listing import JobFilter, JobOrder, Listing, Query
from dreamina_desktop.core.search_terms import search_terms

_ORDERS = {
    JobOrder.NEWEST: "s.number DESC",
    JobOrder.OLDEST: "s.number",
    JobOrder.STATUS: "s.word, s.number DESC",
    JobOrder.PROMPT: "s.prompt = '', s.prompt, s.number DESC",
    JobOrder.MODEL: "s.model = '', s.model, s.number DESC",
    JobOrder.RESOLUTION: "s.resolution = '', s.resolution, s.number DESC",
    JobOrder.ACCOUNT: "s.account = '', s.account, s.number DESC",
    JobOrder.CREATED: "s.created IS NULL, s.created DESC, s.number DESC",
    JobOrder.DURATION: "s.duration_s IS NULL, s.duration_s DESC, s.number DESC",
    JobOrder.IMAGES: "s.images DESC, s.number DESC",
}
_FILTERS = {
    JobFilter.ALL: "",
    JobFilter.RUNNING: f"s.tracking = '{Tracking.POLLING}'",
    JobFilter.COMPLETED: "s.status = 'completed'",
    JobFilter.FAILED: "s.status = 'failed'",
    JobFilter.NOT_FOUND: f"s.tracking = '{Tracking.NOT_FOUND}'",
}
_TRIGRAM = 3  # characters; shorter words are not in the full-text index


def listing(connection: apsw.Connection, query: Query, limit: int | None = None) -> Listing:
    """The shown jobs that a query asks for; `limit`: only so many of the first."""
    source, wanted, values = _condition(query)
    order = _ORDERS[query.order]
    if source.startswith("search"):  # which knows only its own column to be in order
        order = order.replace("s.number", "f.rowid")
    last = "" if limit is None else f" LIMIT {limit:d}"
    rows = (
        f"SELECT s.number, s.images FROM {source} WHERE {' AND '.join(wanted)} "
        f"ORDER BY {order}{last}"
    )
    # One row with two lists is ten times as fast to fetch as a row a job.
    both = f"SELECT json_group_array(number), json_group_array(images) FROM ({rows})"
    numbers, counts = next(iter(connection.execute(both, values)))
    decode = msgspec.json.decode
    return Listing.of(decode(numbers, type=list[int]), decode(counts, type=list[int]))


def _condition(query: Query) -> tuple[str, list[str], Sequence[str | int]]:
    wanted, values = ["s.removed = 0"], list[str | int]()
    terms = search_terms(query.text)
    long = [term for term in terms if len(term) >= _TRIGRAM]
    source = "summary s"
    if long:  # the search leads, so that the newest hits come first without a sort
        source = "search f CROSS JOIN summary s ON s.number = f.rowid"
        wanted.append("f.search MATCH ?")
        values.append(" AND ".join('"' + term.replace('"', '""') + '"' for term in long))
    if short := [term for term in terms if len(term) < _TRIGRAM]:
        source += " CROSS JOIN words w ON w.number = s.number"
        wanted += ["instr(w.text, ?) > 0"] * len(short)
        values += short
    if _FILTERS[query.filter]:
        wanted.append(_FILTERS[query.filter])
    if query.batch is not None:
        wanted.append("s.batch = ?")
        values.append(query.batch)
    if query.only is not None:
        wanted.append("s.number IN (SELECT value FROM json_each(?))")
        values.append(msgspec.json.encode(sorted(query.only)).decode())
    return source, wanted, values
