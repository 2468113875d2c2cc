from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.search.terms import search_terms
from dreamina_desktop.ui.jobs.job_delegate import around_hit, hits


def marked(text: str, search: str) -> list[str]:
    return [text[start:end] for start, end in hits(text, search_terms(search))]


def test_every_hit_is_found_whatever_its_case_and_script() -> None:
    assert marked("A RED boat, red", "red") == ["RED", "red"]
    assert marked("红色的船, 4K", "红色 4k") == ["红色", "4K"]
    assert marked("redder", "red edd") == ["redd"]
    assert marked("nothing", "red") == []
    assert marked("ﬁre… a red boat…", "red fi") == ["ﬁ", "red"]


def test_a_hit_far_behind_is_brought_to_the_front() -> None:
    text = "word " * 40 + "the red boat"
    shown = around_hit(text, ("red",), lambda part: len(part) < 30)
    assert shown == "…word the red boat"
    assert around_hit("a red boat", ("red",), lambda part: len(part) < 30) == "a red boat"
    assert around_hit(text, ("blue",), lambda part: False) == text


@given(st.text(), st.lists(st.text(min_size=1, max_size=3), max_size=3))
def test_hits_lie_within_the_text_and_beside_each_other(text: str, words: list[str]) -> None:
    found = hits(text, tuple(filter(None, search_terms(" ".join(words)))))
    places = [place for span in found for place in span]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
