"""JSON from elsewhere whose text is spoilt in places: what can be read is read.

A byte order mark, Latin-1 for UTF-8, characters that were cut in two, halves of surrogate pairs,
numbers of thousands of digits, and values nested so deep that no reader takes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

MOST_DEPTH = 60  # what is nested deeper reads as null
_MOST_DIGITS = 300
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]+|[\]}]+', re.DOTALL)
_CONTROL = rb"[\x80-\x9f]"  # of Latin-1
_LETTER = rb"[^\x00-\x7f\xc2\xc3]"  # those two are the first halves of Western letters in UTF-8


def read_json(raw: bytes) -> Any:
    """The value of a JSON text. Raises ValueError where it is none."""
    text = text_of(raw)
    try:
        return _loads(text)
    except RecursionError:
        return _loads(without_depths(text))


def text_of(raw: bytes) -> str:
    """The characters of a text in UTF-8, UTF-16 or Latin-1; what cannot be read as "\ufffd"."""
    encoding = json.detect_encoding(raw)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode(encoding, "replace")
    return raw.decode("latin-1") if encoding == "utf-8" and _is_latin(raw, text) else text


def without_depths(text: str) -> str:
    """A JSON text without what is nested too deep: null in its place. Takes time for each
    bracket: not for the event loop where the text is long."""
    return "".join(_shallow(text))


def _shallow(text: str) -> Iterator[str]:
    depth = done = 0
    for found in _TOKEN.finditer(text):
        brackets = found[0]
        if brackets[0] in "[{":
            over = depth + len(brackets) - MOST_DEPTH
            if depth <= MOST_DEPTH < depth + len(brackets):
                yield f"{text[done : found.end() - over]}null"
            depth += len(brackets)
        elif brackets[0] in "]}":
            over = depth - MOST_DEPTH
            depth -= len(brackets)
            if over > 0 and depth <= MOST_DEPTH:
                done = found.start() + over
    yield text[done:] if depth <= MOST_DEPTH else ""


def _is_latin(raw: bytes, decoded: str) -> bool:
    """Whether a text that is no UTF-8 is Latin-1: no character of several bytes is whole in it, and
    none of Latin-1's is a control."""
    is_utf8 = re.search(r"[^\x00-\x7f\ufffd]", decoded)
    return not is_utf8 and not re.search(_CONTROL, raw) and bool(re.search(_LETTER, raw))


def _loads(text: str) -> Any:
    return json.loads(text, parse_int=_whole_number)


def _whole_number(digits: str) -> int | str:
    """A number that no field can hold stays a text: Python does not read it."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits
