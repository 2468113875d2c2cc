"""A query for jobs as SQL over the index's tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import apsw
import msgspec

from dreamina_desktop.core.jobs.job import ImageKey, Tracking
from dreamina_desktop.core.jobs.lineage import Source, job_key
from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.core.search.filters import MOST_VALUES, Facet, Lack
from dreamina_desktop.core.search.grouping import Grouping, GroupKey
from dreamina_desktop.core.search.results import JobFilter, JobOrder, Listing, Query
from dreamina_desktop.core.search.summary import MOST_IMAGES
from dreamina_desktop.core.search.terms import excluded_terms, search_terms
from dreamina_desktop.library.index.tables import TRIGRAM

_ORDERS = {  # and the index that has it
    JobOrder.NEWEST: ("s.number DESC", "by_number"),
    JobOrder.OLDEST: ("s.number", "by_number"),
    JobOrder.STATUS: ("s.word, s.number DESC", "by_word"),
    JobOrder.PROMPT: ("s.prompt = '', s.prompt, s.number DESC", "by_prompt"),
    JobOrder.LABEL: ("s.label = '', s.label, s.number DESC", "by_label"),
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
_FACETS = {
    Facet.STATUS: "s.word",
    Facet.TYPE: "s.type",
    Facet.MODEL: "s.model",
    Facet.RATIO: "s.ratio",
    Facet.RESOLUTION: "s.resolution",
    Facet.ACCOUNT: "s.account",
    Facet.BATCH: "CAST(s.batch AS TEXT)",
}
_GROUPS = {
    Grouping.DAY: "date(s.made_at, 'unixepoch', 'localtime')",
    Grouping.PROMPT: "s.prompt",
    Grouping.BATCH: "s.batch",
}
_ALL = f"((1 << min(s.images, {MOST_IMAGES})) - 1)"
_FLAGS = {
    Flag.PICKED: "s.picked",
    Flag.REJECTED: "s.rejected",
    Flag.NONE: "~(s.picked | s.rejected)",
}
_LISTED = """
    JOIN (SELECT value ->> 0 AS number, value ->> 1 AS bits FROM json_each(?)) k
        ON k.number = s.number
"""
_REUSED = f"""
    LEFT JOIN (
        SELECT number, sum(1 << idx) AS bits FROM (
            SELECT m.number, m.idx FROM used u JOIN made m ON m.uri = u.uri
            UNION
            SELECT o.number, u.idx FROM used u JOIN summary o ON o.key = u.job_key
        ) WHERE idx < {MOST_IMAGES} GROUP BY number
    ) r ON r.number = s.number
