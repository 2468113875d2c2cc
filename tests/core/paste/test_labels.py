"""What stands beside job IDs in tables becomes their label; prose and logs have none."""

from __future__ import annotations

import json

import pytest

from dreamina_desktop.core.export.csv_table import csv_headings, csv_rows
from dreamina_desktop.core.export.tables import row_of, tab_separated
from dreamina_desktop.core.jobs.job import LABEL_LENGTH, Job, clean_label, labelled_where_empty
from dreamina_desktop.core.jobs.record import JobRecord, parse_record
from dreamina_desktop.core.paste.lines import read_text

A = "j0719093015123456789i-u1234-US:jane.doe@example.com-bot:dreamina"
B = "j0719093015123456790i-u1234-CA:bob@example.org-bot:dreamina"
C = "j0719093015123456791i-u1234-CA:bob@example.org-bot:dreamina"
LINK = A.replace("jane.doe@example.com", "[jane.doe@example.com](mailto:jane.doe@example.com)")
HTTP = "https://api.useapi.net/v1/dreamina/images/"
TOKEN = "user:1234-abcdefghij0123456789"

HERO_AND_BACK = {A: "hero", B: "back"}
TABLES = {
    "tabs": (f"SKU-1\t{A}\nSKU-2\t{B}", {A: "SKU-1", B: "SKU-2"}),
    "other cells": (f"SKU-1\t{A}\tred boat\t\nSKU-2\t{B}", {A: "SKU-1 · red boat", B: "SKU-2"}),
    "one row": (f"SKU-1\t{A}", {A: "SKU-1"}),
    "behind the ID": (f"{A}\thero", {A: "hero"}),
    "a heading": (f"key\tjob\nSKU-1\t{A}", {A: "SKU-1"}),
    "a key of two lines": (f'"SKU\n1"\t{A}\nSKU-2\t{B}', {A: "SKU 1", B: "SKU-2"}),
    "a row without a key": (f"SKU-1\t{A}\n\t{B}\nSKU-3\t{C}", {A: "SKU-1", C: "SKU-3"}),
    "two IDs of a row": (f"SKU-1\t{A}\t{B}", {A: "SKU-1", B: "SKU-1"}),
    "an ID in two rows": (f"first\t{A}\nsecond\t{A}", {A: "first"}),
    "commas": (f"SKU-1,{A}\nSKU-2,{B}", {A: "SKU-1", B: "SKU-2"}),
    "commas under a heading": (f"key,jobid\nSKU-1,{A}", {A: "SKU-1"}),
    "commas in quotes": (f'"a, b",{A}\n"c ""d""",{B}', {A: "a, b", B: 'c "d'}),
    "semicolons": (f"SKU-1;{A};x\nSKU-2;{B};y", {A: "SKU-1 · x", B: "SKU-2 · y"}),
    "markdown": (
        f"| key | job |\n|---|---|\n| hero | {A} |\n| back | `{B}` |",
        {A: "hero", B: "back"},
    ),
    "a link in markdown": (f"| hero | {LINK} |\n| back | {B} |", HERO_AND_BACK),
    "a terminal's table": (f"│ hero │ {A} │\n│ back │ {B} │", HERO_AND_BACK),
    "json": (json.dumps({"hero": A, "back": B}, indent=1), HERO_AND_BACK),
    "json in one line": (json.dumps({"hero": A, "back": B}), HERO_AND_BACK),
    "json within json": (json.dumps({"shots": {"hero": A, "back": B}}), HERO_AND_BACK),
    "a key with escapes": (json.dumps({"rot, größer": A, "b": B}), {A: "rot, größer", B: "b"}),
    "python": (str({"hero": A, "back": B}), HERO_AND_BACK),
    "addresses": (f"SKU-1\t{HTTP}{A}\nSKU-2\t{HTTP}{B}", {A: "SKU-1", B: "SKU-2"}),
    "entities": (f"SKU-1\t{A.replace('@', '&#64;')}\nSKU-2\t{B}", {A: "SKU-1", B: "SKU-2"}),
    "full width": ("SKU-1\t" + "".join(chr(ord(c) + 0xFEE0) for c in A), {A: "SKU-1"}),
    "file names": (f"SKU-1\t{A.replace(':', '_')}.jpeg", {A: "SKU-1"}),
    "a record in a cell": (
        'SKU-1\t"{}"'.format(json.dumps({"jobid": A, "status": "created"}).replace('"', '""')),
        {A: "SKU-1"},
    ),
    "a token": (f"k {TOKEN}\t{A}\nBearer {TOKEN}\t{B}", {A: "k [token]", B: "Bearer [token]"}),
    "a long cell": (f"{'x' * 500}\t{A}", {A: "x" * LABEL_LENGTH}),
    "a reference": (f"SKU-1\t{A}\tUS:a@example.com-image:w1:h1:s1-uri:x", {A: "SKU-1"}),
    "mostly a table": (f"SKU-1\t{A}\nSKU-2\t{B}\nand {C}", {A: "SKU-1", B: "SKU-2"}),
}


@pytest.mark.parametrize("name", TABLES)
def test_what_stands_beside_an_id_is_its_label(name: str) -> None:
    text, labels = TABLES[name]
    assert read_text(text).labels == labels


