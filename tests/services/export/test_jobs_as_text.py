"""Jobs leave as JSON and CSV in pieces, a bounded number of them at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from fakes import completed_raw, job_id
from world import World, with_world

from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.services.export.jobs_as_text import AT_ONCE, JobsForm, jobs_as

PROMPT = 'a "red" boat,\r\n=1+1 \u6781\u5149'


async def add(world: World, *numbers: int) -> None:
    ids = [job_id(number) for number in numbers]
    record = json.loads(completed_raw("x", "https://a.example.com/1"))
    records = {
        jobid: json.dumps(record | {"jobid": jobid, "request": {"prompt": PROMPT}}).encode()
        for jobid in ids
    }
    await world.library.add(1.0, ids, records)


async def pieces(form: JobsForm, world: World, numbers: Sequence[int] | None = None) -> list[bytes]:
    return [piece async for piece in jobs_as(form, world.library, numbers)]


def read(form: JobsForm, data: bytes) -> list[dict[str, Any]]:
    if form is JobsForm.JSON:
        rows: list[dict[str, Any]] = json.loads(data)
        return rows
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize("form", JobsForm)
@with_world()
async def test_an_empty_library_is_an_empty_list(world: World, form: JobsForm) -> None:
    assert read(form, b"".join(await pieces(form, world))) == []


@pytest.mark.parametrize("form", JobsForm)
@with_world()
async def test_all_jobs_come_in_the_order_of_tracking_in_pieces(
    world: World, form: JobsForm
) -> None:
    count = 2 * AT_ONCE + 1
    await add(world, *range(1, count + 1))
    came = await pieces(form, world)
    rows = read(form, b"".join(came))
    assert [int(row["number"]) for row in rows] == list(range(1, count + 1))
    assert len(came) == 4
    assert max(piece.count(b":dreamina") for piece in came) <= 3 * AT_ONCE


@pytest.mark.parametrize("form", JobsForm)
@with_world()
async def test_jobs_that_are_asked_for_come_in_that_order_but_removed_ones(
    world: World, form: JobsForm
) -> None:
    await add(world, *range(1, 6))
    await world.library.change(4, lambda job: replace(job, removed=True))
    rows = read(form, b"".join(await pieces(form, world, [5, 4, 2, 99, 3])))
    assert [int(row["number"]) for row in rows] == [5, 2, 3]
    assert read(form, b"".join(await pieces(form, world, []))) == []


@with_world()
async def test_no_more_jobs_are_read_than_a_piece_holds(world: World) -> None:
    await add(world, *range(1, 3 * AT_ONCE + 1))
    asked: list[int] = []
    fetch = world.library.fetch

    async def counting(numbers: Sequence[int]) -> Sequence[Job]:
        asked.append(len(numbers))
        return await fetch(numbers)

    world.library.fetch = counting  # type: ignore[assignment,method-assign]
    stream = jobs_as(JobsForm.JSON, world.library, range(1, 3 * AT_ONCE + 1))
    for piece in (1, 2, 3):
        await anext(stream)
        assert asked == [AT_ONCE] * piece


@with_world()
async def test_a_prompt_leaves_as_it_came_in_json_and_on_one_line_in_csv(world: World) -> None:
    await add(world, 1)
    (row,) = read(JobsForm.JSON, b"".join(await pieces(JobsForm.JSON, world)))
    assert row["request"] == {"prompt": PROMPT}
    (row,) = read(JobsForm.CSV, b"".join(await pieces(JobsForm.CSV, world)))
    assert row["prompt"] == 'a "red" boat,  =1+1 \u6781\u5149'


@with_world()
async def test_an_odd_answer_leaves_as_the_documented_one(world: World) -> None:
    image = {"url": "https://a.example.com/1", "itemId": "7", "imageUri": "tos/7", "width": 64}
    odd = {"type": "image", "status": "SUCCEEDED", "response": {"outputs": [image]}}
    record = {"jobid": job_id(1), **odd, "request": {"prompt": PROMPT}}
    await world.library.add(1.0, [job_id(1)], {job_id(1): json.dumps(record).encode()})
    (row,) = read(JobsForm.JSON, b"".join(await pieces(JobsForm.JSON, world)))
    assert (row["status"], row["request"]) == ("completed", {"prompt": PROMPT})
    (told,) = row["images"]
    assert (told["itemId"], told["imageUri"], told["width"]) == ("7", "tos/7", 64)
    (line,) = read(JobsForm.CSV, b"".join(await pieces(JobsForm.CSV, world)))
    assert (line["status"], line["cause"], line["images"]) == ("completed", "", "1")


@with_world()
async def test_what_was_not_understood_is_said_in_its_row(world: World) -> None:
    record = {
        "jobid": job_id(1),
        "type": "video",
        "status": "completed",
        "response": {"images": []},
    }
    await world.library.add(1.0, [job_id(1)], {job_id(1): json.dumps(record).encode()})
    (line,) = read(JobsForm.CSV, b"".join(await pieces(JobsForm.CSV, world)))
    assert (line["status"], line["cause"]) == (
        *("completed", "It is a video, which is not saved here."),
    )


@pytest.mark.parametrize("form", JobsForm)
@with_world()
async def test_a_label_is_in_both(world: World, form: JobsForm) -> None:
    await world.track(f"SKU-1\t{job_id(1)}\n\t{job_id(2)}")
    rows = read(form, b"".join(await pieces(form, world)))
    assert [row["label"] for row in rows] == ["SKU-1", None if form is JobsForm.JSON else ""]
