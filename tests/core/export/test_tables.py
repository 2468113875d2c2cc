from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.export.tables import (
    HEADINGS,
    cell,
    row_of,
    row_of_line,
    tab_separated,
    unknown_row,
)
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.jobs.record import ImageEntry, JobRecord
from dreamina_desktop.core.paste.lines import KeptLine


@pytest.mark.parametrize("sign", list("=+-@＝＋－＠﹦﹢﹣﹫"))
@pytest.mark.parametrize(
    "before", ["", "\t", "\r", "\n", " ", "\u00a0\u3000", "\ufeff", "\u200b \u2066", "\x00", "\x0b"]
)
def test_no_value_is_a_formula(before: str, sign: str) -> None:
    text = cell(f"{before}{sign}1+1")
    assert text.startswith("'")
    assert text.endswith(f"{sign}1+1")


@pytest.mark.parametrize(
    "text", ["a=1", "1-2", "", " ", "'=1", "j0302-u1:dreamina", "é", "％", '"x"']
)
def test_other_values_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize("text", ['"=1+1"', ' "=1+1"', '"open', '"a" and "b"', '"', '\ufeff"@x"'])
def test_a_value_that_begins_with_a_quote_is_one_value_in_a_spreadsheet(text: str) -> None:
    """Else its quotes are taken off, and what is in them is a formula, or other rows."""
    rows = [["1", text, "2"], ["3", "4", "5"]]
    assert as_in_a_spreadsheet(tab_separated(rows)) == rows


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), min_size=1, max_size=4))
def test_rows_and_columns_stay_apart(rows: list[list[str]]) -> None:
    copied = tab_separated(rows)
    lines = copied.split("\n")
    assert len(lines) == len(rows)
    assert all(line.count("\t") == 2 for line in lines)
    assert as_in_a_spreadsheet(copied) == [[cell(value) for value in row] for row in rows]


def as_in_a_spreadsheet(copied: str) -> list[list[str]]:
    return list(csv.reader(copied.split("\n"), delimiter="\t"))


def test_a_row_says_what_a_job_is() -> None:
    entries = [ImageEntry(n, asset_ref=f"ref {n}") for n in range(5)]
    images = tuple(
        Image(ImageKey(7, n), entry, ImageState.SAVED, f"/images/{n}.jpg")
        for n, entry in enumerate(entries)
    )
    record = JobRecord("j7", "completed", prompt="A\nboat")
    row = row_of(Job(7, "j7", 1, 0.0, Tracking.DONE, record=record, images=images))
    assert dict(zip(HEADINGS, row, strict=True)) == {
        "number": "7",
        "job ID": "j7",
        "status": "completed",
        "cause": "",
        "prompt": "A\nboat",
        **{f"reference {n + 1}": f"ref {n}" for n in range(4)},
        "file": "/images/0.jpg",
        "label": "",
    }
    assert HEADINGS[10] == "label"
    labelled = Job(7, "j7", 1, 0.0, given_label="+1")
    assert tab_separated([row_of(labelled)]).split("\t")[10] == "'+1"


def test_a_failure_says_its_cause_and_an_unknown_line_keeps_its_place() -> None:
    record = JobRecord("j8", "failed", code="2038", error="fail_code: 2038")
    row = row_of(Job(8, "j8", 1, 0.0, Tracking.DONE, record=record))
    assert row[2] == "failed"
    assert "content filter" in row[3]
    assert unknown_row("j9", "not found") == ("", "j9", "not found", *[""] * 8)


def test_a_line_of_a_paste_is_a_row_in_its_place() -> None:
    job = Job(7, "j7", 1, 0.0, Tracking.NOT_FOUND, note="Older than 30 days.")
    row = row_of_line(KeptLine(7), {7: job})
    assert row[:5] == ("7", "j7", "not found", "Older than 30 days.", "")
    assert row_of_line(KeptLine(), {}) == ("",) * len(HEADINGS)
    text = KeptLine(None, "=1", "no job ID in it")
    assert row_of_line(text, {}) == unknown_row("=1", "no job ID in it")
    assert tab_separated([row_of_line(text, {})]).startswith("\t'=1\tno job ID in it\t")
    assert (KeptLine().is_gap, KeptLine(7).is_gap, text.is_gap) == (True, False, False)
