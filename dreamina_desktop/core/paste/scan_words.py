"""Find job IDs, and what was meant to be one, in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dreamina_desktop.core.jobs.job_id import END, MAX_LENGTH, is_possible, why_impossible

_REACH = 4096  # how far around a mark a word is looked at; keeps the work linear
_SHOWN = 80
_ENDING = re.compile(r":dreamina(?:(?![A-Za-z0-9])|(?=j\d{10}))", re.ASCII)
_OUTSIDE = re.compile(r"[\s/?#%]")  # in no ID, and all that no ID has in it
# The inferred form begins like this; it is recognised wherever it begins.
_BEGINNING = re.compile(r"j\d{19}[A-Za-z]-u\d|(?<![A-Za-z0-9])j\d{10}", re.ASCII)
_HARD = re.compile(r'["`<>,;|()\[\]{}\\]')  # separates words, and is in no e-mail address
_SOFT = re.compile(r"""["`<>,;|()\[\]{}\\'&=]""")
_LABEL = re.compile(r"(?:[^A-Za-z0-9]*(?i:job|id|job[ _-]?id):)?[^A-Za-z0-9]*(?=j)")
_AIM = re.compile(
    r"(?<![A-Za-z0-9])j\d{10}|(?<![A-Za-z0-9])j\d{4,9}(?=…|\.\.\.)|-bot:|:dreamina", re.ASCII
)
_WORD_END = re.compile(r"""[\s"'`<>,;|()\[\]{}\\]""")
_HIDDEN = re.compile(r"\[email\s{0,5}protected\](?P<tail>(?:-bot)?:dreamina)?", re.IGNORECASE)
_HIDDEN_HEAD = re.compile(r"(?<![A-Za-z0-9])j(?P<time>[0-9]{10})?[^\s/?#%\"'`<>,;|\\]*\Z")
# No token, hidden address or shortened ID has this form.
_NAME = r"[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)*+"
_HOST = r"[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*+"
_LONE_IDS = re.compile(
    rf"(?:j\d{{19}}[A-Za-z]-u\d{{1,12}}-[A-Z]{{2}}:{_NAME}@{_HOST}(?<=-bot):dreamina"
    r"(?:[ \t\r\n]++|\Z))*+",
    re.ASCII,
)
_MASKED = re.compile(
    r"j\d{19}[A-Za-z]-u\d{1,12}-[A-Z]{2}:(?=[^\s@]{0,64}[*•●∗]{2}|[^\s@]{1,64}@[^\s:]{0,64}?[*•●∗]{2})"
    r"[^\s:]{1,200}:dreamina",
    re.ASCII,
)
_CUT = "cut short: copy the whole ID"
_NO_BEGINNING = "its beginning is missing: a job ID begins with j and a date"
_NO_END = "its end is missing: a job ID ends with :dreamina"
_NO_DIGIT = "a job ID has digits in it"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A word that looks like a job ID and cannot be one, with the reason in words."""

    text: str  # shortened to 80 characters, for showing
    reason: str


def rejected(word: str, reason: str) -> Rejected:
    """`word` shortened, and without what cannot be printed."""
    return Rejected(shortened(word, _SHOWN), reason)


def shortened(text: str, length: int) -> str:
    """At most so many characters, for showing; without those that cannot be encoded."""
    shown = text[:length].encode(errors="replace").decode()
    return shown if len(text) <= length else f"{shown[:-1]}…"


def lone_ids(text: str) -> Sequence[str] | None:
    """The IDs of a text that is nothing but IDs of the usual form with white space after each, as
    scripts write them; None where it is anything else. Much faster than looking for them."""
    if not _LONE_IDS.fullmatch(text):
        return None
    words = text.split()
    are_ids = len(_BEGINNING.findall(text)) == len(words)
    return words if are_ids and max(map(len, words), default=0) <= MAX_LENGTH else None


def without_hidden(text: str) -> tuple[str, int]:
    """`text` without the IDs whose e-mail address a web page hid or masked, and how many there
    were."""
    text, masked = _MASKED.subn(" ", text)
    kept: list[str] = []
    position = 0
    for mark in _HIDDEN.finditer(text):
        reach = max(position, mark.start() - MAX_LENGTH)
        head = _HIDDEN_HEAD.search(text, reach, mark.start())
        if head and (head["time"] or mark["tail"]):
            kept.append(text[position : head.start()])
            position = mark.end()
    return " ".join((*kept, text[position:])), len(kept) + masked


def id_words(text: str) -> Iterator[tuple[int, str | Rejected]]:
    """The IDs in `text`, and words that aim at being one and cannot be, in order, each with its
    place. Linear."""
    position = looked_at = 0
    for ending in _ENDING.finditer(text):
        reach = max(looked_at, ending.end() - _REACH)
        looked_at = ending.end()
        chunk = _OUTSIDE.split(text[reach : ending.end()])[-1]
        start = _start(chunk)
        if start is None or not _is_id(chunk[start:]):
            continue
        begin = ending.end() - len(chunk) + start
        yield from _misfits(text, position, begin)
        yield begin, chunk[start:]
        position = ending.end()
    yield from _misfits(text, position, len(text))


def _is_id(word: str) -> bool:
    return is_possible(word) and not _is_shortened(word) and not _is_half(word)


def _is_half(word: str) -> bool:
    """The rest of an ID behind a break: an e-mail address may begin with j too."""
    return not re.search(r"\d", word) or ("@" in word and not re.match(r"j\d{10}", word))


def _is_shortened(word: str) -> bool:
    return "…" in word or "..." in word


def _start(chunk: str) -> int | None:
    """Where in `chunk`, which ends as an ID does, the ID begins; None where none does."""
    beginning = max((found.start() for found in _BEGINNING.finditer(chunk)), default=None)
    if beginning is not None and not _HARD.search(chunk, beginning):
        return beginning
    piece = max((found.end() for found in _SOFT.finditer(chunk)), default=0)
    if label := _LABEL.match(chunk, piece):
        return label.end()
    # IDs are opaque: these characters may belong to one of an unknown form.
    return 0 if re.match(r"j(?!\w*=)[^\"`<>\[\]{}\\]*\Z", chunk) else None


def _misfits(text: str, start: int, end: int) -> Iterator[tuple[int, Rejected]]:
    """Words between two IDs that were meant to be one."""
    position = start
    last = ""
    for aim in _AIM.finditer(text, start, end):
        if aim.start() < position:
            continue
        word, position = _word_around(text, aim, position, end)
        reason = _why_not(word)
        if reason and not (reason == _NO_BEGINNING and last == _NO_END):  # two halves are one ID
            yield aim.start(), rejected(word, reason)
        last = reason or last


def _word_around(text: str, aim: re.Match[str], start: int, end: int) -> tuple[str, int]:
    """The word that has `aim` in it, and where it ends."""
    begin = aim.start()
    if not aim[0].startswith("j"):
        reach = max(start, begin - _REACH)
        begin -= len(_WORD_END.split(text[reach:begin])[-1])
    until = _WORD_END.search(text, aim.end(), min(end, aim.end() + _REACH))
    finish = until.start() if until else min(end, aim.end() + _REACH)
    return _of_url(text[begin:finish]), finish


def _of_url(word: str) -> str:
    """The part of a URL that was meant to be an ID; any other word as it is."""
    if "://" in word:
        found = _AIM.search(word)
        begin = word.rfind("/", 0, found.start() + 1 if found else None) + 1
        word = word[begin:]
    return word if END in word else re.split(r"[/?#&]", word)[0]


def _why_not(word: str) -> str:
    """What is wrong with a word that aims at being an ID; "" where it does not."""
    begins = re.match(r"j\d{4}", word, re.ASCII) is not None
    if not begins and END not in word:
        return ""
    if _is_shortened(word):
        return _CUT
    service = re.search(r"-bot:([a-z]+)", word)
    if service and not END.startswith(f":{service[1]}"):
        return f"a job of another service ({service[1][:20]})"
    if reason := why_impossible(word):
        return reason
    if not word.startswith("j") or (word.endswith(END) and "@" in word and not begins):
        return _NO_BEGINNING
    return _NO_DIGIT if word.endswith(END) else _NO_END
