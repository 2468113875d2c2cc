"""The tables of the index beside the library: a row a job, and its text to be searched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter

import apsw

from dreamina_desktop.core.jobs.lineage import Source, job_key
from dreamina_desktop.core.search.summary import Summary

VERSION = 6  # another one is made anew: raise it when core.search.summary or a table changes

TRIGRAM = 3  # characters
_ENDING = "\n" * (TRIGRAM - 1)  # of each text: so its last characters begin a three, too

_ELSEWHERE = ("text", "uris", "sources")
_NAMES = [field.name for field in fields(Summary) if field.name not in _ELSEWHERE]
_values = attrgetter(*_NAMES)
_LISTED = "number DESC, images) WHERE removed = 0"  # an order reads its index alone
TABLES = f"""
    CREATE TABLE state (stamp INTEGER NOT NULL);
    CREATE TABLE summary (number INTEGER PRIMARY KEY, {", ".join(_NAMES[1:])});
    -- Which image is where, and what was made from it: by its URI, or by its job and place there.
    CREATE TABLE made (
        number INTEGER, idx INTEGER, uri TEXT NOT NULL, PRIMARY KEY (number, idx)
    ) WITHOUT ROWID;
    CREATE TABLE used (
        number INTEGER, slot INTEGER, uri TEXT, job_key INTEGER, idx INTEGER,
        PRIMARY KEY (number, slot)
    ) WITHOUT ROWID;
    CREATE TABLE words (number INTEGER PRIMARY KEY, text TEXT NOT NULL);
    -- Threes of characters: finds parts of words, in every script (docs/architecture.md). The
    -- texts are folded already.
    CREATE VIRTUAL TABLE search USING fts5 (
        text, content = 'words', content_rowid = 'number', tokenize = 'trigram case_sensitive 1'
    );
    CREATE VIRTUAL TABLE three USING fts5vocab (search, row);
    PRAGMA user_version = {VERSION};
"""
INDEXES = f"""
    CREATE INDEX open_jobs ON summary (number) WHERE is_open;
    CREATE INDEX of_batch ON summary (batch, number);
    CREATE INDEX of_account ON summary (account, number);
    CREATE INDEX totals ON summary (removed, images, saved);
    CREATE INDEX by_number ON summary ({_LISTED};
    CREATE INDEX by_word ON summary (word, {_LISTED};
    CREATE INDEX by_prompt ON summary (prompt = '', prompt, {_LISTED};
    CREATE INDEX by_label ON summary (label = '', label, {_LISTED};
    CREATE INDEX by_model ON summary (model = '', model, {_LISTED};
    CREATE INDEX by_resolution ON summary (resolution = '', resolution, {_LISTED};
    CREATE INDEX by_account ON summary (account = '', account, {_LISTED};
    CREATE INDEX by_created ON summary (created IS NULL, created DESC, {_LISTED};
    CREATE INDEX by_duration ON summary (duration_s IS NULL, duration_s DESC, {_LISTED};
    CREATE INDEX by_images ON summary (images DESC, {_LISTED};
    CREATE INDEX by_made ON summary (made_at);
    CREATE INDEX by_key ON summary (key);
    CREATE INDEX made_as ON made (uri);
    CREATE INDEX used_uri ON used (uri, number) WHERE uri IS NOT NULL;
    CREATE INDEX used_job ON used (job_key, idx) WHERE job_key IS NOT NULL;
"""
_INSERT = f"INSERT INTO summary ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"
_PUT = f"{_INSERT} ON CONFLICT (number) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in _NAMES[1:]
)
_MADE = "INSERT OR REPLACE INTO made VALUES (?, ?, ?)"
_USED = "INSERT OR REPLACE INTO used VALUES (?, ?, ?, ?, ?)"


def put(connection: apsw.Connection, summaries: Iterable[Summary], stamp: int) -> None:
    """Within a transaction. `stamp`: of the last change that is in them."""
    for summary in summaries:
        connection.execute(_PUT, _values(summary))
        _put_text(connection, summary.number, summary.text + _ENDING)
        _put_lineage(connection, summary)
    connection.execute("UPDATE state SET stamp = ?", (stamp,))


def fill(connection: apsw.Connection, summaries: Sequence[Summary]) -> None:
    """Within a transaction: into tables that have none of them, and have no INDEXES yet."""
    many = connection.executemany
    many(_INSERT, map(_values, summaries))
    texts = [(summary.number, summary.text + _ENDING) for summary in summaries]
    many("INSERT INTO words (number, text) VALUES (?, ?)", texts)
    many("INSERT INTO search (rowid, text) VALUES (?, ?)", texts)
    many(_MADE, (row for summary in summaries for row in _made(summary)))
    many(_USED, (row for summary in summaries for row in _used(summary)))


def _put_text(connection: apsw.Connection, number: int, text: str) -> None:
    """Most changes leave it as it was."""
    execute = connection.execute
    before = execute("SELECT text FROM words WHERE number = ?", (number,)).get
    if before == text:
        return
    if before is not None:
        gone = "INSERT INTO search (search, rowid, text) VALUES ('delete', ?, ?)"
        execute(gone, (number, before))
    execute("INSERT OR REPLACE INTO words (number, text) VALUES (?, ?)", (number, text))
    execute("INSERT INTO search (rowid, text) VALUES (?, ?)", (number, text))


def _put_lineage(connection: apsw.Connection, summary: Summary) -> None:
    """Most changes leave it as it was, too."""
    asked = "SELECT number, idx, uri FROM made WHERE number = ?"
    made = _made(summary)
    if made and made != list(connection.execute(asked, (summary.number,))):
        connection.executemany(_MADE, made)
    if summary.sources:
        connection.executemany(_USED, _used(summary))


def _made(summary: Summary) -> list[tuple[int, int, str]]:
    return [(summary.number, index, uri) for index, uri in enumerate(summary.uris) if uri]


def _used(summary: Summary) -> list[tuple[int, int, str | None, int | None, int | None]]:
    return [
        (summary.number, each.slot, each.uri, _key(each), each.index) for each in summary.sources
    ]


def _key(source: Source) -> int | None:
    return job_key(source.jobid) if source.jobid else None
