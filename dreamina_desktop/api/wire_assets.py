"""An HTTP answer about an account's history -> what it says (docs/api.md, section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dreamina_desktop.api.json_fields import UNREADABLE, decoded
from dreamina_desktop.api.wire import (
    kind_of,
    message_of,
    names_resource,
    read_error,
)
from dreamina_desktop.core.jobs.answer import Trouble
from dreamina_desktop.core.jobs.history import Asset, AssetPage, HistoryAnswer, NoHistory
from dreamina_desktop.core.jobs.record import parse_id, parse_text
from dreamina_desktop.core.text.dates import parse_time

UNKNOWN_ACCOUNT = "Unable to find configuration for account"
_MAX_OFFSET = 1000  # characters


def read_assets(status: int, headers: Mapping[str, str], body: bytes, now: float) -> HistoryAnswer:
    """Header names in lower case, `now` in Unix seconds."""
    if status == 200:
        return _read_page(body)
    if status == 404 and (message := message_of(decoded(body))):
        return NoHistory(message, is_sure=message.startswith(UNKNOWN_ACCOUNT))
    answer = read_error(status, headers, body, now)
    if isinstance(answer, Trouble) and _is_about_account(status, body):
        return replace(answer, of_request=True)
    return answer


def _is_about_account(status: int, body: bytes) -> bool:
    """Whether an error says nothing about the API as a whole."""
    value = decoded(body)
    return names_resource(value) if status == 403 else status == 400 and bool(message_of(value))


def _read_page(body: bytes) -> HistoryAnswer:
    value = decoded(body)
    if value is UNREADABLE:
        return Trouble(f"The API answered 200 with {kind_of(body)} instead of the history.")
    items = value.get("assets") if isinstance(value, Mapping) else None
    if not isinstance(items, list):
        message = message_of(value)
        return Trouble(
            f"The API answered 200 without the history{f': {message}' if message else '.'}"
        )
    things = [item for item in items if isinstance(item, Mapping)]
    times = [at for thing in things if (at := parse_time(thing.get("createdAt"))) is not None]
    return AssetPage(tuple(_images(things)), _next_offset(value), max(times, default=None))


def _images(things: list[Mapping[str, Any]]) -> Iterator[Asset]:
    """What has an ID and a link to an image: videos have none."""
    for thing in things:
        item_id, url = parse_id(thing.get("itemId")), parse_text(thing.get("imageUrl"))
        if item_id is not None and url is not None:
            yield Asset(item_id, url, parse_text(thing.get("assetRef")))


def _next_offset(page: Mapping[str, Any]) -> str | None:
    """None where nothing follows, or where it cannot be asked for."""
    if page.get("hasMore") is False:
        return None
    offset = parse_id(page.get("nextOffset"))
    return offset if offset is not None and len(offset) <= _MAX_OFFSET else None
