"""In what the requests behind some images differ; prompts word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from dreamina_desktop.core.jobs.record import JobRecord
from dreamina_desktop.core.text.wording import shortened

MOST_WORDS = 600  # of a prompt: comparing takes their square
MOST_CHARACTERS = 6_000  # of a prompt
_WORDS = re.compile(r"[^\W_]+|\s+|[\W_]", re.UNICODE)
# Scripts without spaces: each of their characters is a word.
_CLOSE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")

Part = tuple[str, bool]  # a piece of a text, and whether the others have it otherwise


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact, for each image in their order."""

    name: str
    values: tuple[tuple[Part, ...], ...]


def differences(records: Sequence[JobRecord | None]) -> list[Difference]:
    """The facts that are not the same in all; none where there are not two records."""
    found = []
    for name, values in _facts(records):
        if len(set(values)) > 1:
            parts = tuple(((value, True),) if value else () for value in values)
            found.append(Difference(name, parts))
    prompts = [record.prompt or "" if record else "" for record in records]
    if len(set(prompts)) > 1:
        found.insert(0, Difference("Prompt", _marked(prompts)))
    return found


def _facts(records: Sequence[JobRecord | None]) -> list[tuple[str, list[str]]]:
    def of(read: str) -> list[str]:
        return [str(getattr(record, read) or "") if record else "" for record in records]

    references = [
        ", ".join(f"imageRef_{slot}" for slot, _ in record.references) if record else ""
        for record in records
    ]
    same_count = len(set(references)) == 1
    if same_count and len({record.references if record else () for record in records}) > 1:
        references = [f"{text}, others" if n else text for n, text in enumerate(references)]
    return [
        ("Type", of("type")),
        ("Model", of("model")),
        ("Ratio", of("ratio")),
        ("Resolution", of("resolution")),
        ("References", references),
    ]


def _marked(prompts: Sequence[str]) -> tuple[tuple[Part, ...], ...]:
    """Each against the first, and that against all others."""
    words = [_split(prompt) for prompt in prompts]
    first = words[0]
    everywhere = [True] * len(first)
    marked: list[tuple[Part, ...]] = []
    for other in words[1:]:
        same, same_in_first = [False] * len(other), [False] * len(first)
        for block in SequenceMatcher(None, first, other, autojunk=False).get_matching_blocks():
            for place in range(block.size):
                same_in_first[block.a + place] = same[block.b + place] = True
        everywhere = [one and two for one, two in zip(everywhere, same_in_first, strict=True)]
        marked.append(_parts(other, same))
    return (_parts(first, everywhere), *marked)


def _split(prompt: str) -> list[str]:
    words: list[str] = []
    for word in _WORDS.findall(shortened(prompt, MOST_CHARACTERS)):
        words += list(word) if _CLOSE.search(word) else [word]
        if len(words) >= MOST_WORDS:
            return [*words[:MOST_WORDS], "…"]
    return words


def _parts(words: Sequence[str], same: Sequence[bool]) -> tuple[Part, ...]:
    """Neighbours that are alike in this are one piece; a space goes with what is before it."""
    parts: list[Part] = []
    for word, is_same in zip(words, same, strict=True):
        differs = not is_same and not word.isspace()
        if parts and (parts[-1][1] == differs or word.isspace()):
            parts[-1] = parts[-1][0] + word, parts[-1][1]
        else:
            parts.append((word, differs))
    return tuple(parts)