OTHERS = {
    "prose": f"Hi Bob, {A}, is great",
    "prose in lines": f"Here you are:\n{A}\nand, if you like it, this one:\n{B}",
    "prose with tabs": f"\tHere you are: {A}\n\tand {B}",
    "a sentence in each line": f"As promised, {A} is done.\nThe other, too: {B}, at last.",
    "only IDs": f"{A}, {B}\n{C}",
    "IDs between tabs": f"{A}\t{B}\t{C}",
    "indented": f"\t{A}\n\t{B}",
    "a list": json.dumps([A, B]),
    "a log": f"2026-07-19 09:30:15,123 INFO submitted {A}\n2026-07-19 09:31:15,123 INFO {B}",
    "a log with tabs": f"2026-07-19T09:30:15Z\tINFO\t{A}\n2026-07-19T09:30:16Z\tINFO\t{B}",
    "a log with bars": f"09:30:15 | INFO     | {A}\n09:30:16 | WARNING | {B}",
    "a log with commas": f"2026-07-19 09:30:15,123,INFO,{A}\n2026-07-19 09:30:15,124,INFO,{B}",
    "a log in JSON": f'{{"level":"info","job":"{A}"}}\n{{"level":"info","job":"{B}"}}',
    "one line of it": f'{{"level":"info","parent":"{A}"}}',
    "moments": f"2026-07-19T09:30:15Z\t{A}\n2026-07-19T09:30:16Z\t{B}",
    "names of the ID": f'"jobid": "{A}",\n"jobid": "{B}"',
    "another name of it": f'{{"task": "{A}"}}\n{{"task": "{B}"}}',
    "records": f'{{"jobid": "{A}", "status": "created", "request": {{"prompt": "a, b"}}}}\n'
    f'{{"jobid": "{B}", "status": "created", "model": "x"}}',
    "few rows": f"SKU-1\t{A}\n{B}\nsee {C}",
}


@pytest.mark.parametrize("name", OTHERS)
def test_prose_logs_and_records_have_no_labels(name: str) -> None:
    read = read_text(OTHERS[name])
    assert read.finds.jobids
    assert read.labels == {}


def test_rows_that_were_copied_here_bring_their_label_and_nothing_else() -> None:
    record = JobRecord(A, "completed", prompt="A red boat")
    jobs = [Job(7, A, 1, 0.0, record=record, given_label="=hero"), Job(8, B, 1, 0.0)]
    rows = tab_separated(map(row_of, jobs))
    assert read_text(rows).labels == {A: "=hero"}
    before = "\n".join("\t".join(row_of(job)[:10]) for job in jobs)  # of a version without labels
    assert read_text(before).labels == {}
    beside = f"SKU-1\t{A}\t{rows.splitlines()[1]}"
    assert read_text(beside).labels[A] == "SKU-1"


def test_an_exported_csv_brings_its_labels_and_nothing_else() -> None:
    jobs = [Job(7, A, 1, 0.0, given_label="hero; big"), Job(8, B, 1, 0.0)]
    text = csv_headings() + csv_rows(jobs)
    assert read_text(text).labels == {A: "hero; big"}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("  red\n\tboat ", "red boat"),
        ("a\u200bb\x00c", "abc"),
        (f"Bearer {TOKEN}", "Bearer [token]"),
        ("\ud800x", "?x"),
        (f"{'x' * 199} yz", "x" * 199),
        ("x" * 1_000_000, "x" * 200),
        (f"{'x ' * 95}{TOKEN}", f"{'x ' * 95}[token]"),
        ("\u202e\u200b", ""),
    ],
)
def test_a_label_is_a_short_line_without_tokens(text: str, label: str) -> None:
    assert clean_label(text) == label


def test_the_given_label_goes_before_reply_ref() -> None:
    value = {"jobid": A, "status": "created", "request": {"replyRef": f"order 7 {TOKEN}"}}
    job = Job(7, A, 1, 0.0, record=parse_record(value))
    assert job.label == "order 7 [token]"
    pasted = labelled_where_empty(job, "SKU-1")
    assert pasted.label == "SKU-1"
    assert labelled_where_empty(pasted, "SKU-2").label == "SKU-1"
    assert labelled_where_empty(pasted, "").label == "SKU-1"


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ({"request": {"replyRef": 1234}}, "1234"),
        ({"replyRef": "top"}, "top"),
        ({"request": {"replyRef": {"a": 1}}}, ""),
        ({"request": {"replyRef": True}}, ""),
        ({"request": {"replyRef": "x" * 30_000}}, "x" * 200),
        ({}, ""),
    ],
)
def test_reply_ref_may_be_of_any_kind(value: dict[str, object], label: str) -> None:
    record = parse_record({"jobid": A, "status": "created", **value})
    assert Job(7, A, 1, 0.0, record=record).label == label


@pytest.mark.parametrize(
    "text",
    [
        f"x\t{A}\n" * 1_000,
        f'"{A}": ' * 1_000,
        f"{A},," * 2_000,
        f"| {A} " * 2_000,
        f'"a": "{A}", ' * 1_000,
    ],
    ids=["rows", "keys", "commas", "bars", "pairs"],
)
def test_large_tables_take_time_in_line_with_their_length(text: str) -> None:
    assert read_text(text).finds.jobids == (A,)
