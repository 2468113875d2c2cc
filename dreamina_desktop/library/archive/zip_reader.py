"""A zip that is to be an archive of a library: nothing in it is believed before it is checked."""

from __future__ import annotations

import errno
import hashlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from dreamina_desktop.core.archive.format import DATABASE, MANIFEST, MOST_FILES, is_safe, repeated
from dreamina_desktop.core.errors import ArchiveError
from dreamina_desktop.library.archive.manifest import FileFacts, Manifest, decode

CHUNK_BYTES = 1 << 20
MOST_LIST_BYTES = 400_000_000  # of the zip's directory, and of the manifest
MOST_TIMES = 200  # that a member may grow when it is unpacked: texts of jobs do by some 20
GROWS_FREELY_BYTES = 10_000_000
DAMAGED = "It is damaged or was not copied to its end."
_END = struct.Struct("<4s4H2LH")  # the zip format, "end of central directory record"
_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_NO_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,  # UnicodeDecodeError too
    OverflowError,
)


class ArchiveFile:
    """Its methods block. All raise ArchiveError where the file is not what it should be, OSError
    where it cannot be read."""

    def __init__(self, file: Path) -> None:
        self._stream = file.open("rb")
        try:
            with _in_words():
                _check_directory(self._stream)
                self._zip = zipfile.ZipFile(self._stream)
            members = self._zip.infolist()
            _check_members(members)
            self._members = {member.filename: member for member in members}
            self.manifest = self._read_manifest()
            self.facts = {facts.name: facts for facts in self.manifest.files}
            self._check_sizes()
        except BaseException:
            self._stream.close()
            raise

    def close(self) -> None:
        self._zip.close()
        self._stream.close()

    def unpack(self, name: str, write: Callable[[bytes], object]) -> FileFacts:
        """Hand all of one file to `write`, and prove it by its size and check sum. `write` may
        raise OSError, which goes through."""
        facts = self.facts[name]
        digest, left = hashlib.sha256(), facts.size
        for chunk in self._chunks(name, facts.size):
            left -= len(chunk)
            digest.update(chunk)
            write(chunk)
        if left or digest.hexdigest() != facts.sha256:
            raise ArchiveError(f"“{name}” in it is damaged.")
        return facts

    def _read_manifest(self) -> Manifest:
        member = self._members.get(MANIFEST)
        if member is None:
            raise ArchiveError("It is no library of Dreamina Desktop: it has no list of contents.")
        if member.file_size > MOST_LIST_BYTES:
            raise ArchiveError("Its list of contents is too long.")
        return decode(b"".join(self._chunks(MANIFEST, member.file_size)))

    def _chunks(self, name: str, size_bytes: int) -> Iterator[bytes]:
        """At most so many bytes, whatever the zip says."""
        left = size_bytes
        with _in_words(name):
            source = self._zip.open(self._members[name])
        with source:
            while chunk := _read(source, min(CHUNK_BYTES, left + 1), name):
                left -= len(chunk)
                if left < 0:
                    raise ArchiveError(f"“{name}” in it is larger than it says.")
                yield chunk

    def _check_sizes(self) -> None:
        """What is there is what the list says, no more and no less."""
        listed, here = set(self.facts), set(self._members) - {MANIFEST}
        if missing := min(listed - here, default=None):
            raise ArchiveError(f"“{missing}” is missing in it.")
        if extra := min(here - listed, default=None):
            raise ArchiveError(f"“{_shown(extra)}” is in it and not in its list of contents.")
        for name, facts in self.facts.items():
            if self._members[name].file_size != facts.size:
                raise ArchiveError(f"“{name}” in it is not as large as its list of contents says.")


def looks_like_one(file: Path) -> bool:
    """Whether a file is a zip with a list of contents and a library in it, or may once have been
    one: cheap, and nothing is believed for it. Raises OSError."""
    try:
        with file.open("rb") as stream:
            _check_directory(stream)
            with zipfile.ZipFile(stream) as opened:
                return {MANIFEST, DATABASE} <= set(opened.namelist())
    except (*_NO_ZIP, ArchiveError):
        return False


@contextmanager
def _in_words(name: str = "") -> Iterator[None]:
    try:
        yield
    except _NO_ZIP as error:
        raise ArchiveError(f"“{name}” in it is damaged." if name else DAMAGED) from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # it points to before its beginning
            raise ArchiveError(DAMAGED) from error
        raise


def _read(source: IO[bytes], size: int, name: str) -> bytes:
    with _in_words(name):
        return source.read(size)


def _check_directory(stream: BinaryIO) -> None:
    """How long the zip's directory is, before it is read whole into memory."""
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(max(0, size - _END.size))
    record = stream.read()
    if len(record) < _END.size or not record.startswith(b"PK\5\6"):
        raise ArchiveError(DAMAGED)
    _, _, _, _, files, length, _, _ = _END.unpack(record)
    if size >= _END.size + _LOCATOR.size + _END_64.size:
        stream.seek(size - _END.size - _LOCATOR.size)
        mark, _, place, _ = _LOCATOR.unpack(stream.read(_LOCATOR.size))
        if mark == b"PK\6\7":
            stream.seek(min(place, size))
            record = stream.read(_END_64.size)
            if len(record) < _END_64.size:
                raise ArchiveError(DAMAGED)
            _, _, _, _, _, _, _, files, length, _ = _END_64.unpack(record)
    if files > MOST_FILES or length > MOST_LIST_BYTES:
        raise ArchiveError("It has too many files.")
    if length > size:
        raise ArchiveError(DAMAGED)
    stream.seek(0)


def _check_members(members: Sequence[zipfile.ZipInfo]) -> None:
    for member in members:
        _check_member(member)
    if twice := repeated([member.filename for member in members]):
        raise ArchiveError(f"“{twice}” is in it twice.")
    end = 0
    for member in sorted(members, key=lambda each: each.header_offset):
        if member.header_offset < end:
            raise ArchiveError("Files in it lie over each other.")
        end = member.header_offset + member.compress_size


def _check_member(member: zipfile.ZipInfo) -> None:
    name = _shown(member.filename)
    # zipfile shortens a name at a NUL, and turns this system's separators.
    if member.orig_filename != member.filename or not is_safe(member.filename):
        raise ArchiveError(f"“{name}” may not be in it: it has a name that leads elsewhere.")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise ArchiveError(f"“{name}” in it is a link or another thing that is no file.")
    if member.flag_bits & 1:
        raise ArchiveError(f"“{name}” in it is encrypted.")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError(f"“{name}” in it is packed in a way that is not known.")
    times = member.file_size / max(1, member.compress_size)
    if member.file_size > GROWS_FREELY_BYTES and times > MOST_TIMES:
        raise ArchiveError(f"“{name}” in it would grow {times:,.0f} times when it is unpacked.")


def _shown(name: str) -> str:
    """A hostile name as a text that does no harm."""
    visible = "".join(c if c.isprintable() else "?" for c in name)
    return visible if len(visible) <= 80 else f"{visible[:79]}…"
