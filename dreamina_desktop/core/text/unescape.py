"""Undo what wraps job IDs in text: bytes, invisible characters, percent-encoding, JSON escapes."""

from __future__ import annotations

import codecs
import re
from urllib.parse import unquote

# Characters without a glyph that shells, spreadsheets, chats and web pages leave around words.
# White space is not among them: it separates words.
INVISIBLE = (
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_INVISIBLE = re.compile(INVISIBLE)
_CELL_BREAK = re.compile(r"_x00(?:0[9A-Da-d]|A0|a0)_")  # white space, as spreadsheets save it
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|([nrtbf"\\/]))')
_TIMES_ENCODED = 2
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LONGEST_PAGE = 200_000  # characters of HTML: some 20 ms
_NAMES_JOBS = "dreamina"
_UNSEEN_IN_PAGE = re.compile(
    r"<!--.*?-->|<(style|script|head)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_BREAKS_OF_PAGES = (
    (re.compile(r" ?</t[dh]>(?=\s*<t[dh])\s*", re.IGNORECASE), "\t"),
    (re.compile(r" ?<br\b[^<>]*> ?", re.IGNORECASE), "\n"),
    (re.compile(r" ?</(?:p|div|tr|li|h[1-6]|pre|table)> ?", re.IGNORECASE), "\n"),
)
_DECODED_AT_ONCE = 1024 * 1024  # bytes: all else waits for a moment only


def decoded(data: bytes) -> str:
    """A text from elsewhere: UTF-8, or UTF-16 where it says so (PowerShell); what is neither is
    read as well as it can be. Never raises."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    starts = range(0, len(data), _DECODED_AT_ONCE)
    parts = [decoder.decode(data[start : start + _DECODED_AT_ONCE]) for start in starts]
    return "".join((*parts, decoder.decode(b"", final=True)))


def text_of_html(page: str) -> str:
    """What a page shows: its cells between tabs, its rows and paragraphs in lines. A page that
    names job IDs in its addresses alone, or a very long one, stays as it is."""
    if len(page) > _LONGEST_PAGE:
        return page
    import html  # noqa: PLC0415 (few pastes are pages)

    text = " ".join(_UNSEEN_IN_PAGE.sub(" ", page).split())
    for tag, sign in _BREAKS_OF_PAGES:
        text = tag.sub(sign, text)
    text = html.unescape(_TAG.sub("", text))
    lines = "\n".join(line.strip(" ") for line in text.split("\n")).strip("\n")
    return page if _NAMES_JOBS in page and _NAMES_JOBS not in text else lines


def says_encoding(data: bytes) -> bool:
    """Whether it begins with a byte order mark."""
    return data.startswith(tuple(mark for mark, _ in _MARKS))


def plain(text: str) -> str:
    """`text` as a person would read it; for finding words, not for keeping."""
    text = _CELL_BREAK.sub(" ", without_invisible(text))
    for _ in range(_TIMES_ENCODED):
        text = unescaped(text)
    return without_invisible(percent_decoded(text))


def without_invisible(text: str) -> str:
    """`text` without the characters that nobody sees (line breaks and spaces stay)."""
    return text if text.isascii() and text.isprintable() else _INVISIBLE.sub("", text)


def percent_decoded(text: str) -> str:
    """Undo percent-encoding, also where it was applied twice. `+` stays a plus."""
    for _ in range(_TIMES_ENCODED):
        if "%" not in text:
            break
        text = unquote(text)
    return text


def unescaped(text: str) -> str:
    """Undo the escapes of one JSON string, anywhere in `text`; unknown ones stay."""
    if "\\" not in text:
        return text
    text = _ESCAPE.sub(_character, text)
    # Two escapes may be the halves of one character; a half alone is no character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(escape: re.Match[str]) -> str:
    code, letter = escape.groups()
    if code is not None:
        return chr(int(code, 16))
    return {"n": "\n", "r": "\r", "t": "\t"}.get(letter, " " if letter in "bf" else letter)
