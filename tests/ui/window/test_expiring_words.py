"""What must be fetched soon, and what a pause costs, in words."""

from __future__ import annotations

import pytest

from dreamina_desktop.services.tracking.background import Unfinished
from dreamina_desktop.services.tracking.deadlines import Expiring
from dreamina_desktop.ui.window.closing import offer_words
from dreamina_desktop.ui.window.expiring import expiring_words, paused_words

NOW = 1_772_440_000.0
MINUTE, DAY = 60.0, 86400.0


@pytest.mark.parametrize(
    ("expiring", "words"),
    [
        (Expiring(), ""),
        (Expiring(images=3, next_at=NOW + 40 * MINUTE), "3 images expire in 40 min"),
        (Expiring(images=1, next_at=NOW + 30), "1 image expires in 30 s"),
        (Expiring(images=1812, next_at=NOW + 5 * 3600), "1,812 images expire in 5 h"),
        (Expiring(jobs=1, next_at=NOW + 2.4 * DAY), "1 job expires in 2 days"),
        (
            Expiring(images=3, jobs=2, expired=1, next_at=NOW + 40 * MINUTE),
            "3 images and 2 jobs expire in 40 min",
        ),
        (Expiring(images=1, jobs=1, next_at=NOW + DAY), "1 image and 1 job expire in 24 h"),
        (Expiring(expired=1), "1 link has expired"),
        (Expiring(expired=3), "3 links have expired"),
    ],
)
def test_what_must_be_fetched_soon(expiring: Expiring, words: str) -> None:
    assert expiring_words(expiring, NOW) == words


@pytest.mark.parametrize(
    ("expiring", "unfinished", "words"),
    [
        (Expiring(), Unfinished(), "Paused."),
        (
            Expiring(images=3, next_at=NOW + 40 * MINUTE),
            Unfinished(jobs=4, images=3),
            "Paused. 3 images expire in 40 min unless you resume.",
        ),
        (Expiring(), Unfinished(jobs=4, images=1), "Paused. 1 image is not saved yet."),
        (Expiring(expired=2), Unfinished(images=2), "Paused. 2 images are not saved yet."),
        (
            Expiring(),
            Unfinished(jobs=1),
            "Paused. 1 job is still running; the links to its images may die within hours.",
        ),
        (
            Expiring(),
            Unfinished(jobs=4),
            "Paused. 4 jobs are still running; the links to their images may die within hours.",
        ),
    ],
)
def test_what_a_pause_costs(expiring: Expiring, unfinished: Unfinished, words: str) -> None:
    assert paused_words(expiring, unfinished, NOW) == words


@pytest.mark.parametrize(
    ("unfinished", "words"),
    [
        (Unfinished(jobs=4), "4 jobs are still running. Keep saving in the background?"),
        (Unfinished(images=1), "1 image is not saved yet. Keep saving in the background?"),
        (
            Unfinished(jobs=1, images=2),
            "1 job is still running and 2 images are not saved yet. Keep saving in the background?",
        ),
    ],
)
def test_what_is_offered(unfinished: Unfinished, words: str) -> None:
    assert offer_words(unfinished) == words
