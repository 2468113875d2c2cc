"""Jobs of another library as rows of this one."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from dreamina_desktop.core.archive.format import ArchivedJob
from dreamina_desktop.core.archive.merging import renumbered
from dreamina_desktop.core.jobs.job import Batch, Job

_ADD = """
    INSERT INTO job (number, jobid, batch, tracked_at, tracking, removed, raw, facts,
        record_source, last_asked_at, not_found_count, note, label)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def adopt(
    connection: apsw.Connection, archived: Sequence[ArchivedJob], *, keeps_up_to: int
) -> tuple[Sequence[Batch], Sequence[Job]]:
    """Add the rows of those whose IDs are not here, with the batches they came in and all answers
    about them; images and marks are left to the caller. `keeps_up_to`: numbers up to this one
    are kept, as far as they are free; the others get the next ones."""
    batches: dict[int, Batch] = {}  # by their IDs in the other library
    jobs: list[Job] = []
    for each in archived:
        if connection.execute("SELECT 1 FROM job WHERE jobid = ?", (each.job.jobid,)).get:
            continue
        if each.batch.id not in batches:
            batches[each.batch.id] = _batch(
                connection, each.batch, keeps_id=each.batch.id <= keeps_up_to
            )
        keeps = each.job.number <= keeps_up_to
        number = _free(connection, "job", "number", each.job.number) if keeps else None
        jobs.append(_add(connection, each, number, batches[each.batch.id].id))
    return list(batches.values()), jobs


def _add(connection: apsw.Connection, archived: ArchivedJob, number: int | None, batch: int) -> Job:
    job = archived.job
    values = (
        number,
        job.jobid,
        batch,
        job.tracked_at,
        job.tracking.value,
        job.removed,
        archived.raw,
        archived.facts,
        job.record_source,
        job.last_asked_at,
        job.not_found_count,
        job.note,
        job.given_label,
    )
    connection.execute(_ADD, values)
    added = renumbered(job, connection.last_insert_rowid(), batch)
    connection.executemany(
        "INSERT INTO answer (number, at, raw) VALUES (?, ?, ?)",
        ((added.number, at, raw) for at, raw in archived.answers),
    )
    return added


def _batch(connection: apsw.Connection, batch: Batch, *, keeps_id: bool) -> Batch:
    """The one of this moment, which is the same paste; a new one where there is none. Where
    numbers are kept, two batches of one moment stay two."""
    same = "SELECT id, count FROM batch WHERE at = ?"
    here = list(connection.execute(f"{same} AND (id = ? OR NOT ?)", (batch.at, batch.id, keeps_id)))
    if here:
        number, count = here[0][0], max(here[0][1], batch.count)
        connection.execute("UPDATE batch SET count = ? WHERE id = ?", (count, number))
        return Batch(number, batch.at, count)
    number = _free(connection, "batch", "id", batch.id) if keeps_id else None
    put = "INSERT INTO batch (id, at, count) VALUES (?, ?, ?)"
    connection.execute(put, (number, batch.at, batch.count))
    return Batch(connection.last_insert_rowid(), batch.at, batch.count)


def _free(connection: apsw.Connection, table: str, key: str, value: int) -> int | None:
    """A key, if it is free; None: the next one."""
    taken = connection.execute(f"SELECT 1 FROM {table} WHERE {key} = ?", (value,)).get
    return None if taken else value
