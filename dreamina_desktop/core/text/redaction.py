"""Take out of a text what may not leave this machine: tokens, e-mail addresses, signatures of
links. Bearer tokens are cut out of any text: they are never stored, logged or shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dreamina_desktop.core.text.unescape import INVISIBLE

CUT = "[token]"  # no pattern below finds a token in it
_LONG = 20  # characters; no English word after "bearer" is as long
_LONG_WITH_DIGIT = 6


def _spread(word: str) -> str:
    """`word` as a pattern, whatever invisible characters are between its letters."""
    return f"{INVISIBLE}*".join(map(re.escape, word))


_COLON = r"(?::|%(?:25)*3A|\\u003A)"
# What a token consists of: all but what ends a word in prose, JSON, shells and (encoded) URLs.
_VALUE = (
    r"(?:[^\s\"'`,;<>(){}\[\]|\\&%]"
    r"|%(?!(?:25)*(?:0[9AD]|2[02679C]|3[BCE]|5[BCD]|7[BCD]))(?:25)*[0-9A-F]{2})+"
)
# As texts: `re` keeps what it compiled, and a start whose first frame needs none compiles none.
_USER = rf"(?i){_spread('user')}{INVISIBLE}*{_COLON}{INVISIBLE}*(?:\d{INVISIBLE}*)+-({_VALUE})"
_BEARER = rf"(?i)({_spread('bearer')}(?:\s|\+|%(?:25)*20|{INVISIBLE}){{1,9}})({_VALUE})"
_VARIABLE = (
    r"(?i)(USEAPI_TOKEN(?:\\?[\"'])?[ \t]{0,5}[=:][ \t]{0,5}(?:\\?[\"'])?)(?!\$)"
    rf"({_VALUE})"
)
_HINT = rf"(?i){_spread('bearer')}|USEAPI_TOKEN|{_spread('user')}{INVISIBLE}*{_COLON}"
_MARKS = (b"bearer", b"useapi_token", b"user:", b"user%", b"user\\")  # of which every token has one
_LEAST_SECRET = 16  # letters and digits before a colon: the name of no service is as long
_BEFORE_ALONE = r"(?:^|[\n\r])[\s\"'`]*\Z"
_AFTER_ALONE = r"[^\S\n\r]*[\"'`]?(?:[\n\r]|\Z)"


def without_tokens(text: str) -> str:
    """`text` with every bearer token replaced by `[token]`: `user:<number>-<string>` (plain,
    percent-encoded, in JSON), `Bearer …`, `USEAPI_TOKEN=…`. IDs of the vendor's other services
    (`user:1234-pixverse:…`) stay. Quick where there is none."""
    if not re.search(_HINT, text):
        return text
    text = re.sub(_USER, _cut_unless_id, text)
    text = re.sub(_BEARER, _cut_if_secret, text)
    return re.sub(_VARIABLE, rf"\1{CUT}", text)


def without_tokens_in(value: Any) -> Any:
    """A JSON value whose texts have none."""
    if isinstance(value, str):
        return without_tokens(value)
    if isinstance(value, list | tuple):
        return [without_tokens_in(each) for each in value]
    if isinstance(value, dict):
        return {without_tokens_in(name): without_tokens_in(each) for name, each in value.items()}
    return value


def without_tokens_in_bytes(data: bytes, token: str = "") -> bytes:
    """A text that is not decoded without bearer tokens, byte for byte where it has none; `token`:
    one that is known, whatever its form."""
    if token:
        data = data.replace(token.encode(), CUT.encode())
    lowered = data.lower()
    if not any(mark in lowered for mark in _MARKS):
        return data
    return without_tokens(data.decode("latin-1")).encode("latin-1")


def _cut_unless_id(found: re.Match[str]) -> str:
    """An ID goes on with a colon after the service's name, or is an address."""
    behind = f"{found[1]}{found.string[found.end() : found.end() + 6]}"
    name = re.match(r"[^\W_]*(?:-[^\W\d_]+)*", behind)
    rest = behind[name.end() :] if name else ""
    is_id = re.match(rf"(?i)(?:{_COLON}|@|%(?:25)*40)[^\s\"'`]", rest)
    return found[0] if name and is_id and len(name[0]) < _LEAST_SECRET else CUT


def _cut_if_secret(found: re.Match[str]) -> str:
    return f"{found[1]}{CUT}" if _is_secret(found) else found[0]


def _is_secret(found: re.Match[str]) -> bool:
    """Prompts speak of bearers too: "a bearer of light" has no token in it."""
    value, text = found[2], found.string
    if value.startswith("$"):
        return False  # a shell's variable
    if len(value) >= _LONG:
        return True
    if len(value) >= _LONG_WITH_DIGIT and any(character.isdigit() for character in value):
        return True
    before = text[max(0, found.start() - 40) : found.start()]
    if "auth" in before.lower():
        return True
    if not re.search(_BEFORE_ALONE, before):
        return False
    return bool(re.compile(_AFTER_ALONE).match(text, found.end()))


