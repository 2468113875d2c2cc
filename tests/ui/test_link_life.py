from __future__ import annotations

import pytest

from dreamina_desktop.ui.wording import link_life

URL = "https://p16.example.com/a.jpeg?x-expires=1000000&x-signature=x"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (1_000_000 - 3 * 86400, "works for 3 days more"),
        (1_000_000 - 7200, "works for 2 h more"),
        (1_000_000 - 3700, "works for 62 min more"),
        (1_000_000 - 20, "works for 20 s more"),
        (1_000_000 + 7300, "expired 2 h ago"),
    ],
)
def test_a_link_says_how_long_it_works(now: float, said: str) -> None:
    assert link_life(URL, now) == said


def test_a_link_without_an_end_says_nothing() -> None:
    assert link_life("https://p16.example.com/a.jpeg", 0.0) == ""
    assert link_life(None, 0.0) == ""
