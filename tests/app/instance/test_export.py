"""The export: a contract (README.md, "Command line")."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest_asyncio

from dreamina_desktop.app.instance.export import export
from dreamina_desktop.core.export.request import JobsForm
from dreamina_desktop.core.jobs.job import ImageKey, ImageState, Tracking
from dreamina_desktop.core.jobs.record import parse_record
from dreamina_desktop.core.jobs.transition import after_record
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.index.index import JobIndex
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.schema import MIGRATIONS
from dreamina_desktop.services.library import Library

JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
JOB_KEYS = [
    "number",
    "jobid",
    "type",
    "status",
    "model",
    "created",
    "updated",
    "request",
    "error",
    "errorDetails",
    "code",
    "tracking",
    "note",
    "images",
    "label",
]
IMAGE_KEYS = [
    "index",
    "assetRef",
    "assetId",
    "itemId",
    "imageUri",
    "width",
    "height",
    "format",
    "state",
    "file",
    "fileWidth",
    "fileHeight",
    "sha256",
    "note",
]
RAW = """{"jobid": "%s", "type": "image", "status": "completed", "model": "seedream-4.0",
 "created": "2026-03-02T14:05:30.123Z", "updated": "2026-03-02T14:06:07.500Z",
 "request": {"prompt": "x", "shiny": [1.50, {"new": "field"}]},
 "response": {"images": [
   {"imageUrl": "https://a.example.com/x?x-signature=secret", "imageUri": "tos-1", "width": "2560",
    "height": 1440, "format": "jpeg", "assetRef": "US:user@example.com-image:w2560:h1440:s9-uri:t",
    "assetId": "a", "itemId": "i"},
   {"width": 1}]}, "code": 200}"""


@pytest_asyncio.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    database = Database(tmp_path / "a.sqlite3", MIGRATIONS)
    await database.open()
    index = JobIndex(tmp_path / "index.sqlite3", tmp_path / "a.sqlite3", tmp_path)
    await index.open()
    yield Library(JobRepository(database, tmp_path), index)
    await index.aclose()
    await database.aclose()


async def add(library: Library, jobid: str, raw: str | None = None) -> int:
    _, (job,) = await library.add(1.0, [jobid], {})
    if raw is not None:
        record = parse_record(json.loads(raw))
        change = after_record(job, record, "server", 2.0)
        await library.change(job.number, lambda _: change, raw.encode())
    return job.number


async def rows(library: Library, only: Any = None) -> list[dict[str, Any]]:
    exported: list[dict[str, Any]] = json.loads(await export(library, only))
    return exported


async def test_before_the_first_answer_all_fields_of_the_api_are_null(library: Library) -> None:
    await add(library, JOBID)
    (row,) = await rows(library)
    assert list(row) == JOB_KEYS
    assert (row["number"], row["jobid"], row["tracking"]) == (1, JOBID, "polling")
    assert row["images"] == []
    assert {key for key in JOB_KEYS if row[key] is not None} == {
        *("number", "jobid", "tracking", "images")
    }


async def test_fields_leave_as_they_came_and_no_link_does(library: Library) -> None:
    await add(library, JOBID, RAW % JOBID)
    exported = await export(library, None)
    (row,) = json.loads(exported)
    first, second = row["images"]
    assert list(first) == IMAGE_KEYS
    assert first["width"] == "2560"  # a string it was
    assert row["request"] == {"prompt": "x", "shiny": [1.50, {"new": "field"}]}
    assert b"1.50" in exported
    assert second["assetRef"] is None
    assert b"imageUrl" not in exported
    assert b"secret" not in exported


async def test_a_file_is_named_only_when_it_is_saved(library: Library, tmp_path: Path) -> None:
    number = await add(library, JOBID, RAW % JOBID)
    saved = str(tmp_path / "images" / "x.jpg")
    await library.change_image(
        ImageKey(number, 0),
        lambda image: replace(
            image,
            state=ImageState.SAVED,
            file=saved,
            file_width=2560,
            file_height=1440,
            sha256="ab",
        ),
    )
    ((row),) = await rows(library)
    first, second = row["images"]
    assert (first["state"], first["file"], first["fileWidth"]) == ("saved", saved, 2560)
    assert (first["fileHeight"], first["sha256"]) == (1440, "ab")
    assert (second["state"], second["file"], second["sha256"]) == ("lost", None, None)
    assert second["note"]


async def test_removed_jobs_are_left_out_and_only_narrows(library: Library) -> None:
    numbers = [await add(library, JOBID.replace("789i", f"78{n}i")) for n in range(3)]
    await library.change(numbers[1], lambda job: replace(job, removed=True))
    assert [row["number"] for row in await rows(library)] == [numbers[0], numbers[2]]
    assert [row["number"] for row in await rows(library, {numbers[2]})] == [numbers[2]]


async def test_a_stopped_job_says_so(library: Library) -> None:
    number = await add(library, JOBID)
    await library.change(number, lambda job: replace(job, tracking=Tracking.STOPPED))
    (row,) = await rows(library)
    assert row["tracking"] == "stopped"


async def test_the_jobs_are_one_list_that_is_laid_out_for_people(library: Library) -> None:
    assert await export(library, None) == b"[]\n"
    await add(library, JOBID, RAW % JOBID)
    await add(library, JOBID.replace("789i", "788i"))
    exported = await export(library, None)
    assert exported.startswith(b'[\n  {\n    "number": 1,\n    "jobid": "j0302')
    assert exported == msgspec.json.format(exported, indent=2) + b"\n"


async def test_as_csv_it_has_the_same_jobs(library: Library) -> None:
    await add(library, JOBID, RAW % JOBID)
    other = await add(library, JOBID.replace("789i", "788i"))
    exported = (await export(library, None, JobsForm.CSV)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(exported, newline=""), strict=True))
    assert [(row["number"], row["prompt"], row["images"]) for row in rows] == [
        ("1", "x", "2"),
        ("2", "", "0"),
    ]
    assert "secret" not in exported
    assert (await export(library, {other}, JobsForm.CSV)).count(b":dreamina") == 1


async def test_halves_of_characters_leave_as_they_came(library: Library) -> None:
    raw = RAW.replace('"prompt": "x"', '"prompt": "a\\ud800b"') % JOBID
    await add(library, JOBID, raw)
    (row,) = await rows(library)
    assert row["request"]["prompt"] == "a\ud800b"
    assert row["images"][0]["assetRef"].endswith("uri:t")
