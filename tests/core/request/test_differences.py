from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.jobs.record import JobRecord
from dreamina_desktop.core.request.differences import differences


def record(**fields: Any) -> JobRecord:
    return JobRecord("j1", "completed", **fields)


def marked(found: Any, column: int) -> list[str]:
    return [text.strip() for text, differs in found.values[column] if differs]


def test_the_same_request_differs_in_nothing() -> None:
    assert differences([record(prompt="a", model="m"), record(prompt="a", model="m")]) == []
    assert differences([None, None]) == []


def test_prompts_are_marked_word_by_word() -> None:
    one, other = "A red boat at dawn, mist", "A blue boat at dawn, thick mist"
    (prompt,) = differences([record(prompt=one), record(prompt=other)])
    assert marked(prompt, 0) == ["red"]
    assert marked(prompt, 1) == ["blue", "thick"]
    assert "".join(text for text, _ in prompt.values[1]) == other


def test_words_without_spaces_are_their_characters() -> None:
    (prompt,) = differences([record(prompt="红色的船"), record(prompt="蓝色的船")])
    assert (marked(prompt, 0), marked(prompt, 1)) == (["红"], ["蓝"])


def test_facts_that_differ_are_named() -> None:
    found = differences(
        [
            record(model="a", ratio="1:1", references=((1, "x"),)),
            record(model="b", ratio="1:1", references=((1, "y"),)),
            None,
        ]
    )
    assert [each.name for each in found] == ["Model", "Ratio", "References"]
    assert found[0].values == ((("a", True),), (("b", True),), ())


@given(st.lists(st.text(max_size=40), min_size=2, max_size=4))
def test_nothing_of_a_prompt_gets_lost(prompts: list[str]) -> None:
    for each in differences([record(prompt=text) for text in prompts]):
        for text, parts in zip(prompts, each.values, strict=True):
            assert "".join(piece for piece, _ in parts) == text


def test_megabytes_are_compared_at_once() -> None:
    long = "word " * 500_000
    (prompt,) = differences([record(prompt=long), record(prompt=f"x {long}")])
    assert sum(len(text) for text, _ in prompt.values[0]) < 10_000
