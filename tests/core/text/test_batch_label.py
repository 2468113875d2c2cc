from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dreamina_desktop.core.text.wording import batch_label, moment_label

AT = datetime(2026, 3, 3, 8, 44)  # noqa: DTZ001 - local time


@pytest.mark.parametrize(
    ("count", "age", "label"),
    [
        (40, timedelta(0), "Tuesday 08:44, 40 IDs"),
        (1, timedelta(days=5), "Tuesday 08:44, 1 ID"),
        (5000, timedelta(days=6), "2026-03-03 08:44, 5,000 IDs"),
        (2, timedelta(hours=-1), "Tuesday 08:44, 2 IDs"),
        (2, timedelta(days=-40), "2026-03-03 08:44, 2 IDs"),
    ],
)
def test_a_batch_is_named_by_its_moment(count: int, age: timedelta, label: str) -> None:
    assert batch_label(AT, count, AT + age) == label


@pytest.mark.parametrize(
    ("age", "label"),
    [
        (timedelta(hours=15), "08:44"),
        (timedelta(hours=16), "Tuesday 08:44"),
        (timedelta(days=5), "Tuesday 08:44"),
        (timedelta(days=6), "2026-03-03 08:44"),
        (timedelta(hours=-9), "Tuesday 08:44"),
    ],
)
def test_a_moment_of_today_is_its_time(age: timedelta, label: str) -> None:
    assert moment_label(AT, AT + age) == label
