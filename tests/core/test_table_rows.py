from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.job import Image, ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.record import ImageEntry, JobRecord
from dreamina_desktop.core.table_rows import HEADINGS, cell, row_of, tab_separated, unknown_row


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_no_value_is_a_formula(text: str) -> None:
    assert cell(text)[0] in "' "


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), min_size=1, max_size=4))
def test_rows_and_columns_stay_apart(rows: list[list[str]]) -> None:
    lines = tab_separated(rows).split("\n")
    assert len(lines) == len(rows)
    assert all(line.count("\t") == 2 for line in lines)


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
    }


def test_a_failure_says_its_cause_and_an_unknown_line_keeps_its_place() -> None:
    record = JobRecord("j8", "failed", code="2038", error="fail_code: 2038")
    row = row_of(Job(8, "j8", 1, 0.0, Tracking.DONE, record=record))
    assert row[2] == "failed"
    assert "content filter" in row[3]
    assert unknown_row("j9", "not found") == ("", "j9", "not found", *[""] * 7)
