"""Cut bearer tokens out of any text: they are never stored, logged or shown."""

from __future__ import annotations

import re

from dreamina_desktop.core.wrapped_text import INVISIBLE

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
_USER = rf"(?i){_spread('user')}{INVISIBLE}*{_COLON}{INVISIBLE}*(?:\d{INVISIBLE}*)+-{_VALUE}"
_BEARER = rf"(?i)({_spread('bearer')}(?:\s|\+|%(?:25)*20|{INVISIBLE}){{1,9}})({_VALUE})"
_VARIABLE = (
    r"(?i)(USEAPI_TOKEN(?:\\?[\"'])?[ \t]{0,5}[=:][ \t]{0,5}(?:\\?[\"'])?)(?!\$)"
    rf"({_VALUE})"
)
_BEFORE_ALONE = r"(?:^|[\n\r])[\s\"'`]*\Z"
_AFTER_ALONE = r"[^\S\n\r]*[\"'`]?(?:[\n\r]|\Z)"


def without_tokens(text: str) -> str:
    """`text` with every bearer token replaced by `[token]`: `user:<number>-<string>` (plain,
    percent-encoded, in JSON), `Bearer …`, `USEAPI_TOKEN=…`."""
    text = re.sub(_USER, CUT, text)
    text = re.sub(_BEARER, _cut_if_secret, text)
    return re.sub(_VARIABLE, rf"\1{CUT}", text)


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
