"""JSON of an answer -> the value, without ever building megabytes that nobody reads.

A small body is read whole. Of a long one only the fields of records, histories and errors are:
the fast reader passes over all else at once, so that no step takes long.
"""

from __future__ import annotations

from typing import Any

import msgspec

from dreamina_desktop.core.record import MOST_IMAGES
from dreamina_desktop.core.tolerant_json import read_json, text_of, without_depths

LONG_BYTES = 64_000
UNREADABLE = object()  # no JSON
_OBJECTS = ("request", "response", "error")  # whose fields are read
_LISTS = ("images", "assets")  # whose elements are

_Fields = dict[str, msgspec.Raw]
_REFUSED = (msgspec.MsgspecError, ValueError, RecursionError)  # UnicodeDecodeError is a ValueError


def decoded(body: bytes) -> Any:
    """The JSON value of a body; `UNREADABLE` where it has none. What the fast reader refuses, the
    tolerant one may take. A body of `LONG_BYTES` and more is read off the event loop."""
    for read in (_fast, _mended, _shallow, read_json):
        try:
            return read(body)
        except _REFUSED:
            continue
    return UNREADABLE


def _fast(body: bytes) -> Any:
    return _fields(msgspec.Raw(body)) if len(body) >= LONG_BYTES else msgspec.json.decode(body)


def _mended(body: bytes) -> Any:
    """With its characters repaired."""
    return _fast(text_of(body).encode("utf-8", "replace"))


def _shallow(body: bytes) -> Any:
    """Without what is nested too deep."""
    return _fast(without_depths(text_of(body)).encode("utf-8", "replace"))


def _fields(raw: msgspec.Raw) -> dict[str, Any]:
    """The fields of an object, as far as anybody reads them."""
    fields = msgspec.json.decode(raw, type=_Fields)
    return {name: _value(name, inner) for name, inner in fields.items()}


def _value(name: str, raw: msgspec.Raw) -> Any:
    match bytes(memoryview(raw)[:1]):
        case b"{":
            return _fields(raw) if name in _OBJECTS else {}
        case b"[":
            return _list(raw) if name in _LISTS else []
        case _:
            return _scalar(raw)


def _list(raw: msgspec.Raw) -> list[Any]:
    items = msgspec.json.decode(raw, type=list[msgspec.Raw])[:MOST_IMAGES]
    return [_fields(item) if bytes(memoryview(item)[:1]) == b"{" else None for item in items]


def _scalar(raw: msgspec.Raw) -> Any:
    """None where a single value cannot be read: the others can."""
    try:
        return msgspec.json.decode(raw)
    except _REFUSED:
        pass
    try:
        return read_json(bytes(raw))
    except ValueError:
        return None
