"""What counts when texts are searched, and what a search leaves out."""

from __future__ import annotations

import pytest

from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.core.jobs.marks import Marks
from dreamina_desktop.core.jobs.record import JobRecord
from dreamina_desktop.core.search.summary import MOST_TEXT, summarize
from dreamina_desktop.core.search.terms import excluded_terms, search_terms
from dreamina_desktop.core.text.folding import folded


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("cafe", "Café"),
        ("café", "CAFE"),
        ("istanbul", "İstanbul"),
        ("istanbul", "ıstanbul"),
        ("lodz", "Łódź"),
        ("zolc", "żółć"),
        ("duong pho", "đường phố"),
        ("smorrebrod", "Smørrebrød"),
        ("strasse", "Straße"),
        ("елка", "Ёлка"),
        ("שלום", "שָׁלוֹם"),
        ("محمد", "مُحَمَّد"),
        ("احمد", "أحمد"),
        ("o'brien's", "O’Brien‘s"),
        ("4k", "４Ｋ"),
        ("aurora", "au\u00adro\u200bra"),
    ],
)
def test_accents_signs_and_case_do_not_count_either_way(typed: str, written: str) -> None:
    assert folded(typed) == folded(written)
    assert folded(folded(written)) == folded(written)


@pytest.mark.parametrize(("one", "other"), [("が", "か"), ("パ", "ハ"), ("한", "하"), ("कु", "क")])
def test_signs_that_are_letters_of_their_own_count(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("red boat", ("red", "boat"), ()),
        ("red -boat", ("red",), ("boat",)),
        ('-"two words" -one three', ("three",), ("two words", "one")),
        ("-“two words”", (), ("two words",)),
        ("“red boat” «at dawn» 「夜 景」", ("red boat", "at dawn", "夜 景"), ()),
        ("well-known - --ar 16:9", ("well-known", "-", "--ar", "16:9"), ()),
        ('red "boat', ("red", "boat"), ()),
        ("-", ("-",), ()),
        ("", (), ()),
    ],
)
def test_words_phrases_and_what_is_left_out(
    text: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]
) -> None:
    assert (search_terms(text), excluded_terms(text)) == (wanted, unwanted)


def test_prompts_are_searched_whole_however_much_was_said_of_their_images() -> None:
    prompt = f"{'word ' * 1_500}the last one"
    said = tuple(Marks(note="n" * 2_000) for _ in range(40))
    job = Job(1, "j", 1, 0.0, record=JobRecord("j", "created", prompt=prompt), marks=said)
    text = summarize(job).text
    assert "the last one" in text
    assert len(text) <= MOST_TEXT
