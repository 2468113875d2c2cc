"""Cut bearer tokens out of any text: they are never stored, logged or shown."""

from __future__ import annotations

import re
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
    """The same for a text that is not decoded, byte for byte where it has none; `token`: one that
    is known, whatever its form."""
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
