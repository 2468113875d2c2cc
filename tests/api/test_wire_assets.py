"""An account's history over the wire: tolerant of the new, never trusting."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from dreamina_desktop.api.wire_assets import read_assets
from dreamina_desktop.core.jobs.answer import Refused, Throttled, Trouble
from dreamina_desktop.core.jobs.history import Asset, AssetPage, HistoryAnswer, NoHistory

NOW = 1_772_460_000.0
URL = "https://h.example.com/a?x-expires=1&x-signature=%2F%3D"


def read(status: int, body: Any, **headers: str) -> HistoryAnswer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_assets(status, named, data, NOW)


def page(*assets: Any, **fields: Any) -> AssetPage:
    answer = read(200, {"assets": list(assets), "hasMore": False, **fields})
    assert isinstance(answer, AssetPage)
    return answer


def test_a_page_names_its_images_by_item_with_their_links() -> None:
    image = {
        "assetId": "US:user@example.com-image:7478",
        "historyRecordId": "30",
        "itemId": "7478",
        "type": "image",
        "coverUrl": "https://h.example.com/small",
        "description": "a boat",
        "assetRef": "US:user@example.com-image:w1:h2:s3-uri:u",
        "imageUrl": URL,
        "width": 1,
        "height": 2,
        "format": "jpeg",
        "createdAt": "2026-03-02T14:05:30.123Z",
    }
    assert page(image, account="US:user@example.com", nextOffset=None) == AssetPage(
        (Asset("7478", URL, "US:user@example.com-image:w1:h2:s3-uri:u"),),
        None,
        datetime(2026, 3, 2, 14, 5, 30, 123000, UTC),
    )


def test_what_is_no_image_is_left_out_and_its_time_still_counts() -> None:
    video = {"itemId": "1", "videoUrl": URL, "createdAt": "2026-03-02T14:00:00Z"}
    kept = {"itemId": 7612453183683579150, "imageUrl": URL, "createdAt": "2026-03-01T14:00:00Z"}
    without = [{"imageUrl": URL}, {"itemId": "2", "imageUrl": ""}, None, 7, [], "text", {}]
    found = page(*without, video, kept)
    assert found.assets == (Asset("7612453183683579150", URL),)
    assert found.newest == datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "created", ["2026-03-02T14:00:00Z", 1_772_460_000, 1_772_460_000.0, 1_772_460_000_000]
)
def test_a_time_may_be_text_seconds_or_milliseconds(created: Any) -> None:
    assert page({"createdAt": created}).newest == datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize("created", [None, True, "yesterday", -1e300, 1e300, [], {}, ""])
def test_a_time_that_cannot_be_read_is_none(created: Any) -> None:
    assert page({"createdAt": created}).newest is None


@pytest.mark.parametrize(
    ("fields", "offset"),
    [
        ({"hasMore": True, "nextOffset": 100}, "100"),
        ({"hasMore": True, "nextOffset": "100"}, "100"),
        ({"hasMore": True, "nextOffset": "a/b?c=d"}, "a/b?c=d"),
        ({"hasMore": True, "nextOffset": 0}, "0"),
        ({"hasMore": None, "nextOffset": 5}, "5"),
        ({"hasMore": False, "nextOffset": 100}, None),
        ({"hasMore": True, "nextOffset": None}, None),
        ({"hasMore": True, "nextOffset": ""}, None),
        ({"hasMore": True, "nextOffset": True}, None),
        ({"hasMore": True, "nextOffset": 1.5}, None),
        ({"hasMore": True, "nextOffset": "x" * 1001}, None),
        ({"hasMore": True}, None),
    ],
)
def test_the_next_page_is_where_the_answer_says(fields: dict[str, Any], offset: str | None) -> None:
    assert page(**fields).next_offset == offset


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[" * 100_000,
        b"[]",
        b"null",
        {},
        {"assets": None},
        {"assets": {"itemId": "1"}},
        {"error": "Busy"},
    ],
)
def test_200_without_a_history_is_trouble(body: Any) -> None:
    answer = read(200, body)
    assert isinstance(answer, Trouble)
    assert answer.reason.startswith("The API answered 200 with")
    assert not answer.network


def test_an_unknown_account_has_no_history() -> None:
    said = "Unable to find configuration for account US:user@example.com"
    assert read(404, {"error": said}) == NoHistory(said)
    assert read(404, {"error": "Not found"}) == NoHistory("Not found", is_sure=False)
    assert read(404, b"<html>404") == Trouble("The API answered 404.")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, {"error": "Unauthorized"}, Refused(401, "Unauthorized")),
        (402, {"error": {"message": "No subscription"}}, Refused(402, "No subscription")),
        (403, b"", Trouble("The API answered 403.")),
        (
            403,
            {"error": "No access to user:9"},
            Trouble("The API answered 403: No access to user:9", of_request=True),
        ),
        (400, {"error": "offset"}, Trouble("The API answered 400: offset", of_request=True)),
        (400, b"<html>", Trouble("The API answered 400.")),
        (429, {}, Throttled(None)),
        (500, {"error": "Busy"}, Trouble("The API answered 500: Busy")),
        (
            596,
            {"error": "Session expired"},
            Trouble("The API answered 596: Session expired", of_request=True),
        ),
    ],
)
def test_other_answers_mean_what_they_mean_for_a_job(
    status: int, body: Any, expected: HistoryAnswer
) -> None:
    assert read(status, body) == expected


def test_429_says_how_long_to_wait() -> None:
    assert read(429, {}, retry_after="30") == Throttled(30.0)
