"""Records of the API, bent and broken: strategies of hypothesis."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

ADDRESS = "US:user@example.com"
JOBID = f"j0302140530123456789i-u12345-{ADDRESS}-bot:dreamina"
_TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=st.characters(), max_size=6),  # halves of characters too
    st.sampled_from(["", "null", "completed", "failed", "created", "../../x", "\u202e", "\ud800"]),
    st.sampled_from(["9" * 400, "2026-99-99T99:99:99Z", "0001-01-01T00:00:00+23:59", "x" * 5000]),
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**63, -(2**64), 10**400, -1, 0]),
    st.floats(),
    _TEXTS,
)
GARBAGE = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_TEXTS, inner, max_size=4)
    ),
    max_leaves=8,
)


def image(index: int) -> dict[str, Any]:
    uri = f"tos-{index}"
    return {
        "imageUrl": f"https://p16.byteimg.com/{uri}.jpeg?x-expires=1772450000&x-signature=a%2Fb",
        "imageUri": uri,
        "width": 2560,
        "height": 1440,
        "format": "jpeg",
        "assetId": f"{ADDRESS}:{uri}",
        "assetRef": f"{ADDRESS}-image:w2560:h1440:s123456-uri:{uri}",
        "itemId": f"7{index}",
    }


CREATED: dict[str, Any] = {
    "jobid": JOBID,
    "type": "image",
    "status": "created",
    "model": "seedream-4.6",
    "created": "2026-03-02T14:05:30.123Z",
    "request": {"prompt": "A stunning aurora", "ratio": "16:9", "resolution": "2k"},
    "response": {"forecastCost": 0},
    "code": 200,
}
COMPLETED: dict[str, Any] = CREATED | {
    "status": "completed",
    "updated": "2026-03-02T14:06:30.123Z",
    "response": {"images": [image(index) for index in range(4)], "forecastCost": 0},
}
FAILED: dict[str, Any] = CREATED | {
    "status": "failed",
    "code": 2038,
    "error": "fail_code: 2038",
    "errorDetails": "ContentFiltered",
}
UPSCALED: dict[str, Any] = COMPLETED | {
    "type": "upscale",
    "request": {"jobid": JOBID.replace("123456789i", "123456780i"), "imageIndex": 2},
    "response": {"images": [image(0)]},
}
RECORDS = (CREATED, COMPLETED, COMPLETED, FAILED, UPSCALED)

_HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "date", "content-type"]),
    st.one_of(
        st.sampled_from(["5", "-1", "nan", "1e999", "99999999999", "Mon, 99 Foo 2026", ""]),
        st.sampled_from(["Mon, 02 Mar 2026 14:05:30 GMT", "Fri, 31 Dec 9999 23:59:59 -9900"]),
        st.text(max_size=20),
    ),
)
_STATUSES = st.sampled_from(
    [200] * 12 + [204, 301, 400, 401, 402, 403, 404, 404, 410, 418, 429, 429, 500, 596]
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path into a JSON value, the whole left out."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, inner in steps:
        found.append((*path, key))
        if isinstance(inner, dict | list):
            found += _places(inner, (*path, key))
    return found


def _bend(record: Any, path: tuple[Any, ...], how: str, garbage: Any) -> None:
    """One change, where its place is still there."""
    for key in path[:-1]:
        try:
            record = record[key]
        except (KeyError, IndexError, TypeError):
            return
    key = path[-1]
    is_there = key in record if isinstance(record, dict) else isinstance(record, list)
    if not is_there or (
        isinstance(record, list) and not (isinstance(key, int) and key < len(record))
    ):
        return
    match how:
        case "drop":
            del record[key]
        case "replace":
            record[key] = garbage
        case "wrap":
            record[key] = [record[key]]
        case "stringify":
            record[key] = str(record[key])
        case "add" if isinstance(record, dict):
            record[str(garbage)[:40]] = garbage


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A record with a few changes, most of them still JSON."""
    record = copy.deepcopy(draw(st.sampled_from(RECORDS)))
    places = st.sampled_from(_places(record))
    ways = st.sampled_from(["drop", "replace", "replace", "wrap", "stringify", "add"])
    for path, how, garbage in draw(st.lists(st.tuples(places, ways, GARBAGE), max_size=4)):
        _bend(record, path, how, garbage)
    text = json.dumps(record, ensure_ascii=draw(st.booleans()))
    body = text.encode("utf-8", draw(st.sampled_from(["replace", "surrogatepass"])))
    return draw(_broken(body)) if draw(st.integers(0, 4)) == 0 else body


def _broken(body: bytes) -> st.SearchStrategy[bytes]:
    """No longer JSON, or only just."""
    places = st.integers(0, len(body))
    return st.one_of(
        places.map(lambda at: body[:at]),
        st.tuples(places, st.binary(max_size=4)).map(
            lambda change: body[: change[0]] + change[1] + body[change[0] + len(change[1]) :]
        ),
        st.sampled_from([b"\xef\xbb\xbf" + body, body + body, b"[" + body + b"]", body + b"x"]),
        st.sampled_from([b"[" * 100_000, b'{"jobid":' * 20_000, b"\0" * 9, b"", b"null"]),
        st.binary(max_size=60),
    )


def answers() -> st.SearchStrategy[tuple[int, dict[str, str], bytes]]:
    """Status, headers and body."""
    return st.tuples(_STATUSES, _HEADERS, bodies())
