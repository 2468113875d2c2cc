"""Sentences that count."""

from __future__ import annotations

import pytest

from dreamina_desktop.core.text.wording import plural


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (0, "0 images are here."),
        (1, "1 image is here."),
        (2, "2 images are here."),
        (1812, "1,812 images are here."),
    ],
)
def test_each_number_has_its_whole_sentence(number: int, sentence: str) -> None:
    assert plural(number, "1 image is here.", "{n} images are here.") == sentence
