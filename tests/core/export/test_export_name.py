from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.export.export_name import FIELDS, MAX_BYTES, Named, problem, stem

BOAT = Named(
    index=7,
    count=40,
    number="214-2",
    prompt="A red boat at dawn, by artist@example.com",
    label="SKU: 7",
    model="seedream-4.6",
    ratio="16:9",
    width=2560,
    height=1440,
    created=datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{number}", "214-2"),
        ("{index} {number}", "007 214-2"),
        ("{date} {time} {model}", "2026-03-02 14.05.30 seedream-4.6"),
        ("{ratio}_{size}", "16x9_2560x1440"),
        ("{number} {prompt}", "214-2 a-red-boat-at-dawn-by"),
        ("{label} {number}", "SKU- 7 214-2"),
        ("Campaign X / {number}", "Campaign X - 214-2"),
    ],
)
def test_a_pattern_names_an_image(pattern: str, name: str) -> None:
    assert stem(pattern, BOAT) == name


def test_the_index_has_as_many_digits_as_the_last_one() -> None:
    assert stem("{index}", Named(3, 12_000, "1-1")) == "00003"


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "This names nothing"),
        (" . ", "This names nothing"),
        ("{numbr}", "There is no {numbr}"),
        ("{}", "There is no {}"),
        ("{number", "A brace is open"),
        ("number}", "A brace is open"),
        ("{number} {prompt}", "does not tell the prompt"),
    ],
)
def test_what_names_nothing_says_why(pattern: str, words: str) -> None:
    assert words in problem(pattern, for_others=True)


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_is_a_pattern_of_its_own(field: str) -> None:
    assert problem(f"{{{field}}}", for_others=False) == ""


@pytest.mark.parametrize("empty", ["{model}", "{prompt}", "{date}-{time}", "{size} ."])
def test_fields_that_are_empty_leave_the_number(empty: str) -> None:
    assert stem(empty, Named(1, 1, "3-1")) == "3-1"


@pytest.mark.parametrize("reserved", ["CON", "nul", "com1", "LPT9.old", "aux"])
def test_names_that_windows_keeps_for_itself_are_changed(reserved: str) -> None:
    assert stem(reserved, BOAT) == f"{reserved}_"


@given(st.text(max_size=60), st.text(max_size=300), st.text(max_size=40))
def test_every_name_is_one_that_every_system_takes(pattern: str, prompt: str, model: str) -> None:
    name = stem(pattern, Named(1, 1, "5-1", prompt, model, "16:9", 1, 1))

    assert name
    assert len(name.encode()) <= MAX_BYTES + 1
    assert not set(name) & set('<>:"/\\|?*\n\r\t\0')
    assert name == name.strip(" .")
    assert all(unicodedata.category(character)[0] != "C" for character in name)
    assert not name.startswith(".")
