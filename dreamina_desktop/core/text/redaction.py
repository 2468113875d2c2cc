"""Take out of a text what may not leave this machine: tokens, e-mail addresses, signatures of
links, the home folder; however often it is encoded for URLs or JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dreamina_desktop.core.text.bearer_token import without_tokens

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
