from __future__ import annotations

from pathlib import Path

import pytest

from dreamina_desktop.core.request.models import read_catalog, takers, with_more
from dreamina_desktop.core.request.request import Generation, problems

CATALOG = read_catalog((Path(__file__).parents[3] / "resources" / "models.json").read_text("utf-8"))
ONE = "US:one@example.com-image:w1:h1:s1-uri:tos-{}"
OTHER = "US:other@example.com-image:w1:h1:s1-uri:tos-{}"


def references(count: int) -> tuple[str, ...]:
    return tuple(ONE.format(number) for number in range(count))


def test_the_catalogue_is_that_of_the_documentation() -> None:
    assert {name: model.references for name, model in CATALOG.items()} == {
        "seedream-5.0-lite": 6,
        "seedream-4.6": 6,
        "seedream-4.5": 6,
        "seedream-4.1": 6,
        "seedream-4.0": 6,
        "nano-banana": 3,
        "seedream-3.0": 1,
        "gpt-image-2": 3,
    }
    assert "auto" in CATALOG["seedream-4.6"].all_ratios
    assert CATALOG["gpt-image-2"].all_ratios == ("1:1", "2:3", "3:2")


def test_a_good_request_has_no_problem() -> None:
    good = Generation("A boat", "seedream-4.6", "auto", "4k", references(6))
    assert problems(good, CATALOG) == []
    assert problems(Generation("", "seedream-4.6", references=references(1)), CATALOG) == []
    assert problems(Generation("x", "a-model-of-tomorrow", "7:5", "16k"), CATALOG) == []


@pytest.mark.parametrize(
    ("generation", "words"),
    [
        (
            Generation("x", "nano-banana", references=references(4)),
            "nano-banana takes 3 of these 4",
        ),
        (Generation("x", "nano-banana", references=references(4)), "seedream-4.6"),
        (Generation("x", references=(ONE.format(1), OTHER.format(2))), "several accounts"),
        (Generation("", "seedream-3.0", references=references(1)), "needs a prompt"),
        (Generation(""), "a prompt or references"),
        (Generation("x" * 1601), "1,601 characters"),
        (Generation("x", "gpt-image-2", "16:9"), "takes the ratios 1:1, 2:3, 3:2"),
        (Generation("x", "nano-banana", "1:1", "4k"), "takes the resolutions 1k"),
    ],
)
def test_what_would_be_refused_is_said(generation: Generation, words: str) -> None:
    assert words in " ".join(problems(generation, CATALOG))


def test_users_add_models_and_change_ours() -> None:
    more = read_catalog(
        '{"models": [{"name": "new", "references": 9}, {"name": "nano-banana", "references": 5}]}'
    )
    both = with_more(CATALOG, more)
    assert (both["new"].references, both["nano-banana"].references) == (9, 5)
    assert takers(both, 7) == ["new"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"models": 1}',
        '{"models": [1]}',
        '{"models": [{"name": ""}]}',
        '{"models": [{"name": "x", "references": -1}]}',
        '{"models": [{"name": "x", "ratios": "1:1"}]}',
        "[" * 100_000,
    ],
)
def test_a_broken_catalogue_says_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_catalog(text)