"""
Value = str | int | float
_COMMON = 3_000  # texts
_RANKED = 1_000  # texts that are compared
_MOST_THREES = 300  # in one expression
_LAST = "\U0010ffff"
_NOWHERE = "A" * TRIGRAM  # texts are folded


def listing(connection: apsw.Connection, query: Query, limit: int | None = None) -> Listing:
    """The shown jobs that a query asks for; `limit`: only so many of the first."""
    source, found, values = _search(connection, query)
    wanted, more = _conditions(query)
    some, tables, listed = _images(query)
    order = _ORDERS[query.order][0]
    if source.startswith(("search", "words")):  # whose own numbers are in order, if any
        order = order.replace("s.number", "l.rowid")
    if some:
        wanted.append(f"({some}) <> 0")
    rank, ranked = _rank(connection, query)
    if rank:
        tables += " JOIN words rw ON rw.number = s.number"
        order = f"{rank} DESC, {order}"
    last = "" if limit is None else f" LIMIT {limit:d}"
    rows = (
        f"SELECT s.number, {some or 's.images'} AS images FROM {source}{tables} "
        f"WHERE {' AND '.join([*found, *wanted])} ORDER BY {order}{last}"
    )
    # One row with two lists is ten times as fast to fetch as a row a job.
    both = f"SELECT json_group_array(number), json_group_array(images) FROM ({rows})"
    numbers, images = (
        msgspec.json.decode(each, type=list[int])
        for each in next(iter(connection.execute(both, [*listed, *values, *more, *ranked])))
    )
    hits = Listing.of_some(numbers, images) if some else Listing.of(numbers, images)
    return _with_number_first(connection, query, hits)


def _with_number_first(connection: apsw.Connection, query: Query, found: Listing) -> Listing:
    """Who types the number of a job wants that before all others that have it somewhere."""
    number = _number(query)
    if number is None or query.order is not JobOrder.NEWEST:
        return found
    query = replace(query, text="", only=frozenset([number]) & (query.only or {number}))
    first = listing(connection, query)
    if not first:
        return found
    others = [row for row, each in enumerate(found.numbers) if each != number]
    return first.followed_by(found.picked(others))


def _number(query: Query) -> int | None:
    text = query.text.strip().removeprefix("#")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def facet(connection: apsw.Connection, query: Query, of: Facet) -> Sequence[tuple[str, int]]:
    """The values of a fact among the jobs that a query asks for, whatever it wants of that fact
    itself, with how many jobs have them: the most common first."""
    query = replace(query, order=JobOrder.NEWEST, narrowing=query.narrowing.with_values(of, ()))
    source, found, values = _search(connection, query)
    wanted, more = _conditions(query)
    some, tables, listed = _images(query)
    if some:
        wanted.append(f"({some}) <> 0")
    rows = connection.execute(
        f"SELECT {_FACETS[of]}, count(*) FROM {source}{tables} "
        f"WHERE {' AND '.join([*found, *wanted])} GROUP BY 1 "
        f"ORDER BY 2 DESC, 1 LIMIT {MOST_VALUES}",
        [*listed, *values, *more],
    )
    return [(str(value), count) for value, count in rows if value not in ("", None)]


def group_keys(connection: apsw.Connection, by: Grouping, numbers: str) -> Sequence[GroupKey]:
    """`numbers`: of jobs, as JSON; what each has in common with others, in this order."""
    rows = connection.execute(
        f"SELECT json_group_array(key) FROM (SELECT {_GROUPS[by]} AS key FROM json_each(?) j "
        "LEFT JOIN summary s ON s.number = j.value ORDER BY j.key)",
        (numbers,),
    )
    return msgspec.json.decode(next(iter(rows))[0], type=list[str | int | None])


def image_of(connection: apsw.Connection, source: Source) -> ImageKey | None:
    """Which image of a shown job a source is; the first that is known by its URI."""
    if source.jobid is not None:
        ask = "SELECT number, ? FROM summary WHERE key = ? AND removed = 0 AND images > ?"
        values: tuple[Value | None, ...] = source.index, job_key(source.jobid), source.index
    else:
        ask = (
            "SELECT m.number, m.idx FROM made m JOIN summary s ON s.number = m.number "
            "WHERE m.uri = ? AND s.removed = 0 ORDER BY 1 LIMIT 1"
        )
        values = (source.uri,)
    row = next(iter(connection.execute(ask, values)), None)
    return None if row is None else ImageKey(*row)


def uses_of(connection: apsw.Connection, number: int) -> tuple[tuple[int, int], ...]:
    """The images of a job that were used, each with the number of a shown job that used it."""
    rows = connection.execute(
        """
        SELECT m.idx, u.number FROM made m JOIN used u ON u.uri = m.uri WHERE m.number = ?1
        UNION
        SELECT u.idx, u.number FROM summary s JOIN used u ON u.job_key = s.key WHERE s.number = ?1
        ORDER BY 1, 2
        """,
        (number,),
    )
    shown = "SELECT 1 FROM summary WHERE number = ? AND removed = 0"
    return tuple(row for row in rows if connection.execute(shown, (row[1],)).get)


def upscaled(connection: apsw.Connection, numbers: str) -> set[ImageKey]:
    """`numbers`: of jobs, as JSON; their images of which an upscale is here."""
    rows = connection.execute(
        "SELECT s.number, u.idx FROM json_each(?) j JOIN summary s ON s.number = j.value "
        "JOIN used u ON u.job_key = s.key JOIN summary o ON o.number = u.number "
        "WHERE u.slot = 0 AND o.removed = 0 AND o.here <> 0",
        (numbers,),
    )
    return {ImageKey(*row) for row in rows}


def _search(connection: apsw.Connection, query: Query) -> tuple[str, list[str], list[Value]]:
    """Tables, conditions and their values. What is searched leads: with CROSS JOIN, SQLite keeps
    this order, and the newest hits come first without a sort."""
    named = {term for term, _ in query.names}
    terms = [term for term in search_terms(query.text) if term not in named]
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


def _rank(connection: apsw.Connection, query: Query) -> tuple[str, list[Value]]:
    """What goes first among the newest: those where words begin as they were typed ("red" is in
    "hundred", too). "" where they are too many to be compared."""
    terms = search_terms(query.text)
    if query.order is not JobOrder.NEWEST or not terms or not _are_few(connection, terms):
        return "", []
    begins = "(instr(' ' || replace(rw.text, char(10), ' '), ?) > 0)"
    rank, values = " + ".join([begins] * len(terms)), [f" {term}" for term in terms]
    return rank, [*values]


def _are_few(connection: apsw.Connection, terms: Sequence[str]) -> bool:
    """Whether at most so many texts can have them all: no more than have the rarest of their
    threes."""
    threes = {term[at : at + TRIGRAM] for term in terms for at in range(len(term) - TRIGRAM + 1)}
    ask = "SELECT doc FROM three WHERE term = ?"
    return any((connection.execute(ask, (three,)).get or 0) <= _RANKED for three in threes)


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


def _without(term: str) -> tuple[str, Value]:
    """The condition that a text has no such term, with its value."""
    if len(term) >= TRIGRAM:
        found = "SELECT rowid FROM search WHERE search MATCH ?"
        return f"s.number NOT IN ({found})", _quoted(term)
    return "s.number NOT IN (SELECT number FROM words WHERE instr(text, ?) > 0)", term


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def _conditions(query: Query) -> tuple[list[str], list[Value]]:
    wanted, values = ["s.removed = 0"], list[Value]()
    for term in excluded_terms(query.text):
        condition, value = _without(term)
        wanted.append(condition)
        values.append(value)
    if _FILTERS[query.filter]:
        wanted.append(_FILTERS[query.filter])
    if query.batch is not None:
        wanted.append("s.batch = ?")
        values.append(query.batch)
    for term, accounts in query.names:
        wanted.append(
            "(s.account IN (SELECT value FROM json_each(?)) OR s.number IN "
            "(SELECT number FROM words WHERE instr(text, ?) > 0))"
        )
        values += [msgspec.json.encode(sorted(accounts)).decode(), term]
    if query.made is not None:
        wanted.append("s.made_at >= ? AND s.made_at < ?")
        values += query.made
    for facet, chosen in query.narrowing.facets.items():
        wanted.append(f"{_FACETS[facet]} IN (SELECT value FROM json_each(?))")
        values.append(msgspec.json.encode(sorted(chosen)).decode())
    if query.only is not None:
        wanted.append("s.number IN (SELECT value FROM json_each(?))")
        values.append(msgspec.json.encode(sorted(query.only)).decode())
    return wanted, values


def _images(query: Query) -> tuple[str, str, list[str]]:
    """The images of a job that are shown, a bit each; the tables for that and their values. ""
    where all of them are."""
    narrowing = query.narrowing
    conditions, tables, values = list[str](), "", list[str]()
    if query.images is not None:
        bits: dict[int, int] = {}
        for key in query.images:
            if key.index < MOST_IMAGES:
                bits[key.number] = bits.get(key.number, 0) | 1 << key.index
        tables += _LISTED
        values.append(msgspec.json.encode(list(bits.items())).decode())
        conditions.append("k.bits")
    if narrowing.flags:
        conditions.append(f"({' | '.join(_FLAGS[flag] for flag in sorted(narrowing.flags))})")
    if narrowing.stars:
        conditions.append(f"s.stars_{narrowing.stars:d}")
    if Lack.NOT_SAVED in narrowing.lacks:
        conditions.append("~s.here")
    if Lack.NOT_REUSED in narrowing.lacks:
        tables += _REUSED
        conditions.append("~coalesce(r.bits, 0)")
    if not conditions:
        return "", "", []
    return " & ".join([_ALL, *conditions]), tables, values
