"""Undoing what wraps IDs in text."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.text.unescape import percent_decoded, plain, unescaped, without_invisible

# Format characters that are drawn: signs before numbers, hieroglyphs' joints and the like.
DRAWN = {
    *range(0x600, 0x606),
    *(0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD),
    *range(0x13430, 0x13440),
    *range(0x1BCA0, 0x1BCA4),
}


def test_every_control_and_format_character_without_a_glyph_is_invisible() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.category(character) in ("Cc", "Cf") and code not in DRAWN:
            assert without_invisible(character) == "" or character.isspace(), hex(code)


@pytest.mark.parametrize("text", ["a b", "a\tb\r\nc", "a\u00a0b", "a\u2028b", "日本", "é", "🚀"])
def test_what_is_seen_or_separates_stays(text: str) -> None:
    assert without_invisible(text) == text


def test_percent_encoding_is_undone_at_most_twice() -> None:
    assert percent_decoded("a%3Ab") == "a:b"
    assert percent_decoded("a%253Ab") == "a:b"
    assert percent_decoded("a%25253Ab") == "a%3Ab"
    assert percent_decoded("100% a+b") == "100% a+b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\\u003Ab", "a:b"),
        ('\\"a\\/b\\"', '"a/b"'),
        ("a\\nb\\tc\\rd", "a\nb\tc\rd"),
        ("a\\bb", "a b"),
        ("\\ud83d\\ude80", "🚀"),
        ("\\ud83d!", "\ufffd!"),
        ("\\x \\", "\\x \\"),
    ],
)
def test_the_escapes_of_json_are_undone(text: str, expected: str) -> None:
    assert unescaped(text) == expected


def test_spreadsheets_line_breaks_separate() -> None:
    assert plain("a_x000D_b_x000a_c").split() == ["a", "b", "c"]


def test_invisible_characters_that_were_encoded_are_dropped() -> None:
    assert plain("a%E2%80%8Bb\\u200bc") == "abc"


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(plain(text), str)
