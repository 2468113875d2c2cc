"""A pasted column comes back line by line, and holds the IDs that `find` finds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dreamina_desktop.core.paste.find_ids import find
from dreamina_desktop.core.paste.lines import LONGEST_COLUMN, PastedLine, read_text
from dreamina_desktop.core.text.redaction import without_tokens

ID = "j0302140530{:09d}i-u12345-US:user@example.com-bot:dreamina"
ONE, TWO, THREE = (ID.format(n) for n in (1, 2, 3))
VIDEO = "j0302140530123456789v-u12345-US:user@example.com-bot:dreamina"
HIDDEN = "j0302140530123456789i-u12345-US:[email\u00a0protected]:dreamina"
GAP = PastedLine()
BREAKS = st.sampled_from(["\n", "\r\n", "\r", "\u2028"])


def record(jobid: str, indent: int | None = None) -> str:
    """An upscale's record: its source's ID is in it, too."""
    fields = {"jobid": jobid, "status": "completed", "request": {"jobid": THREE, "prompt": "a\nb"}}
    return json.dumps(fields | {"response": {"images": [{}]}}, indent=indent)


def lines(text: str) -> Sequence[PastedLine]:
    return tuple(read_text(text).lines)


def jobids(text: str) -> list[str]:
    return [line.jobid for line in lines(text)]


# What may stand in one line; nothing of it goes on in the next.
CELLS = st.one_of(
    st.integers(1, 9).map(ID.format),
    st.integers(1, 9).map(lambda n: f'"{ID.format(n)}",'),
    st.integers(1, 9).map(lambda n: quote(quote(ID.format(n)))),
    st.integers(1, 9).map(lambda n: json.dumps(json.dumps({"id": ID.format(n)}))),
    st.integers(1, 9).map(lambda n: record(ID.format(n))),
    st.integers(1, 9).map(lambda n: json.dumps(record(ID.format(n)))),
    st.tuples(st.integers(1, 9), st.integers(1, 9)).map(
        lambda pair: f"{ID.format(pair[0])}\t{ID.format(pair[1])}"
    ),
    st.sampled_from(
        ["", " \t", "\ufeff", "job ID", "a fox", VIDEO, HIDDEN, ONE[:30], "Bearer user:1-abcdef"]
    ),
    st.text(st.characters(exclude_characters='"\\\r\n\u2028\u2029{}'), max_size=12),
)


@settings(deadline=None)
@given(st.lists(CELLS, max_size=12), BREAKS)
def test_the_ids_of_the_lines_are_those_of_the_text(cells: list[str], line_break: str) -> None:
    text = line_break.join(cells)
    found = list(dict.fromkeys(jobid for jobid in jobids(text) if jobid))
    assert found == list(find(text).jobids)


PIECES = [
    ONE,
    TWO,
    VIDEO,
    HIDDEN,
    ONE[:-9],
    "user:12-abc",
    "Bearer ",
    '"',
    '""',
    "\\",
    "{",
    "}",
    "\n",
    "\r",
    "\t",
    " ",
    "\ud800",
    record(ONE, 2),
    record(TWO).replace('"', '""'),
    quote(record(TWO, 1)),
    json.dumps(record(ONE, 1)),
    record(ONE, 1).replace(" ", "\u00a0"),
    '"jobid"',
    "%0A",
    "22jobid%",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_whatever_was_pasted_no_id_is_lost_and_none_is_made_up(text: str) -> None:
    kept = lines(text)
    assert {line.jobid for line in kept if line.jobid} == set(find(text).jobids)
    for line in kept:
        assert not (line.jobid and line.text)
        assert bool(line.text) == bool(line.why)
        assert len(line.text) <= 200
        assert line.text.encode().decode() == line.text
        assert without_tokens(line.text) == line.text


def test_a_column_keeps_repeats_gaps_and_what_is_no_id() -> None:
    text = f"\n{ONE}\n{TWO}\r\n \n{ONE}\nnot yet\n{THREE}\n"
    assert lines(text) == (
        GAP,
        PastedLine(ONE),
        PastedLine(TWO),
        GAP,
        PastedLine(ONE),
        PastedLine(text="not yet", why="no job ID in it"),
        PastedLine(THREE),
    )


def test_blank_lines_at_the_end_are_none() -> None:
    assert lines(f"{ONE}\n\n \t\n\ufeff\n") == (PastedLine(ONE),)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("job ID", "no job ID in it"),
        ("header", "does not look like a job ID"),
        (VIDEO, "a video job (only image jobs are tracked)"),
        (HIDDEN, "its e-mail address is hidden: copy it from your script's output"),
        (ONE[:38], "cannot be an ID (its end is missing: a job ID ends with :dreamina)"),
        (f"{ONE[:30]}…", "cannot be an ID (cut short: copy the whole ID)"),
    ],
)
def test_a_line_without_a_usable_id_says_why(line: str, why: str) -> None:
    shown = line.replace("\u00a0", " ")
    assert lines(f"{line}\n{ONE}") == (PastedLine(text=shown, why=why), PastedLine(ONE))


@pytest.mark.parametrize("token", ["user:12-abcdef", "%75ser:12-abcdef", "Bearer abcdef1234"])
def test_a_token_is_in_no_line(token: str) -> None:
    first, second = lines(f"key {token}\n{ONE}")
    assert "abcdef" not in first.text
    assert "[token]" in first.text
    assert first.why == "a token was cut out"
    assert second.jobid == ONE


def test_long_texts_are_cut() -> None:
    first, _ = lines(f"{'red boat ' * 100}\n{ONE}")
    assert len(first.text) == 200
    assert first.text.endswith("…")


def test_several_ids_in_a_line_are_a_line_each() -> None:
    assert jobids(f"{ONE}, {TWO} {ONE}\n\n{ONE}") == [ONE, TWO, "", ONE]


def test_a_record_of_many_lines_is_one_line_where_it_begins() -> None:
    text = f"{TWO}\n{record(ONE, 2)}\n\n{record(TWO, 2)}\n{ONE}"
    assert jobids(text) == [TWO, ONE, "", TWO, ONE]


def test_a_cell_of_many_lines_is_one_line() -> None:
    text = f'"a ""red""\n\nboat"\n{ONE}\n"{record(TWO, 1).replace(chr(34), chr(34) * 2)}"\t7\n{ONE}'
    assert jobids(text) == ["", ONE, TWO, ONE]
    assert lines(text)[0].text == '"a ""red"" boat"'


def test_a_quote_that_is_not_closed_swallows_nothing() -> None:
    assert jobids(f'"open\n\n{ONE}\n12" wide\n{TWO}') == ["", "", ONE, "", TWO]


def test_of_a_log_only_the_ids_are_kept() -> None:
    log = f"starting\n\nGET {ONE}\nwaiting\nwaiting\nGET {ONE}\nGET {TWO}\nall is done"
    assert lines(log) == (PastedLine(ONE), PastedLine(ONE), PastedLine(TWO))


def test_ids_that_cannot_be_tracked_make_a_column_too() -> None:
    kept = lines(f"{HIDDEN}\n{VIDEO}\n{ONE}\nx\ny\nz")
    assert [bool(line.jobid) for line in kept] == [False, False, True, False, False, False]


def test_of_a_column_that_is_too_long_only_the_ids_are_kept() -> None:
    text = f"{ONE}\n\n" * (LONGEST_COLUMN // 2)
    assert len(lines(text)) == LONGEST_COLUMN - 1  # a blank one at the end is none
    assert jobids(f"x\n{quote(ONE)}\n{text}") == [ONE] * (LONGEST_COLUMN // 2 + 1)


def test_quotes_at_the_beginnings_of_lines_take_no_time() -> None:
    text = '"""x\n' * 50_000 + '""y\n' * 50_000
    assert tuple(lines(f"{text}{ONE}")) == (PastedLine(ONE),)
