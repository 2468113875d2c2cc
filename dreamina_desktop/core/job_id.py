"""Find job IDs, whole job records and bearer tokens in any text (docs/api.md, "Identifiers")."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from dreamina_desktop.core.record import is_record, parse_record

MAX_LENGTH = 256
_END = ":dreamina"
_SHOWN = 80
_KEY = '"jobid"'
# What separates words in text, JSON, shells and spreadsheets; none of it is in an ID.
_WORD = re.compile(r"[^\s\"'`<>(){}\[\],;|\\]+")
_INVISIBLE = re.compile(
    r"[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1f\x7f]"
)
_ID = re.compile(r"j[^\s/?#%\"'`<>(){}\[\],;|\\&=]*?:dreamina(?![A-Za-z0-9_-])")
_AIMS = re.compile(r"^j\d{10}|:dreamina$|-bot:", re.ASCII)
_HIDDEN_ID = re.compile(r"\bj\d[^\s\"']{0,80}?\[email[\s\u00a0]*protected\]\S*", re.IGNORECASE)
_INNER = re.compile(
    r"j(?P<time>\d{10})(?P<ms>\d{3})\d{6}(?P<type>[A-Za-z])-u(?P<user>\d{1,12})-"
    r"(?P<account>.+)-bot:dreamina",
    re.ASCII | re.DOTALL,
)
_TOKENS = re.compile(
    r"\bBearer(?:\s|%20)+[^\s\"'`,;)}\]\\]+|\buser(?::|%3A)\d+-[^\s\"'`,;)}\]\\&]+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A word that looks like a job ID and cannot be one, with the reason in words."""

    text: str  # shortened to 80 characters, for showing
    reason: str


@dataclass(frozen=True, slots=True)
class Finds:
    """What a text holds. IDs are unique and in the order of the text."""

    jobids: tuple[str, ...] = ()
    records: Mapping[str, bytes] = field(default_factory=dict)  # raw JSON by job ID, a subset
    videos: tuple[str, ...] = ()  # by their type letter (inferred)
    hidden: int = 0  # IDs with "[email protected]" in them
    rejected: tuple[Rejected, ...] = ()
    maybe: str | None = None  # the text is this one word, which does not look like an ID
    had_token: bool = False  # a bearer token was in the text; it is in none of the fields


@dataclass(frozen=True, slots=True)
class JobIdParts:
    """What an ID says about its job (inferred from other clients' code)."""

    created: datetime | None  # UTC; the year is the one nearest before `now`
    type_letter: str
    user_number: int | None
    account: str | None  # `US:user@example.com`


def find(text: str) -> Finds:
    """Everything in `text`; never raises, linear in its length."""
    plain = without_tokens(text)
    had_token = plain != text
    plain = _INVISIBLE.sub("", plain)
    hidden = len(_HIDDEN_ID.findall(plain))
    plain = _HIDDEN_ID.sub(" ", plain)
    spans, records = _records(plain)
    found: dict[str, None] = {}
    rejected: list[Rejected] = []
    for word, own in _words(plain, spans):
        if own is not None and is_possible(own):
            found[own] = None
        else:
            ids = list(_ids(word))
            found.update(dict.fromkeys(ids))
            if not ids and (reason := _why_not(word)):
                rejected.append(Rejected(_shortened(word), reason))
    jobids = [jobid for jobid in found if not _is_video(jobid)]
    maybe = None if found or hidden or had_token else _only_word(plain)
    if maybe is not None and not is_possible(maybe):
        if not rejected:
            rejected.append(Rejected(_shortened(maybe), _illegal(maybe)))
        maybe = None
    videos = tuple(jobid for jobid in found if _is_video(jobid))
    if len(found) == 1 and videos and _only_word(plain) == videos[0]:
        maybe = videos[0]
    return Finds(
        jobids=tuple(jobids),
        records={jobid: raw for jobid, raw in records.items() if jobid in found},
        videos=videos,
        hidden=hidden,
        rejected=tuple({one.text: one for one in rejected}.values()),
        maybe=maybe,
        had_token=had_token,
    )


def is_possible(word: str) -> bool:
    """Whether a word may be sent as a job ID at all: 1 to 256 characters, no white space,
    control or invisible character, slash, `?`, `#`, `%`; not `.` or `..`."""
    return not _illegal(word)


