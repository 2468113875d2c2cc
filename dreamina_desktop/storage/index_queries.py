"""A query for jobs as SQL over the index's tables."""

from __future__ import annotations

import apsw
import msgspec

from dreamina_desktop.core.job import Tracking
from dreamina_desktop.core.listing import JobFilter, JobOrder, Listing, Query
from dreamina_desktop.core.search_terms import search_terms
from dreamina_desktop.storage.index_tables import TRIGRAM

_ORDERS = {  # and the index that has it
    JobOrder.NEWEST: ("s.number DESC", "by_number"),
    JobOrder.OLDEST: ("s.number", "by_number"),
    JobOrder.STATUS: ("s.word, s.number DESC", "by_word"),
    JobOrder.PROMPT: ("s.prompt = '', s.prompt, s.number DESC", "by_prompt"),
    JobOrder.MODEL: ("s.model = '', s.model, s.number DESC", "by_model"),
    JobOrder.RESOLUTION: ("s.resolution = '', s.resolution, s.number DESC", "by_resolution"),
    JobOrder.ACCOUNT: ("s.account = '', s.account, s.number DESC", "by_account"),
    JobOrder.CREATED: ("s.created IS NULL, s.created DESC, s.number DESC", "by_created"),
    JobOrder.DURATION: ("s.duration_s IS NULL, s.duration_s DESC, s.number DESC", "by_duration"),
    JobOrder.IMAGES: ("s.images DESC, s.number DESC", "by_images"),
}
_FILTERS = {
    JobFilter.ALL: "",
    JobFilter.RUNNING: f"s.tracking = '{Tracking.POLLING}'",
    JobFilter.COMPLETED: "s.status = 'completed'",
    JobFilter.FAILED: "s.status = 'failed'",
    JobFilter.NOT_FOUND: f"s.tracking = '{Tracking.NOT_FOUND}'",
}
_COMMON = 3_000  # texts
_MOST_THREES = 300  # in one expression
_LAST = "\U0010ffff"
_NOWHERE = "A" * TRIGRAM  # texts are folded


def listing(connection: apsw.Connection, query: Query, limit: int | None = None) -> Listing:
    """The shown jobs that a query asks for; `limit`: only so many of the first."""
    source, found, values = _search(connection, query)
    wanted, more = _conditions(query)
    order = _ORDERS[query.order][0]
    if source.startswith(("search", "words")):  # whose own numbers are in order, if any
        order = order.replace("s.number", "l.rowid")
    last = "" if limit is None else f" LIMIT {limit:d}"
    rows = (
        f"SELECT s.number, s.images FROM {source} "
        f"WHERE {' AND '.join([*found, *wanted])} ORDER BY {order}{last}"
    )
    # One row with two lists is ten times as fast to fetch as a row a job.
    both = f"SELECT json_group_array(number), json_group_array(images) FROM ({rows})"
    numbers, counts = next(iter(connection.execute(both, [*values, *more])))
    decode = msgspec.json.decode
    return Listing.of(decode(numbers, type=list[int]), decode(counts, type=list[int]))


def _search(connection: apsw.Connection, query: Query) -> tuple[str, list[str], list[str | int]]:
    """Tables, conditions and their values. What is searched leads: with CROSS JOIN, SQLite keeps
    this order, and the newest hits come first without a sort."""
    terms = search_terms(query.text)
    if not terms:  # left to itself, SQLite sorts what the index has in order
        return f"summary s INDEXED BY {_ORDERS[query.order][1]}", [], []
    matches = {term: _match(connection, term) for term in terms}
    match = " AND ".join(filter(None, matches.values()))
    looked_for = [term for term in terms if matches[term] is None]
    shown = "CROSS JOIN summary s ON s.number = l.rowid"
    if not match:
        return f"words l {shown}", ["instr(l.text, ?) > 0"] * len(looked_for), [*looked_for]
    source, found = f"search l {shown}", ["l.search MATCH ?"]
    if looked_for:
        source += " CROSS JOIN words w ON w.number = l.rowid"
        found += ["instr(w.text, ?) > 0"] * len(looked_for)
    return source, found, [match, *looked_for]


def _match(connection: apsw.Connection, term: str) -> str | None:
    """The full-text index's expression for a term; None: it is so common that looking into one
    text after the other has the first page sooner."""
    if len(term) >= TRIGRAM:
        return _quoted(term)
    # A shorter one begins some of the threes, for a text's last characters too (index_tables).
    begun = "SELECT term, doc FROM three WHERE term >= ? AND term < ?"
    threes, texts = list[str](), 0
    for three, count in connection.execute(begun, (term, term + _LAST)):
        threes.append(three)
        texts += count
        if texts > _COMMON or len(threes) > _MOST_THREES:
            return None
    return f"({' OR '.join(map(_quoted, threes))})" if threes else _quoted(_NOWHERE)


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def _conditions(query: Query) -> tuple[list[str], list[str | int]]:
    wanted, values = ["s.removed = 0"], list[str | int]()
    if _FILTERS[query.filter]:
        wanted.append(_FILTERS[query.filter])
    if query.batch is not None:
        wanted.append("s.batch = ?")
        values.append(query.batch)
    if query.only is not None:
        wanted.append("s.number IN (SELECT value FROM json_each(?))")
        values.append(msgspec.json.encode(sorted(query.only)).decode())
    return wanted, values
