"""Names of exported files, made by a pattern: `{index} {number}` -> `001 214-2`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dreamina_desktop.core.export.file_name import is_reserved, slug

MAX_BYTES = 120  # of UTF-8, without the extension
MOST_LITERAL = 60  # bytes of a pattern besides its fields, for which there must be room
DEFAULT = "{number}"
DEFAULT_FOR_ME = "{number} {prompt}"
INDEX = "{index}"
PROMPT = "prompt"
LABEL = "label"

_FIELD = re.compile(r"\{([^{}]*)\}")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')


@dataclass(frozen=True, slots=True)
class Named:
    """What a name can tell of an image."""

    index: int  # its place in the export, from 1
    count: int  # of all: as many digits has the index
    number: str  # "214-2"
    prompt: str = ""
    label: str = ""  # of its job
    model: str = ""
    ratio: str = ""
    width: int | None = None  # pixels
    height: int | None = None
    created: datetime | None = None


_FIELDS: dict[str, Callable[[Named], str]] = {
    "index": lambda of: f"{of.index:0{max(3, len(str(of.count)))}d}",
    "number": lambda of: of.number,
    PROMPT: lambda of: slug(of.prompt),
    LABEL: lambda of: of.label,
    "model": lambda of: of.model,
    "ratio": lambda of: of.ratio.replace(":", "x"),
    "size": lambda of: f"{of.width}x{of.height}" if of.width and of.height else "",
    "date": lambda of: f"{of.created:%Y-%m-%d}" if of.created else "",
    "time": lambda of: f"{of.created:%H.%M.%S}" if of.created else "",
}
FIELDS = tuple(_FIELDS)


def problem(pattern: str, *, for_others: bool) -> str:
    """Why this pattern names nothing, in words; "" where it is fine. Names for others do not
    tell a prompt."""
    for field in _FIELD.findall(pattern):
        if field not in _FIELDS:
            return f"There is no {{{field}}}. There are {_listed(for_others=for_others)}."
    if for_others and f"{{{PROMPT}}}" in pattern:
        return "A name for others does not tell the prompt. Take {prompt} out, or export for you."
    if re.search(r"[{}]", _FIELD.sub("", pattern)):
        return "A brace is open. Fields look like {number}."
    if len(_FIELD.sub("", pattern).encode()) > MOST_LITERAL:
        return "This name is too long."
    if not _FIELD.search(pattern) and not _safe(pattern):
        return "This names nothing. Insert a field, such as {number}."
    return ""


def stem(pattern: str, of: Named) -> str:
    """The name without its extension: at most 120 bytes, safe on every system; the image's
    number where the pattern gives nothing."""
    return _stem(pattern, of) or of.number


def _stem(pattern: str, of: Named) -> str:
    filled = _FIELD.sub(lambda found: _value(found[1], of), pattern)
    return _safe(filled)


def _value(field: str, of: Named) -> str:
    return _FIELDS[field](of) if field in _FIELDS else ""


def _safe(name: str) -> str:
    """No character and no name that a system keeps for itself, in one line, not hidden, no blank
    or dot at its end."""
    shown = "".join(c for c in unicodedata.normalize("NFC", name) if _is_shown(c))
    plain = " ".join(_FORBIDDEN.sub("-", shown).split())
    # A field that was empty leaves a separator that nothing follows.
    plain = plain.encode()[:MAX_BYTES].decode(errors="ignore").strip(" .-_")
    return f"{plain}_" if is_reserved(plain) else plain


def _is_shown(character: str) -> bool:
    """Neither controls, nor formats (bidi marks, joiners), nor halves of characters."""
    return character.isspace() or unicodedata.category(character)[0] != "C"


def _listed(*, for_others: bool) -> str:
    names = [f"{{{name}}}" for name in FIELDS if not (for_others and name == PROMPT)]
    return f"{', '.join(names[:-1])} and {names[-1]}"
