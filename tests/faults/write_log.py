"""A session's write log: every call that changes a folder, in order, as strace saw it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

# They change a folder too, and the program does without them so far.
OTHERS = (
    *("creat", "writev", "pwritev", "renameat", "renameat2", "linkat"),
    *("fallocate", "copy_file_range"),
)
_FINISHED = re.compile(r"\) += (-?\d+|\?)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FILE = re.compile(r"(?:\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>")


@dataclass(frozen=True)
class Write:
    path: str
    offset: int | None  # None: where the file ends
    data: bytes


@dataclass(frozen=True)
class Truncate:
    path: str
    size: int


@dataclass(frozen=True)
class Create:
    """It is there from now on, if it was not before."""

    path: str
    is_folder: bool = False
    empties: bool = False  # a file that was there


@dataclass(frozen=True)
class Rename:
    source: str
    target: str


@dataclass(frozen=True)
class Link:
    """A second name of the same file."""

    source: str
    target: str


@dataclass(frozen=True)
class Remove:
    path: str


@dataclass(frozen=True)
class Flush:
    """fsync of a file or of a folder."""

    path: str


@dataclass(frozen=True)
class Said:
    """What left the program: a promise, when it names a job."""

    data: bytes


Entry = Write | Truncate | Create | Rename | Link | Remove | Flush | Said


def wrapper(trace: Path) -> list[str]:
    """The command that starts a program and records it; the process is the program's own."""
    calls = ",".join([*_READERS, *OTHERS])
    options = ["-D", "-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", "100000000", "-o", str(trace)]
    return ["strace", *options, "-e", f"trace={calls}"]


def read(trace: Path, root: Path) -> Iterator[Entry]:
    """The entries that concern `root`, each when its call had returned, and all that was said."""
    begun: dict[str, str] = {}
    with trace.open() as lines:
        for line in lines:
            thread, _, rest = line.rstrip("\n").partition(" ")
            rest = rest.lstrip()
            if rest.endswith("<unfinished ...>"):
                begun[thread] = rest.removesuffix("<unfinished ...>")
                continue
            if rest.startswith("<..."):
                rest = begun.pop(thread, "") + rest.partition("resumed>")[2]
            entry = _entry(rest, str(root))
            if entry is not None:
                yield entry


def _entry(line: str, root: str) -> Entry | None:
    """None for what failed, what changes nothing, and what is elsewhere."""
    name, _, arguments = line.partition("(")
    finished = _last(_FINISHED, arguments)
    if finished is None or not finished[1].isdigit():
        return None
    call = _Call(arguments[: finished.start()], int(finished[1]))
    if name in OTHERS and root in call.paths_and_file:
        raise ValueError(f"{name} is not modelled")
    entry = _READERS[name](call) if name in _READERS else None
    if entry is None or isinstance(entry, Said) or _concerns(entry, root):
        return entry
    return Said(entry.data) if isinstance(entry, Write) else None


class _Call:
    """A call's arguments, read when they are needed."""

    def __init__(self, arguments: str, returned: int) -> None:
        self.arguments = arguments
        self.returned = returned

    @property
    def data(self) -> bytes:
        found = _STRING.search(self.arguments)
        return _decoded(found[1])[: self.returned] if found else b""

    @property
    def paths(self) -> list[str]:
        return [_text(found) for found in _STRING.findall(self.arguments)]

    @property
    def file(self) -> str:
        """The path of an open file."""
        found = _FILE.match(self.arguments)
        return _text(found[1]) if found else ""

    @property
    def place(self) -> str:
        """The path that a call names, in the open folder that it names first."""
        return str(PurePath(self.file) / self.paths[0])

    @property
    def last_number(self) -> int:
        return int(self.arguments.rpartition(", ")[2])

    @property
    def paths_and_file(self) -> str:
        return " ".join([*self.paths, self.file])

    def has(self, flag: str) -> bool:
        return flag in self.arguments


def _opened(call: _Call) -> Entry | None:
    if not call.has("O_CREAT"):
        return None
    return Create(call.place, empties=call.has("O_TRUNC"))


_READERS: dict[str, Callable[[_Call], Entry | None]] = {
    "openat": _opened,
    "write": lambda call: Write(call.file, None, call.data),
    "pwrite64": lambda call: Write(call.file, call.last_number, call.data),
    "ftruncate": lambda call: Truncate(call.file, call.last_number),
    "fsync": lambda call: Flush(call.file),
    "fdatasync": lambda call: Flush(call.file),
    "rename": lambda call: Rename(call.paths[0], call.paths[1]),
    "link": lambda call: Link(call.paths[0], call.paths[1]),
    "unlink": lambda call: Remove(call.paths[0]),
    "unlinkat": lambda call: Remove(call.place),
    "rmdir": lambda call: Remove(call.paths[0]),
    "mkdir": lambda call: Create(call.paths[0], is_folder=True),
    "mkdirat": lambda call: Create(call.place, is_folder=True),
    "sendto": lambda call: Said(call.data),
}


def _concerns(entry: Entry, root: str) -> bool:
    """The folder itself is an entry of the one above, whose flush counts."""
    match entry:
        case Said():
            return False
        case Rename(source, target) | Link(source, target):
            paths = [source, target]
        case Flush(path) if path == str(PurePath(root).parent):
            return True
        case _:
            paths = [entry.path]
    return any(path == root or path.startswith(f"{root}/") for path in paths)


def _text(found: str) -> str:
    return _decoded(found).decode("utf-8", "surrogateescape")


def _decoded(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Where it is near the end."""
    matches = list(pattern.finditer(text, max(0, len(text) - 2000)))
    return matches[-1] if matches else None
