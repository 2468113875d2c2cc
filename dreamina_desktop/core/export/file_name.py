"""Names for saved images that a person can read and every system accepts."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import dropwhile, groupby, islice
from urllib.parse import quote, unquote_to_bytes

MAX_BYTES = 80
_MAX_WORDS = 7
_MAX_WORD_BYTES = 48
_DEVICES = (f"{device}{n}" for device in ("com", "lpt") for n in "0123456789¹²³")
_RESERVED = frozenset(("con", "prn", "aux", "nul", "conin$", "conout$", *_DEVICES))
# Addresses, job IDs, asset references and links stay out of names.
_PRIVATE = re.compile(r"@|%40|:dreamina|-bot:|-u\d|://")


def folder(day: date) -> str:
    """`2026-03-02`"""
    return f"{day:%Y-%m-%d}"


def stem(number: int, index: int, prompt: str | None) -> str:
    """`0214-2 a-stunning-aurora`: job, image from 1, the first words of the prompt; at most 80
    bytes of UTF-8, no reserved name or character of any system, no e-mail address or job ID."""
    name = f"{number:04d}-{index + 1}"
    words = slug(prompt or "", MAX_BYTES - len(name) - 1)
    return f"{name} {words}" if words else name


def slug(prompt: str, most_bytes: int = MAX_BYTES) -> str:
    """The first words of a prompt, `a-stunning-aurora`: at most seven of them, without addresses,
    job IDs, references and links."""
    words = ""
    for word in islice(_words(prompt), _MAX_WORDS):
        longer = f"{words}-{word}" if words else word
        if len(longer.encode()) > most_bytes:
            break
        words = longer
    return words


def extension_of(head: bytes) -> str:
    """The extension of a picture by its first 12 bytes; "jpg" for what is none of ours."""
    if head.startswith(b"\x89PNG"):
        return "png"
    return "webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else "jpg"


def key_of(stem_of_file: str) -> tuple[int, int] | None:
    """Job and index from 0 of the image that has this name; None where it is another kind of
    name."""
    found = re.match(r"(\d{4,9})-([1-9]\d{0,3})(?: |$)", stem_of_file, re.ASCII)
    return (int(found[1]), int(found[2]) - 1) if found else None


def is_reserved(name: str) -> bool:
    """Whether Windows keeps a file's name for itself, whatever its extension."""
    return name.partition(".")[0].rstrip().lower() in _RESERVED


def _words(prompt: str) -> Iterator[str]:
    """Letters, digits and their marks, of every script. A long word (Chinese) is cut."""
    for word in prompt.split():
        if not _PRIVATE.search(word):
            plain = unicodedata.normalize("NFC", word.lower())
            for belongs, characters in groupby(plain, _belongs_in_a_word):
                if belongs and (part := _cut("".join(characters))):
                    yield part


def _belongs_in_a_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def _cut(word: str) -> str:
    """At most 48 bytes; not begun by a mark, which would join what is before it."""
    word = "".join(dropwhile(_is_mark, word))
    return word.encode()[:_MAX_WORD_BYTES].decode(errors="ignore")


def is_text(path: str) -> bool:
    """Whether every name in a path is text: Linux allows any bytes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def path_as_text(path: str) -> str:
    """A path where only text goes, as in a database or JSON: itself, or a URI where it is none."""
    return path if is_text(path) else f"file://{quote(os.fsencode(path))}"


def text_as_path(text: str) -> str:
    """The path that `path_as_text` was given. No path of ours begins with `file:///`."""
    return os.fsdecode(unquote_to_bytes(text[7:])) if text.startswith("file:///") else text
