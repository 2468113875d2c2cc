"""Tell whole job records from the text around them: saved answers, webhook bodies, logs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, unquote_plus

from dreamina_desktop.core.jobs.found_images import names_video
from dreamina_desktop.core.jobs.job_id import END, is_possible
from dreamina_desktop.core.jobs.record import JobRecord, is_record, parse_record
from dreamina_desktop.core.paste.text_slices import SLICE, slices_between_objects
from dreamina_desktop.core.text.unescape import unescaped, without_invisible

# Objects with a job ID within objects with a job ID: a record needs two, a list of them three.
# Each is decoded when it closes, so that this bounds the work for each character.
_MAX_NESTING = 8
_MAX_WRAPPINGS = 3
_LONGEST_LITERAL = 1_000_000  # characters of a record as Python prints it
_CHARACTERS_AT_ONCE = 1_000_000
_LONGEST_KEY = 10  # characters, with its quotes
_TOKENS_AT_ONCE = 2_000  # some milliseconds


@dataclass(frozen=True, slots=True)
class _Notation:
    """How objects are written; a string is a key, or ends what holds it."""

    opening: re.Pattern[str]
    token: re.Pattern[str]  # a whole string with what comes next, or a brace, or a lone quote
    key: re.Pattern[str]


_JSON = _Notation(
    re.compile(r'\{(?=\s*+")'),
    re.compile(
        r'"(?P<string>[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+)"\s*+(?P<next>[:,}\]])|[{}"]'
    ),
    re.compile(r'"job_?id"', re.IGNORECASE),
)
_PYTHON = _Notation(
    re.compile(r"\{(?=\s*+['\"])"),
    re.compile(
        r"""(?P<quote>['"])(?P<string>(?:(?!(?P=quote))[^\\\n]|\\.)*+)(?P=quote)"""
        r"""\s*+(?P<next>[:,}\])])|[{}'"]"""
    ),
    re.compile(r"'job_?id'", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class PastedRecord:
    """A job record in a text."""

    jobid: str
    raw: bytes | None  # its JSON as in the text, UTF-8; None when it says too little to be kept
    is_final: bool
    updated: datetime

    def is_better_than(self, other: PastedRecord) -> bool:
        """Final beats running; then the later change, then the later place in the text."""
        return (self.is_final, self.updated) >= (other.is_final, other.updated)


@dataclass(slots=True)
class _Open:
    """An object whose end has not come yet."""

    start: int
    has_jobid: bool = False
    nesting: int = 0  # how deep objects with a job ID are nested in it


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    record: PastedRecord


def pieces(text: str) -> Iterator[str | PastedRecord]:
    """The records of a text and the text between them, in order. Records that were put into a
    JSON string, a spreadsheet's cell or a URL are unwrapped. Never raises. Linear, and a little
    at a time: what took a moment, or comes from a long text, is a piece of its own, often ""."""
    yield from _pieces(text, _MAX_WRAPPINGS)


def _pieces(text: str, wrappings: int) -> Iterator[str | PastedRecord]:
    position = 0
    spans: list[_Span] = []
    for _ in _spans(text, spans):
        yield ""
    for span in spans:
        yield from _between(text[position : span.start], wrappings)
        yield span.record
        position = span.end
    yield from _between(text[position:], wrappings)


def record_spans(text: str) -> Iterator[tuple[int, int] | None]:
    """Where the records that are not wrapped begin and end, and None after each moment that it
    took to find them. Linear; never raises."""
    spans: list[_Span] = []
    for _ in _spans(text, spans):
        yield None
    yield from ((span.start, span.end) for span in spans)


def from_page(text: str) -> str:
    """Web pages indent with no-break spaces, which JSON does not know."""
    return without_invisible(text).replace("\u00a0", " ")


def _between(text: str, wrappings: int) -> Iterator[str | PastedRecord]:
    if len(text) <= 2 * SLICE:
        yield from _unwrapped(text, wrappings)
        return
    for part in slices_between_objects(text):
        yield from _unwrapped(part, wrappings)


def _unwrapped(text: str, wrappings: int) -> Iterator[str | PastedRecord]:
    for mark, unwrap in _WRAPPINGS:
        if wrappings and mark.search(text) and (unwrapped := unwrap(text)) != text:
            yield from _pieces(unwrapped, wrappings - 1)
            return
    yield text


def _spans(text: str, spans: list[_Span]) -> Iterator[None]:
    """Put into `spans` where the outermost records are, envelopes around a record not counted."""
    for found in _objects(text):
        if found is None:
            yield
            continue
        start, end = found
        record = _record(text[start:end])
        yield
        if record is None:
            continue
        first = next((n for n in reversed(range(len(spans))) if spans[n].start < start), -1) + 1
        if not _is_envelope(record, spans[first:]):
            spans[first:] = [_Span(start, end, record)]


def _is_envelope(record: PastedRecord, inner: list[_Span]) -> bool:
    """Whether an object only repeats the ID and a state of the whole record in it."""
    says_all = record.raw is not None and record.is_final
    return not says_all and any(span.record.raw is not None for span in inner)


def _objects(text: str, notation: _Notation = _JSON) -> Iterator[tuple[int, int] | None]:
    """Where objects with the key "jobid" begin and end, the inner ones first; None now and
    then. What is no JSON (prose with quotes, a line that was cut) only ends the objects that were
    open."""
    for start in range(0, len(text), _CHARACTERS_AT_ONCE):
        if notation.key.search(text, start, start + _CHARACTERS_AT_ONCE + _LONGEST_KEY):
            break
        yield None
    else:
        return
    opened: list[_Open] = []
    for count, token in enumerate(_tokens(text, opened, notation)):
        if not count % _TOKENS_AT_ONCE or token is None:
            yield None
        if token is None:
            continue
        if token[0] == "{":
            opened.append(_Open(token.start()))
        elif token[0] == "}":
            closed = opened.pop()
            depth = closed.nesting + closed.has_jobid
            if opened:
                opened[-1].nesting = max(opened[-1].nesting, depth)
            if closed.has_jobid and depth <= _MAX_NESTING:
                yield closed.start, token.end()
        elif token[0] in "'\"":
            opened.clear()
        else:
            opened[-1].has_jobid |= _is_jobid(token["string"]) and token["next"] == ":"


def _tokens(text: str, opened: list[_Open], notation: _Notation) -> Iterator[re.Match[str] | None]:
    """What matters next, given the objects that are open by then; None where a while long nothing
    does."""
    position = 0
    while True:
        if not opened:
            position = text.find("{", position)
            if position < 0:
                return
            token = notation.opening.match(text, position)
            position += 1
        else:
            token = notation.token.search(text, position, position + SLICE)
            if token and token[0] in "'\"":  # a string may be longer
                token = notation.token.match(text, token.start()) or token
            if token is None and position + SLICE >= len(text):
                return
            position = _after(token) if token else position + SLICE
        yield token


def _after(token: re.Match[str]) -> int:
    """What comes after a string is looked at as itself."""
    return token.end() if token["string"] is None else token.start("next")


def _record(text: str) -> PastedRecord | None:
    odd: list[str] = []  # NaN and its like, which only Python takes for JSON
    try:
        value = json.loads(text, parse_constant=odd.append)
    except (ValueError, RecursionError):
        return None
    named = _with_our_key(value)
    if not is_record(named) or not _is_dreamina(named["jobid"]):
        return None
    if odd or named is not value:
        text = json.dumps(named, ensure_ascii=False)
    record = parse_record(named)
    return PastedRecord(
        jobid=record.jobid,
        raw=text.encode(errors="replace") if _is_whole(named, record) else None,
        is_final=record.is_final,
        updated=record.updated or datetime.min.replace(tzinfo=UTC),
    )


def _with_our_key(value: Any) -> Any:
    """The vendor's other services, and programs between, write `jobId`."""
    if not isinstance(value, dict) or "jobid" in value:
        return value
    return {"jobid" if _is_jobid(key) else key: part for key, part in value.items()}


def _is_jobid(key: str) -> bool:
    return key.lower() in ("jobid", "job_id")


def _is_dreamina(jobid: str) -> bool:
    """The vendor's other services have records and IDs of the same form."""
    return is_possible(jobid) and ("-bot:" not in jobid or jobid.endswith(END))


def _is_whole(value: Mapping[str, Any], record: JobRecord) -> bool:
    """Whether a final state comes with what makes it worth keeping: a line of a log that only
    names it would else end the polling of a job whose images are still to come."""
    if record.status == "completed":
        response = value.get("response")
        has_list = isinstance(response, Mapping) and isinstance(response.get("images"), list)
        return has_list or bool(record.images) or names_video(value)
    if record.status == "failed":
        return bool(value.get("error")) or value.get("code") not in (None, 200, "200")
    return True


def _from_cell(text: str) -> str:
    """Spreadsheets double the quotes of a cell that they quote."""
    return text.replace('""', '"')


def _from_url(text: str) -> str:
    """Forms write a plus for a blank."""
    return unquote_plus(text) if re.search("%22(?:%3A|%2C)\\+", text) else unquote(text)


# In one piece, or in lines of one length as in mails.
_ENCODED = re.compile(
    r"(?:[A-Za-z0-9+/]{60,76}\r?\n)++(?:[A-Za-z0-9+/]{1,76}={0,2})?|[A-Za-z0-9+/_-]{40,}={0,2}"
)
# `jobid`, `jobId` and `dreamina` at each of the three places that they can have in base64.
_CODES = (
    *("am9ia", "am9iS", "pvYmlk", "pvYklk", "qb2JpZ", "qb2JJZ"),
    *("ZHJlYW1pbm", "RyZWFtaW5h", "kcmVhbWluY"),
)
_IN_BASE64 = re.compile("|".join(_CODES))
_IN_LINES_OF_BASE64 = re.compile("|".join("(?:\r?\n)?".join(code) for code in _CODES))


def _decoded(text: str) -> str:
    """Bodies in base64, as queues and saved traffic hold them, in the place of their codes."""
    return _ENCODED.sub(lambda code: _decoded_body(code[0]), text)


def _decoded_body(whole: str) -> str:
    code = "".join(whole.split())
    if not _IN_BASE64.search(code):
        return whole
    from base64 import b64decode  # noqa: PLC0415 (few pastes hold any)

    standard = code.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        body = b64decode(standard + "=" * (-len(standard) % 4)).decode()
    except ValueError:
        return whole
    return f"{body}\n" if whole.endswith("\n") else body


def _from_python(text: str) -> str:
    """What `print(job)` shows of a record, as JSON in its place."""
    kept: list[str] = []
    position = len(text)
    for start, end in sorted(filter(None, _objects(text, _PYTHON)), reverse=True):
        if end <= position and end - start <= _LONGEST_LITERAL:
            kept += (text[end:position], _as_json(text[start:end]))
            position = start
    return "".join((text[:position], *reversed(kept)))


def _as_json(literal: str) -> str:
    import ast  # noqa: PLC0415 (few pastes hold any)

    try:
        return json.dumps(ast.literal_eval(literal), ensure_ascii=False)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return literal


def _from_html(text: str) -> str:
    from html import unescape  # noqa: PLC0415 (few pastes hold any)

    return unescape(text)


def _mark(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_WRAPPINGS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (_mark(r'\\"job_?id\\'), unescaped),
    (_mark('""job_?id""'), _from_cell),
    (_mark("22job_?id%"), _from_url),
    (_mark("&(?:amp;)*(?:quot|#34|#x22);job_?id&"), _from_html),
    (_PYTHON.key, _from_python),
    (_IN_LINES_OF_BASE64, _decoded),
    (_JSON.key, from_page),
)
