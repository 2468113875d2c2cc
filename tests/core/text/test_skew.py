from __future__ import annotations

import pytest

from dreamina_desktop.core.text.wording import skew_words


@pytest.mark.parametrize("skew_s", [0.0, 119.0, 120.0, -120.0])
def test_two_minutes_are_nothing_to_speak_of(skew_s: float) -> None:
    assert skew_words(skew_s) == ""


@pytest.mark.parametrize(
    ("skew_s", "words"),
    [
        (121, "2 minutes ahead of"),
        (-1800, "30 minutes behind"),
        (3600, "1 hour ahead of"),
        (-3595, "1 hour behind"),
        (-2 * 86400, "2 days behind"),
        (86400 * 1.4, "1 day ahead of"),
        (-86400 * 400_000, "400,000 days behind"),
    ],
)
def test_a_wrong_clock_is_said(skew_s: float, words: str) -> None:
    assert skew_words(skew_s) == f"This machine's clock is {words} the server's."
