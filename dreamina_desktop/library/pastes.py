"""What was pasted, line by line, in the library's database. All of it within a transaction."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from dreamina_desktop.core.paste.lines import KeptLine, Paste, PastedLine

LINES_KEPT = 500_000  # some 20 MB; scripts may paste the same thousands day by day

_ADD = """
    INSERT INTO pasted (paste, number, text, why)
    VALUES (?, (SELECT number FROM job WHERE jobid = ?), ?, ?)
"""
_OLDER = """
    SELECT DISTINCT paste FROM pasted
    WHERE number IN (SELECT number FROM pasted WHERE paste = ?1) AND paste < ?1
"""
_LAST_OF_A_JOB = """
    SELECT 1 FROM pasted line WHERE line.paste = ? AND line.number IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM pasted later WHERE later.number = line.number AND later.paste > line.paste
    ) LIMIT 1
"""
_FIRST_OF_ALL = "SELECT DISTINCT paste FROM pasted WHERE id <= ? AND paste <> ?"


def keep_paste(connection: apsw.Connection, at: float, lines: Sequence[PastedLine]) -> None:
    """Its jobs are in the library by now."""
    if not lines:
        return
    execute = connection.execute
    execute("INSERT INTO paste (at, lines) VALUES (?, ?)", (at, len(lines)))
    paste = connection.last_insert_rowid()
    values = ((paste, line.jobid, line.text, line.why) for line in lines)
    connection.executemany(_ADD, values)
    _forget_older(connection, paste, connection.last_insert_rowid())


def adopt_pastes(connection: apsw.Connection, pastes: Sequence[Paste]) -> None:
    """Those of another library, by the numbers here; one of the same moment and as many lines is
    here already."""
    execute = connection.execute
    for each in pastes:
        facts = (each.at, len(each.lines))
        if execute("SELECT 1 FROM paste WHERE at = ? AND lines = ?", facts).get is None:
            execute("INSERT INTO paste (at, lines) VALUES (?, ?)", facts)
            paste = connection.last_insert_rowid()
            connection.executemany(
                "INSERT INTO pasted (paste, number, text, why) VALUES (?, ?, ?, ?)",
                ((paste, line.number, line.text, line.why) for line in each.lines),
            )


def _forget_older(connection: apsw.Connection, paste: int, last: int) -> None:
    """`last`: the number of its last line."""
    execute = connection.execute
    # Nobody can ask any more for a paste all of whose jobs are in later ones.
    older = [row[0] for row in execute(_OLDER, (paste,))]
    gone = {each for each in older if execute(_LAST_OF_A_JOB, (each,)).get is None}
    gone.update(row[0] for row in execute(_FIRST_OF_ALL, (last - LINES_KEPT, paste)))
    for each in gone:
        execute("DELETE FROM pasted WHERE paste = ?", (each,))
        execute("DELETE FROM paste WHERE id = ?", (each,))


def paste_of(connection: apsw.Connection, number: int) -> Paste | None:
    """The last one that names this job; where none was kept, the jobs that were tracked with it.
    None where there is no such job."""
    execute = connection.execute
    last = execute("SELECT max(paste) FROM pasted WHERE number = ?", (number,)).get
    if last is None:
        return _batch_of(connection, number)
    rows = execute("SELECT number, text, why FROM pasted WHERE paste = ? ORDER BY id", (last,))
    lines = tuple(KeptLine(*row) for row in rows)
    return Paste(execute("SELECT at FROM paste WHERE id = ?", (last,)).get, lines)


def _batch_of(connection: apsw.Connection, number: int) -> Paste | None:
    ask = "SELECT id, at, count FROM batch WHERE id = (SELECT batch FROM job WHERE number = ?)"
    for batch, at, count in connection.execute(ask, (number,)):
        # Its numbers follow each other: no index by batches is needed.
        near = "SELECT number FROM job WHERE number BETWEEN ? AND ? AND batch = ? ORDER BY number"
        rows = connection.execute(near, (number - count, number + count, batch))
        return Paste(at, tuple(KeptLine(row[0]) for row in rows))
    return None
