"""Programs as the freedesktop.org Desktop Entry specification describes them, and how such a
program is started with files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

ENTRY = "Desktop Entry"
Groups = Mapping[str, Mapping[str, str]]

_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_WORD = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|\\.|[^\s"\\])+""", re.DOTALL)
_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|\\(.)|([^"\\]+)', re.DOTALL)
_CODE = re.compile("%(.)")
_FILES = "fFuU"
_OLD = "dDnNvm"  # of earlier versions: they become nothing
_KNOWN = f"{_FILES}{_OLD}ick%"


@dataclass(frozen=True, slots=True)
class DesktopEntry:
    """A program that the system can start."""

    name: str  # in the user's language where it has one
    command: tuple[str, ...]  # with field codes
    try_command: str = ""  # what must be there for it
    icon: str = ""
    file: str = ""  # where this was read

    def with_files(self, files: Sequence[str]) -> list[list[str]]:
        """The command lines that open these local files: one for all, or, where the program takes
        only one, one for each."""
        takes_many = any(word in ("%F", "%U") for word in self.command)
        return [self._line(some) for some in ([files] if takes_many else [[one] for one in files])]

    def _line(self, files: Sequence[str]) -> list[str]:
        line = [part for word in self.command for part in self._expanded(word, files)]
        takes_files = any(code in _FILES for word in self.command for code in _CODE.findall(word))
        return line if takes_files else [*line, *files]  # as others do where it says nothing

    def _expanded(self, word: str, files: Sequence[str]) -> Sequence[str]:
        match word:
            case "%F":
                return files
            case "%U":
                return [PurePosixPath(file).as_uri() for file in files]
            case "%i":
                return ("--icon", self.icon) if self.icon else ()
        first = files[0]
        values = {
            "%": "%",
            "c": self.name,
            "k": self.file,
            "f": first,
            "u": PurePosixPath(first).as_uri() if "%u" in word else "",
        }
        expanded = _CODE.sub(lambda code: values.get(code[1], ""), word)
        return (expanded,) if expanded or not _CODE.search(word) else ()


def read_groups(text: str) -> dict[str, dict[str, str]]:
    """The groups of a .desktop file, of mimeapps.list or of mimeinfo.cache. The first of two
    equal keys counts; lines that are none of these are passed over."""
    groups: dict[str, dict[str, str]] = {}
    group: dict[str, str] = {}  # before the first header: of no group
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("[") and stripped.endswith("]"):
            group = groups.setdefault(stripped[1:-1], {})
        elif not stripped.startswith("#") and "=" in stripped:
            key, _, value = stripped.partition("=")
            group.setdefault(key.strip(), value.strip())
    return groups


def read_entry(text: str, languages: Sequence[str] = (), file: str = "") -> DesktopEntry | None:
    """None for what is no program to be offered: hidden, for a terminal, or not valid.
    `languages`: the user's, best first, as "de_DE" and "de"."""
    entry = read_groups(text).get(ENTRY, {})
    if entry.get("Type") != "Application" or "true" in (entry.get("Hidden"), entry.get("Terminal")):
        return None
    names = (entry.get(f"Name[{language}]") for language in languages)
    name = next(filter(None, names), entry.get("Name", ""))
    command = command_words(_unescaped(entry.get("Exec", "")))
    if not name or not command:
        return None
    return DesktopEntry(
        name=_unescaped(name),
        command=command,
        try_command=_unescaped(entry.get("TryExec", "")),
        icon=_unescaped(entry.get("Icon", "")),
        file=file,
    )


def command_words(command: str) -> tuple[str, ...]:
    """An `Exec` value, parted and unquoted; nothing where it is not valid, or has a field code
    that nobody knows, which forbids to run it."""
    if _WORD.sub("", command).strip():
        return ()  # a quote without its end
    words = tuple(
        "".join(_plain(part) for part in _PART.finditer(word)) for word in _WORD.findall(command)
    )
    codes = {code for word in words for code in _CODE.findall(word.replace("%%", ""))}
    return words if codes <= set(_KNOWN) and words[:1] != ("",) else ()


def _plain(part: re.Match[str]) -> str:
    quoted, escaped, bare = part.groups()
    if quoted is not None:
        return re.sub(r'\\(["`$\\])', r"\1", quoted)
    return escaped or bare or ""


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), value)


def languages_of(locale: str) -> tuple[str, ...]:
    """`de_DE.UTF-8@euro` -> de_DE@euro, de_DE, de@euro, de: as the specification looks for them."""
    base, _, modifier = locale.partition("@")
    base = base.partition(".")[0]
    language, _, country = base.partition("_")
    if language in ("", "C", "POSIX"):
        return ()
    found = [f"{language}_{country}"] if country else []
    found.append(language)
    return tuple(
        form for each in found for form in ([f"{each}@{modifier}", each] if modifier else [each])
    )
