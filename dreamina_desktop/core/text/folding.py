"""Texts as they are compared and searched: case, width, accents and quotes do not matter."""

from __future__ import annotations

import re
import unicodedata

from dreamina_desktop.core.text.unescape import without_invisible

# What is written above and below the letters of Latin, Greek, Cyrillic, Hebrew and Arabic; in
# other scripts such signs are letters of their own.
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]"
)
_PLAIN = str.maketrans(
    {
        "ł": "l", "đ": "d", "ø": "o", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe",
        "’": "'", "‘": "'", "ʼ": "'", "′": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"',
        "»": '"', "「": '"', "」": '"', "『": '"', "』": '"', "\0": " ",
    }
)  # fmt: skip


def caseless(text: str) -> str:
    """As names are compared: case, width and compatibility forms do not matter."""
    return unicodedata.normalize("NFKC", text).casefold()


def folded(text: str) -> str:
    """As texts are searched: as `caseless`, and without accents and invisible characters, with
    straight quotes."""
    text = caseless(without_invisible(text))
    if not text.isascii():
        bare = _MARKS.sub("", unicodedata.normalize("NFD", text))
        text = unicodedata.normalize("NFC", bare)
    return text.translate(_PLAIN)
