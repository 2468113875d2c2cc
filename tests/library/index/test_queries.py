"""Words are found wherever they stand, whether the full-text index or the texts are asked."""

from __future__ import annotations

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.core.jobs.record import JobRecord
from dreamina_desktop.core.search.results import Query
from dreamina_desktop.core.search.summary import summarize
from dreamina_desktop.core.search.terms import excluded_terms, search_terms
from dreamina_desktop.library.index import queries, tables

LETTERS = st.text(st.sampled_from('abAá红色ßﬃ"*%- \n\0\u200b'), max_size=6)


@pytest.mark.parametrize("common", [0, 3_000])
def test_hits_are_the_texts_that_hold_every_word(
    common: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_COMMON", common)

    @given(st.lists(LETTERS, min_size=1, max_size=5), LETTERS)
    def hits_are_right(prompts: list[str], asked: str) -> None:
        summaries = [
            summarize(Job(number, "j", 1, 0.0, record=JobRecord("j", "created", prompt=prompt)))
            for number, prompt in enumerate(prompts, 1)
        ]
        connection = apsw.Connection(":memory:")
        connection.execute(tables.TABLES)
        connection.execute(tables.INDEXES)
        connection.execute("INSERT INTO state VALUES (0)")
        tables.put(connection, summaries, 1)
        wanted = [
            summary.number
            for summary in reversed(summaries)
            if all(term in summary.text for term in search_terms(asked))
            and not any(term in summary.text for term in excluded_terms(asked))
        ]
        found = queries.listing(connection, Query(text=asked)).numbers
        assert sorted(found, reverse=True) == wanted

    hits_are_right()
