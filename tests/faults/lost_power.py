"""What a disk may hold after its power was cut: a model that is harder than most file systems.

A file keeps what was flushed. Of what was written to it later, each write may be kept, lost or
torn at a sector. A folder keeps its entries as they were at its last flush, and of the changes
since then a prefix. That a new file is there does not follow from its own flush, but from that of
its folder, as POSIX has it; a folder's name is an entry of the folder above.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path, PurePath

from write_log import Create, Entry, Flush, Link, Remove, Rename, Said, Truncate, Write

SECTOR = 512


class Mood(Enum):
    """How much of what was not flushed a power cut leaves."""

    NOTHING = auto()
    ALL = auto()
    SOME = auto()


@dataclass
class _File:
    changes: list[Write | Truncate] = field(default_factory=list)
    flushed: int = 0  # so many of them are kept in any case
    size: int = 0


@dataclass
class _Folder:
    """`changes`: (name, what it is from then on; None where it is gone)."""

    changes: list[tuple[str, _File | _Folder | None]] = field(default_factory=list)
    flushed: int = 0

    def now(self, count: int | None = None) -> dict[str, _File | _Folder]:
        """The entries after so many changes; after all of them without."""
        entries: dict[str, _File | _Folder] = {}
        for name, node in self.changes[:count]:
            if node is None:
                entries.pop(name, None)
            else:
                entries[name] = node
        return entries


class Disk:
    """Everything below a folder that existed before. Entries are applied in their order."""

    def __init__(self, above: Path) -> None:
        self._above = PurePath(above)
        self._root = _Folder()

    def apply(self, entry: Entry) -> None:
        match entry:
            case Create():
                self._create(entry)
            case Write(path, offset, data):
                self._write(path, offset, data)
            case Truncate(path, size):
                if isinstance(file := self._find(path), _File):
                    file.changes.append(entry)
                    file.size = size
            case Rename(source, target):
                self._link(source, target)
                self.apply(Remove(source))
            case Link(source, target):
                self._link(source, target)
            case Remove(path):
                folder, name = self._place(path)
                folder.changes.append((name, None))
            case Flush(path):
                self._flush(path)
            case Said():
                pass

    def leave(self, target: Path, mood: Mood, rng: random.Random) -> None:
        """Write what the power cut left below `target`."""
        _leave(self._root, target, mood, rng)

    def _create(self, entry: Create) -> None:
        folder, name = self._place(entry.path)
        node = folder.now().get(name)
        if node is None:
            folder.changes.append((name, _Folder() if entry.is_folder else _File()))
        elif entry.empties and isinstance(node, _File):
            node.changes.append(Truncate(entry.path, 0))
            node.size = 0

    def _write(self, path: str, offset: int | None, data: bytes) -> None:
        if not isinstance(file := self._find(path), _File):
            return  # it was deleted while it was open
        offset = file.size if offset is None else offset
        file.changes.append(Write(path, offset, data))
        file.size = max(file.size, offset + len(data))

    def _link(self, source: str, target: str) -> None:
        node = self._find(source)
        folder, name = self._place(target)
        folder.changes.append((name, node))

    def _flush(self, path: str) -> None:
        node = self._find(path)
        if node is not None:
            node.flushed = len(node.changes)

    def _find(self, path: str) -> _File | _Folder | None:
        node: _File | _Folder | None = self._root
        for name in PurePath(path).relative_to(self._above).parts:
            node = node.now().get(name) if isinstance(node, _Folder) else None
        return node

    def _place(self, path: str) -> tuple[_Folder, str]:
        folder = self._find(str(PurePath(path).parent))
        assert isinstance(folder, _Folder), path
        return folder, PurePath(path).name


def _leave(folder: _Folder, target: Path, mood: Mood, rng: random.Random) -> None:
    target.mkdir(exist_ok=True)
    for name, node in folder.now(_kept(folder.flushed, len(folder.changes), mood, rng)).items():
        if isinstance(node, _Folder):
            _leave(node, target / name, mood, rng)
        elif name.endswith("-shm"):
            (target / name).write_bytes(rng.randbytes(node.size))  # it is never flushed
        else:
            (target / name).write_bytes(_content(node, mood, rng))


def _kept(flushed: int, count: int, mood: Mood, rng: random.Random) -> int:
    if mood is Mood.SOME:
        return rng.randint(flushed, count)
    return flushed if mood is Mood.NOTHING else count


def _content(file: _File, mood: Mood, rng: random.Random) -> bytes:
    content = bytearray()
    for change in (*file.changes[: file.flushed], *_survivors(file, mood, rng)):
        if isinstance(change, Truncate):
            del content[change.size :]
            content.extend(bytes(change.size - len(content)))
        else:
            offset = change.offset or 0
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(change.data)] = change.data
    return bytes(content)


def _survivors(file: _File, mood: Mood, rng: random.Random) -> Iterable[Write | Truncate]:
    """Of what was not flushed, in whatever combination the disk had got to."""
    late = file.changes[file.flushed :]
    if mood is not Mood.SOME:
        yield from late if mood is Mood.ALL else ()
        return
    for change in late:
        if rng.random() < 0.5:
            continue
        if isinstance(change, Write) and rng.random() < 0.3:
            sectors = len(change.data) // SECTOR
            kept = rng.randint(0, sectors) * SECTOR
            yield Write(change.path, change.offset, change.data[:kept])
        else:
            yield change
