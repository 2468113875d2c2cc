from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.core.search.filters import NOTHING, Facet, Lack, Narrowing

narrowings = st.builds(
    Narrowing,
    facets=st.dictionaries(
        st.sampled_from(Facet), st.frozensets(st.text(), min_size=1, max_size=3), max_size=3
    ),
    flags=st.frozensets(st.sampled_from(Flag)),
    stars=st.integers(0, 5),
    lacks=st.frozensets(st.sampled_from(Lack)),
    date=st.sampled_from(["", "today", "2026-03"]),
)


@given(narrowings)
def test_it_is_kept_as_json(narrowing: Narrowing) -> None:
    assert Narrowing.from_json(json.loads(json.dumps(narrowing.as_json()))) == narrowing


@pytest.mark.parametrize(
    "value",
    [None, [], {"facets": []}, {"facets": {"model": [1, None]}}, {"stars": 9}, {"flags": ["x"]}],
)
def test_what_cannot_be_read_does_not_narrow(value: object) -> None:
    assert Narrowing.from_json(value) == NOTHING


def test_a_value_is_toggled_and_an_empty_facet_goes() -> None:
    one = NOTHING.toggled(Facet.MODEL, "a").toggled(Facet.MODEL, "b")
    assert one.facets == {Facet.MODEL: {"a", "b"}}
    assert not one.toggled(Facet.MODEL, "a").toggled(Facet.MODEL, "b")


def test_only_some_narrow_the_images_of_a_job() -> None:
    assert not NOTHING.toggled(Facet.MODEL, "a").with_date("today").is_about_images
    assert NOTHING.with_flag(Flag.PICKED).is_about_images
    assert NOTHING.with_stars(1).is_about_images
    assert NOTHING.with_lack(Lack.NOT_SAVED).is_about_images
