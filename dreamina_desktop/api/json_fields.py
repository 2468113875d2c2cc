"""JSON of an answer -> the value, without ever building megabytes that nobody reads.

A small body is read whole. Of a long one only the fields of records, histories and errors are:
the fast reader passes over all else at once, so that no step takes long.
"""

from __future__ import annotations

from typing import Any

import msgspec

from dreamina_desktop.core.jobs.found_images import MOST_IMAGES
from dreamina_desktop.core.text.tolerant_json import read_json, text_of, without_depths

LONG_BYTES = 64_000
UNREADABLE = object()  # no JSON
# Whose fields are read: parts of a record, and the envelopes around one.
_OBJECTS = ("request", "response", "error", "errorDetails", "data", "job", "result", "record")
_LISTS = ("images", "assets")  # whose elements are
_DEEPEST = 6  # where images are looked for elsewhere

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
            if name not in _OBJECTS:
                return {}
            fields = _fields(raw)
            return fields if name != "response" or fields.get("images") else _all(raw, _DEEPEST)
        case b"[":
            return _list(raw) if name in _LISTS else []
        case _:
            return _scalar(raw)


def _all(raw: msgspec.Raw, depth: int) -> Any:
    """A value as it is, level by level: no step takes long. The images of a response may be
    anywhere in it."""
    kind = bytes(memoryview(raw)[:1])
    if kind not in (b"{", b"["):
        return _scalar(raw)
    if depth == 0:
        return None
    if kind == b"{":
        fields = msgspec.json.decode(raw, type=_Fields)
        return {name: _all(inner, depth - 1) for name, inner in fields.items()}
    items = msgspec.json.decode(raw, type=list[msgspec.Raw])[:MOST_IMAGES]
    return [_all(item, depth - 1) for item in items]


def _list(raw: msgspec.Raw) -> list[Any]:
    items = msgspec.json.decode(raw, type=list[msgspec.Raw])[:MOST_IMAGES]
    return [_element(item) for item in items]


def _element(raw: msgspec.Raw) -> Any:
    """An object, or a link alone."""
    kind = bytes(memoryview(raw)[:1])
    return _fields(raw) if kind == b"{" else _scalar(raw) if kind == b'"' else None


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