LAYERS = 6  # of encodings around each other
_ENCODED = r"%([0-9A-Fa-f]{2})|\\{1,8}(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))"
# What goes on after a secret within an encoded word may belong to it: nobody can tell.
_REST_OF_WORD = re.compile(r"[^\s\"'&,;)}\]<>|]*")
_NAME = r"\w.!#$%&'*+/=?^`{|}~\x80-\U0010ffff-"  # the characters before the @ of an address
_SIGNING = r"sig|token|secret|credential|passw|auth|policy|key|x-(?:amz|goog|tos|oss|cos)-"

Rule = tuple[str, str]  # what is in the first group (else all of it) -> these words

# Patterns as texts: `re` keeps what it compiled, and most starts need none.
_RULES: tuple[Rule, ...] = (
    (r"(?i)\bbearer[\s+\"'\\:=]+(?!\[token)([^\s\"'\\,;)}\]<>]+)", "[token]"),
    (r"(?i)\buser:\d+-[^\s\"'\\,;)}\]<>]+", "[token]"),
    (r"://([^\s/@\"'<>]+)@", "[credentials]"),
    (
        rf"(?<![{_NAME}])[{_NAME}]++\\*@(?:\[[^\]\s]*\]|[\w-]+(?:\.[\w-]+)*)",
        "[address]",
    ),
    (rf"(?i)[?&;][\w.~-]*(?:{_SIGNING})[\w.~-]*=([^&\s\"'<>]+)", "[signature]"),
    (r"(?i)\bx-signature[\"'\\]*\s*[:=]\s*[\"'\\]*([^&\s\"'\\<>,]+)", "[signature]"),
)
_LINK: Rule = (r"(?i)\bhttps?://[^\s/?#\"'<>]+([/?#][^\s\"'<>]+)", "/…")


def redact(text: str, homes: Iterable[str] = ()) -> str:
    """`text` without tokens, addresses and signatures; each of `homes` (folders) as `~`."""
    rules = (*_RULES, *map(_home_rule, filter(_parts, homes)))
    return without_tokens(_without(text, rules))


def without_links(text: str) -> str:
    """`text` with every URL cut behind its host."""
    return _without(text, (_LINK,))


@dataclass(frozen=True, slots=True)
class _Layer:
    """A text with some encodings undone, and where in the whole one each character began."""

    text: str
    starts: Sequence[int]

    def decoded(self) -> _Layer | None:
        """One encoding less; None where there is none."""
        pieces: list[str] = []
        starts: list[int] = []
        end = 0
        for found in re.finditer(_ENCODED, self.text):
            pieces += (self.text[end : found.start()], chr(int(found[found.lastindex or 0], 16)))
            starts += self.starts[end : found.start() + 1]
            end = found.end()
        if not end:
            return None
        return _Layer("".join((*pieces, self.text[end:])), (*starts, *self.starts[end:]))


def _without(text: str, rules: Sequence[Rule]) -> str:
    spans: list[tuple[int, int, str]] = []
    layer: _Layer | None = _Layer(text, range(len(text) + 1))
    for depth in range(LAYERS):
        if layer is None:
            break
        for pattern, words in rules:
            for found in re.finditer(pattern, layer.text):
                start, end = (layer.starts[at] for at in found.span(found.re.groups and 1))
                rest = _REST_OF_WORD.match(text, end) if depth else None
                spans.append((start, rest.end() if rest else end, words))
        layer = layer.decoded()
    return _replaced(text, sorted(spans))


def _replaced(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """Overlapping spans become one, with the words of the first."""
    pieces: list[str] = []
    done = 0
    for start, end, words in spans:
        if start >= done:
            pieces += (text[done:start], words)
        done = max(done, end)
    return "".join((*pieces, text[done:]))


def _parts(home: str) -> list[str]:
    """Its folders. The root of a disk has none, and says nothing about anybody."""
    parts = [part for part in re.split(r"[\\/]+", home) if part]
    return parts[1:] if re.fullmatch(r"[A-Za-z]:", parts[0] if parts else "") else parts


def _home_rule(home: str) -> Rule:
    """However its separators are written: `C:\\Users\\x`, `C:\\\\Users\\\\x`, `C:/Users/x`."""
    separator = r"[\\/]{1,8}"
    has_drive = home[1:2] == ":"
    start = re.escape(home[:2]) + separator if has_drive else r"[\\/]"
    names = separator.join(map(re.escape, _parts(home)))
    flags = "(?i)" if has_drive else ""
    return rf"{flags}(?<!\w){start}{names}(?![\w-]|\.\w)", "~"
