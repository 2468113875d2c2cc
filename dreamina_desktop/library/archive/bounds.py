"""What the library in an archive may hold: one set of bounds, for whoever writes one and for
whoever opens one from elsewhere, as if it meant harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from dreamina_desktop.core.archive.format import MOST_RECORD_BYTES
from dreamina_desktop.core.jobs.found_images import MOST_IMAGES
from dreamina_desktop.core.jobs.job import LABEL_LENGTH
from dreamina_desktop.core.text.redaction import without_tokens, without_tokens_in_bytes
from dreamina_desktop.library.integrity import columns_of

_LATEST = 1e11  # Unix seconds; a time that every calendar has
_MOST = 1_000_000_000  # of what is counted
_HIGHEST = 1_000_000_000_000  # number of a job, after which there still are others
_LONGEST_NOTE = 10_000  # characters
_LONGEST_LINK = 20_000
_LONGEST_LINE = 1000


@dataclass(frozen=True, slots=True)
class Bound:
    """Of one column. `rule`, `mended`: SQL, with `{0}` for the column; a row is left out where
    nothing can be put in the place of what breaks the rule."""

    rule: str
    mended: str = ""


_TIME = Bound(f"{{0}} BETWEEN 0 AND {_LATEST}", f"min(max(coalesce({{0}}, 0), 0.0), {_LATEST})")
_COUNT = Bound(f"{{0}} BETWEEN 0 AND {_MOST}", f"min(max({{0}}, 0), {_MOST})")
_INDEX = Bound(f"{{0}} >= 0 AND {{0}} < {MOST_IMAGES}")  # of an image in its job
_MEASURE = Bound(f"coalesce({{0}} BETWEEN 0 AND {_MOST}, TRUE)", "NULL")


def _text(longest: int) -> Bound:
    return Bound(f"length({{0}}) <= {longest}", f"substr({{0}}, 1, {longest})")


# Beyond what soundness.py asks: no index for which endless images would be made, no time without a
# day, no text without an end. A job's number may be high: it is not taken over where it could stop
# the numbering here (core/archive/merging.py).
BOUNDS: Mapping[str, Mapping[str, Bound]] = {
    "batch": {"id": Bound("{0} >= 0"), "at": _TIME, "count": _COUNT},
    "job": {
        "number": Bound(f"{{0}} BETWEEN 1 AND {_HIGHEST}"),
        "tracked_at": _TIME,
        "last_asked_at": Bound(f"coalesce({{0}} BETWEEN 0 AND {_LATEST}, TRUE)", "NULL"),
        "not_found_count": _COUNT,
        "raw": Bound(f"coalesce(length({{0}}), 0) <= {MOST_RECORD_BYTES}", "NULL"),
        "facts": Bound(f"coalesce(length({{0}}), 0) <= {MOST_RECORD_BYTES}", "NULL"),
        "note": _text(_LONGEST_NOTE),
        "label": Bound(
            f"coalesce(length({{0}}), 0) <= {LABEL_LENGTH}", f"substr({{0}}, 1, {LABEL_LENGTH})"
        ),
    },
    "image": {
        "idx": _INDEX,
        "file_width": _MEASURE,
        "file_height": _MEASURE,
        "size_bytes": _MEASURE,
        "note": _text(_LONGEST_NOTE),
        "died": _text(_LONGEST_NOTE),
        "link": Bound(f"coalesce(length({{0}}), 0) <= {_LONGEST_LINK}", "NULL"),
    },
    "mark": {"idx": _INDEX},
    "collected": {"idx": _INDEX},
    "paste": {"at": _TIME, "lines": _COUNT},
    "pasted": {"text": _text(_LONGEST_LINE), "why": _text(_LONGEST_LINE)},
    "exported": {"sha256": Bound("length({0}) = 64"), "idx": _INDEX},
    "answer": {
        "at": _TIME,
        "raw": Bound(f"typeof({{0}}) = 'blob' AND length({{0}}) <= {MOST_RECORD_BYTES}"),
    },
}


# Where words from elsewhere stand, of the API and of users.
_TEXTS: Mapping[str, Sequence[str]] = {
    "job": ("note", "facts", "raw", "label"),
    "answer": ("raw",),
    "image": ("note", "died"),
    "mark": ("note", "tags"),
    "collection": ("name",),
    "pasted": ("text", "why"),
}


def exceeded(connection: apsw.Connection) -> str:
    """The first table with a row beyond the bounds; "" where there is none."""
    for table, bounds in _bounds_of(connection):
        within = " AND ".join(f"(({each.rule.format(name)}) IS TRUE)" for name, each in bounds)
        if list(connection.execute(f"SELECT 1 FROM {table} WHERE NOT ({within}) LIMIT 1")):
            return table
    return ""


def mend(connection: apsw.Connection) -> None:
    """Bring a library of our own within the bounds, before it is handed on: what an older version
    kept, or a clock that was wrong, must not make the whole archive one that is refused."""
    for table, bounds in _bounds_of(connection):
        for name, each in bounds:
            wrong = f"WHERE ({each.rule.format(name)}) IS NOT TRUE"
            if each.mended:
                put = f"UPDATE {table} SET {name} = {each.mended.format(name)}"
                connection.execute(f"{put} {wrong}")
            else:
                connection.execute(f"DELETE FROM {table} {wrong}")


def cut_tokens(connection: apsw.Connection) -> None:
    """Out of all texts of a library that is handed on, or comes from elsewhere."""
    connection.create_scalar_function("without_token", _without_token, 1, deterministic=True)
    for table, columns in _TEXTS.items():
        for column in set(columns_of(connection, table)).intersection(columns):
            safe = f"without_token({column})"
            put = f"UPDATE {table} SET {column} = {safe} WHERE {safe} IS NOT {column}"
            connection.execute(put)


def _without_token(*values: Any) -> Any:
    (value,) = values
    if isinstance(value, bytes):
        return without_tokens_in_bytes(value)
    return without_tokens(value) if isinstance(value, str) else value


def _bounds_of(connection: apsw.Connection) -> Iterator[tuple[str, list[tuple[str, Bound]]]]:
    """As far as an older version's tables have these columns."""
    for table, bounds in BOUNDS.items():
        here = set(columns_of(connection, table))
        if found := [(name, each) for name, each in bounds.items() if name in here]:
            yield table, found
