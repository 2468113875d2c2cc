"""A long text is read in slices: nothing is lost that would be found in the whole of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dreamina_desktop.core.paste import records, text_slices
from dreamina_desktop.core.paste.lines import PastedText, read_text

ID = "j0302140530{:09d}i-u12345-US:user@example.com-bot:dreamina"
VIDEO = "j0302140530123456789v-u12345-US:user@example.com-bot:dreamina"
TOKEN = "user:1234-secretsecret"
WHOLE, SMALL = 10_000_000, 1_000


def record(jobid: str, indent: int | None = None) -> str:
    fields = {"jobid": jobid, "status": "completed", "request": {"prompt": "a\n{b"}}
    return json.dumps(fields | {"response": {"images": [{}]}}, indent=indent)


def cell(text: str) -> str:
    """As a spreadsheet copies it."""
    return '"' + text.replace('"', '""') + '"'


NUMBERS = st.integers(1, 30)
IDS = NUMBERS.map(ID.format)
PARTS = st.one_of(
    IDS,
    IDS.map(quote),
    IDS.map(lambda jobid: f"GET /images/{jobid}?x=1 {jobid} took 3 s"),
    IDS.map(lambda jobid: f"the log of a script that is long and says {jobid} " + "word " * 40),
    IDS.map(record),
    IDS.map(lambda jobid: record(jobid, indent=2)),
    IDS.map(lambda jobid: record(jobid, indent=2).replace("  ", "\u00a0\u00a0")),
    IDS.map(lambda jobid: cell(record(jobid, indent=2))),
    IDS.map(lambda jobid: json.dumps(record(jobid))),
    IDS.map(lambda jobid: json.dumps({"body": record(jobid), "more": "x" * 300})),
    IDS.map(lambda jobid: quote(record(jobid))),
    IDS.map(lambda jobid: jobid.replace("user@example.com-bot", "[email\nprotected]")),
    IDS.map(lambda jobid: jobid[:40]),
    st.just(VIDEO),
    st.sampled_from(
        [
            *("", " ", "x" * 700, "a, b" * 100, "{ never closed", "never opened }", '"', "\\"),
            *(
                f"Authorization:\nBearer {TOKEN[:9]}",
                f"bearer\n\n{TOKEN}",
                f"USEAPI_TOKEN = {TOKEN}",
            ),
            *(TOKEN, "the bearer of\nbad news", "an author\nwrites"),
        ]
    ),
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context():
        yield


def in_slices_of(size: int, text: str) -> PastedText:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_slices, "SLICE", size)
        patch.setattr(records, "SLICE", size)
        return read_text(text)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PARTS, min_size=1, max_size=40), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_a_text_read_in_slices_is_read_as_a_whole(parts: list[str], line_break: str) -> None:
    text = line_break.join(parts)
    whole, sliced = in_slices_of(WHOLE, text), in_slices_of(SMALL, text)
    assert sliced.finds == whole.finds
    assert tuple(sliced.lines) == tuple(whole.lines)