def parts(jobid: str, now: datetime) -> JobIdParts | None:
    """The inner form of an ID, None where it is unknown."""
    found = _INNER.fullmatch(jobid)
    if found is None:
        return None
    return JobIdParts(
        created=_created(found["time"], found["ms"], now),
        type_letter=found["type"],
        user_number=int(found["user"]),
        account=found["account"],
    )


def without_tokens(text: str) -> str:
    """`text` with every bearer token (`user:<number>-<string>`, `Bearer …`) cut out."""
    return _TOKENS.sub(" ", text)


def _created(time: str, ms: str, now: datetime) -> datetime | None:
    """The ID has no year: the latest one that is not in the future (a day's leeway)."""
    for year in (now.year + 1, now.year, now.year - 1, now.year - 2, now.year - 3, now.year - 4):
        try:
            at = datetime.strptime(f"{year}{time}", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            continue  # 29 February
        if at <= now + timedelta(days=1):
            return at + timedelta(milliseconds=int(ms))
    return None


def _ids(word: str) -> Iterator[str]:
    """The IDs in one word; percent-encoding is undone at most twice."""
    for _ in range(3):
        if found := [jobid for jobid in _ID.findall(word) if len(jobid) <= MAX_LENGTH]:
            yield from found
            return
        if "%" not in word:
            return
        word = unquote(word)


def _is_video(jobid: str) -> bool:
    found = _INNER.fullmatch(jobid)
    return found is not None and found["type"] in "vV"


def _illegal(word: str) -> str:
    """Why a word can never be sent as an ID, in words; "" when it can."""
    if word in ("", ".", ".."):
        return "not a job ID"
    if len(word) > MAX_LENGTH:
        return f"too long: {len(word)} characters, and a job ID has at most {MAX_LENGTH}"
    for character in word:
        if character in "/?#%":
            return f"a job ID has no {character} in it"
        if character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            return "a job ID has no white space or invisible character in it"
    return ""


def _why_not(word: str) -> str:
    """For a word that aims at being an ID: what is wrong with it; "" for any other word."""
    plain = unquote(word) if "%" in word else word
    if "://" in plain or not _AIMS.search(plain):
        return ""
    if "…" in plain or "..." in plain:
        return "cut short: copy the whole ID"
    return _illegal(plain) or "not a whole job ID: it begins with j and ends with :dreamina"


def _shortened(word: str) -> str:
    return word if len(word) <= _SHOWN else f"{word[: _SHOWN - 1]}…"


def _only_word(text: str) -> str | None:
    """The text where it is one word, without quotes around it; not a URL."""
    word = text.strip().strip("\"'`,;<>()[]{}").strip()
    if not word or len(word.split()) != 1 or "://" in word:
        return None
    return word


def _words(text: str, spans: list[tuple[int, int, str]]) -> Iterator[tuple[str, str | None]]:
    """Words outside records, and each record's own ID at its place."""
    position = 0
    for start, end, jobid in spans:
        for found in _WORD.finditer(text, position, start):
            yield found[0], None
        yield "", jobid
        position = end
    for found in _WORD.finditer(text, position):
        yield found[0], None


def _records(text: str) -> tuple[list[tuple[int, int, str]], dict[str, bytes]]:
    """Where whole records are in the text, and their raw JSON: the better one of two."""
    spans: list[tuple[int, int, str]] = []
    records: dict[str, bytes] = {}
    position = 0
    budget = 4 * len(text) + 1_000_000  # characters decoded in vain: keeps it linear
    while budget > 0 and _KEY in text and (start := text.find("{", position)) >= 0:
        value, end = _decoded(text, start)
        if is_record(value):
            spans.append((start, end, value["jobid"]))
            _keep_better(records, value["jobid"], text[start:end].encode(errors="replace"))
            position = end
        else:
            budget -= end - start
            whole = value is not None and text.find(_KEY, start, end) < 0
            position = end if whole else start + 1
    return spans, records


def _decoded(text: str, start: int) -> tuple[Any, int]:
    """The JSON object that begins at `start`, and where it ends; None where there is none."""
    try:
        return _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return None, max(error.pos, start + 1)
    except (RecursionError, ValueError):
        return None, start + 10_000


def _keep_better(records: dict[str, bytes], jobid: str, raw: bytes) -> None:
    """Final beats running, later beats earlier."""
    if jobid not in records or _rank(raw) >= _rank(records[jobid]):
        records[jobid] = raw


def _rank(raw: bytes) -> tuple[bool, datetime]:
    record = parse_record(json.loads(raw))
    return record.is_final, record.updated or datetime.min.replace(tzinfo=UTC)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
