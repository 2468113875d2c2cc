"""Names for saved images."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dreamina_desktop.core.export.file_name import MAX_BYTES, folder, key_of, stem


def test_a_folder_is_a_day() -> None:
    assert folder(date(2026, 3, 2)) == "2026-03-02"


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("A stunning aurora", "0214-2 a-stunning-aurora"),
        (None, "0214-2"),
        ("", "0214-2"),
        ("!? … 🚀", "0214-2"),
        ("CON", "0214-2 con"),
        ("../etc/passwd\\a:b*c", "0214-2 etc-passwd-a-b-c"),
        ("one two three four five six seven eight", "0214-2 one-two-three-four-five-six-seven"),
        ("hi user@example.com, you", "0214-2 hi-you"),
        ("like US%3Auser%40example.com this", "0214-2 like-this"),
        ("as j0302140530123456789i-u1-US:user@example.com-bot:dreamina", "0214-2 as"),
        ("see https://example.com/a and jabc:dreamina", "0214-2 see-and"),
        ("हिन्दी में", "0214-2 हिन्दी-में"),
        ("Ünïcode E\u0301te\u0301", "0214-2 ünïcode-été"),
        ("\u0301\u0301a", "0214-2 a"),
        ("a\ud800b", "0214-2 a-b"),
    ],
)
def test_a_name_has_numbers_and_the_first_words(prompt: str | None, name: str) -> None:
    assert stem(214, 1, prompt) == name


def test_a_long_word_is_cut_at_a_whole_character() -> None:
    assert stem(1, 0, "山" * 100) == f"0001-1 {'山' * 16}"


def test_large_numbers_stay_whole() -> None:
    assert stem(123456, 9, "a") == "123456-10 a"


@given(st.text())
@example("con. ")
@example("a" * 300)
def test_every_system_takes_the_name(prompt: str) -> None:
    name = stem(214, 0, prompt)
    assert len(name.encode()) <= MAX_BYTES
    assert name.startswith("0214-1")
    assert name == name.strip(" .-")
    assert not set(name) & set('<>:"/\\|?*@%\n\r\t\x00\x7f')


@pytest.mark.parametrize(
    ("stem_of_file", "key"),
    [
        ("0214-2 a-stunning-aurora", (214, 1)),
        ("0214-2", (214, 1)),
        ("0001-1 (2)", (1, 0)),
        ("12345-4 aurora (3)", (12345, 3)),
        ("0214-0", None),
        ("214-1 aurora", None),
        ("0214-2-aurora", None),
        ("aurora", None),
    ],
)
def test_a_name_tells_which_image_it_is(stem_of_file: str, key: tuple[int, int] | None) -> None:
    assert key_of(stem_of_file) == key
