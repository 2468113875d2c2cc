"""Cut a long text where nothing that is looked for in it is cut in two, so that it can be read a
slice at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dreamina_desktop.core.text.unescape import without_invisible

SLICE = 24 * 1024  # characters: a slice is read in some 10 ms at most
MOST_SLICES = 64  # of text that an object in it holds together
_PLACES = ("\n", " ", '",', "},", ",")  # a text is cut behind the last of these, the first best
_BRACKET = re.compile("[{}]")
_TRIES = 20
_REACH = 300  # characters around a cut that are looked at
# What belongs together: a token and what announces it, and a hidden address.
_ANNOUNCES = re.compile(r"(?i)(?:bearer|\[email|useapi_token\W{0,9})\Z")
_ANNOUNCED = re.compile(r"(?i)\W{0,40}bearer")
# And in a text without any spaces: the parts of an ID.
_HOLDS_ID = re.compile(r"(?i)dreamina|-bot|user|bearer|j[0-9]{4}|…|\.\.\.")


def slices(text: str) -> Iterator[str]:
    """All of the text, in its order. No token, ID or hidden address is cut in two."""
    start = 0
    while start < len(text):
        end = _end(text, start)
        yield text[start:end]
        start = end


def slices_between_objects(text: str) -> Iterator[str]:
    """The same, and no object in curly brackets is cut, however it is wrapped, as long as it is
    not very long itself. Brackets that are never closed, and closed ones that were never opened,
    change nothing."""
    start = 0
    while start < len(text):
        end = _end_between_objects(text, start)
        yield text[start:end]
        start = end


def _end(text: str, start: int) -> int:
    if len(text) - start <= 2 * SLICE:
        return len(text)
    for mark in _PLACES:
        end = start + SLICE
        for _ in range(_TRIES):
            end = text.rfind(mark, start + SLICE // 2, end)
            if end < 0:
                break
            if _may_be_cut(text, end + len(mark)):
                return end + len(mark)
    return _end_within_word(text, start)


def _may_be_cut(text: str, place: int) -> bool:
    before = without_invisible(text[max(0, place - _REACH) : place]).rstrip()
    after = without_invisible(text[place : place + _REACH])
    return not _ANNOUNCES.search(before[-_REACH:]) and not _ANNOUNCED.match(after)


def _end_within_word(text: str, start: int) -> int:
    """Text of no spaces: a picture, a long address."""
    for end in range(start + SLICE, start + SLICE // 2, -2 * _REACH):
        around = without_invisible(text[max(0, end - _REACH) : end + _REACH])
        if not _HOLDS_ID.search(around):
            return end
    return start + SLICE


def _end_between_objects(text: str, start: int) -> int:
    """Where nothing is open; else behind the last object that closed before the one that is."""
    end = closed = start
    depth = 0
    shallowest, last = 0, start  # of the objects that closed within one that never does
    for _ in range(MOST_SLICES):
        before, end = end, _end(text, end)
        for bracket in _BRACKET.finditer(text, before, end):
            depth += 1 if bracket[0] == "{" else -1
            if bracket[0] == "}" and depth <= 0:
                closed, depth = bracket.end(), 0
            elif bracket[0] == "}" and (last == start or depth <= shallowest):
                shallowest, last = depth, bracket.end()
        if depth == 0 or end == len(text):
            return end
        if closed > start:
            return closed
    return last if last > start else end
