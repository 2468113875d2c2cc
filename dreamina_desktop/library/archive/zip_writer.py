"""Writes a whole library into one file, beside its place, and only at the end into it."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import apsw

from dreamina_desktop import __version__
from dreamina_desktop.core.archive.format import (
    DATABASE,
    FORMAT,
    IMAGES,
    MANIFEST,
    MOST_FILES,
    README,
    README_TEXT,
    Written,
    is_safe,
    same_name,
)
from dreamina_desktop.core.export.file_name import path_as_text
from dreamina_desktop.core.jobs.job import ImageState
from dreamina_desktop.core.text.dates import zip_date
from dreamina_desktop.files.atomic import flush_folder, new_part, part_prefix
from dreamina_desktop.library.archive.archived_library import ArchivedLibrary
from dreamina_desktop.library.archive.bounds import cut_tokens, mend
from dreamina_desktop.library.archive.manifest import KIND, FileFacts, Manifest, encode
from dreamina_desktop.library.archive.zip_reader import GROWS_FREELY_BYTES, MOST_TIMES, ArchiveFile
from dreamina_desktop.library.integrity import connect

AT_ONCE_BYTES = 8_000_000  # of images, between two looks whether to stop
MOST_BYTES = 200_000_000  # of an image; none that is saved has more
CHUNK_BYTES = 1 << 20
LEFT_FREE_BYTES = 20_000_000
_OTHER_FILES = 3  # library, list of contents, README
_PLAIN_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}", re.ASCII)
_PRIVATE = ("setting", "change")  # of this machine, or made anew


@dataclass(frozen=True, slots=True)
class _Saved:
    number: int
    index: int
    file: Path
    size_bytes: int | None
    sha256: str | None


class ArchiveWriter:
    """`copy`: of the library's database, in a file that may be changed; `root`: the data folder.
    All methods block and raise OSError, apsw.Error, or ArchiveError where what was written cannot
    be read; whoever makes one calls `abandon`, which does nothing after `finish`."""

    def __init__(self, target: Path, copy: Path, root: Path) -> None:
        """A link to a file is followed. Whatever else is no file is refused."""
        self._target = Path(os.path.realpath(target))
        self._mode = _mode_of(self._target)
        self._copy = copy
        self._whole = copy.with_name(f"{copy.stem}-whole{copy.suffix}")
        self._files = list[FileFacts]()
        self._taken = set[str]()
        self._jobs = self._images = self._left_out = 0
        self._part: Path | None = None
        self._zip: zipfile.ZipFile | None = None
        self._connection = _opened(copy)
        try:
            self._forget_what_is_private()
            mend(self._connection)
            cut_tokens(self._connection)
            self._saved = deque(self._saved_images(root))
            self._total = sum(image.size_bytes or 0 for image in self._saved) or 1
            self._work = self._steps()
            self._begin()
        except BaseException:
            self.abandon()
            raise

    def step(self) -> float | None:
        """Put some images in or, once it is written, read some of it back; how much is done, from
        0 to 1. None: all of it was read as it will be read elsewhere."""
        return next(self._work, None)

    def finish(self) -> Written:
        """Give it its name."""
        assert self._part is not None
        size_bytes = self._part.stat().st_size
        if self._mode is not None:
            self._part.chmod(self._mode)
        os.replace(self._part, self._target)
        self._part = None
        with suppress(OSError):  # some disks cannot; the file itself is there
            flush_folder(self._target.parent)
        self.abandon()
        return Written(self._jobs, self._images, self._left_out, size_bytes)

    def abandon(self) -> None:
        """Remove what was begun."""
        with suppress(apsw.Error):
            self._connection.close()
        if self._zip is not None:
            with suppress(OSError, ValueError):  # a full disk takes no end either
                self._zip.close()
        for file in (self._copy, self._whole, self._part):
            if file is not None:
                with suppress(OSError):
                    file.unlink(missing_ok=True)

    def _steps(self) -> Iterator[float]:
        """One half is writing, the other is reading."""
        yield from (share / 2 for share in self._put_images())
        self._end()
        yield from (0.5 + share / 2 for share in self._read_back())

    def _put_images(self) -> Iterator[float]:
        done = told = 0
        while self._saved:
            image = self._saved.popleft()
            self._put_image(image)
            done += image.size_bytes or 1
            if done - told >= AT_ONCE_BYTES:
                told = done
                yield min(1.0, done / self._total)

    def _end(self) -> None:
        """Put the library and the list of contents in, and flush all of it."""
        self._jobs = int(self._connection.execute("SELECT count(*) FROM job").get)
        self._put_database()
        self._connection.close()
        self._images = sum(file.name.startswith(f"{IMAGES}/") for file in self._files)
        manifest = Manifest(KIND, FORMAT, __version__, self._jobs, self._images, tuple(self._files))
        self._write(MANIFEST, encode(manifest), packed=True)
        assert self._zip is not None
        assert self._part is not None
        self._zip.close()
        with self._part.open("rb+") as file:
            os.fsync(file.fileno())
            _forget_cached(file.fileno())

    def _read_back(self) -> Iterator[float]:
        """Every byte by its check sum, and the library as one from elsewhere."""
        assert self._part is not None
        archive = ArchiveFile(self._part)
        try:
            with self._copy.open("wb") as copy:
                archive.unpack(DATABASE, copy.write)
            ArchivedLibrary(self._copy, archive.manifest).close()
            yield from _compared(archive, self._files)
        finally:
            archive.close()

    # -- the library ------------------------------------------------------------------------

    def _forget_what_is_private(self) -> None:
        for table in _PRIVATE:
            self._connection.execute(f"DELETE FROM {table}")

    def _saved_images(self, root: Path) -> Iterator[_Saved]:
        """Whose files are to come in. What is said of the others' files is forgotten."""
        self._connection.execute(
            "UPDATE image SET file = NULL WHERE state <> ?", (ImageState.SAVED.value,)
        )
        ask = "SELECT number, idx, file, size_bytes, sha256 FROM image WHERE file IS NOT NULL"
        for number, index, file, size_bytes, sha256 in self._connection.execute(ask):
            yield _Saved(number, index, root / file, size_bytes, sha256)

    def _put_database(self) -> None:
        """Written anew, so that nothing of what was deleted is left between its rows."""
        self._connection.execute("VACUUM INTO ?", (path_as_text(os.fspath(self._whole)),))
        digest, size = hashlib.sha256(), 0
        info = _info(DATABASE, packed=_may_be_packed(self._whole))
        assert self._zip is not None
        with self._whole.open("rb") as source, self._zip.open(info, "w", force_zip64=True) as into:
            while chunk := source.read(CHUNK_BYTES):
                size += len(chunk)
                digest.update(chunk)
                into.write(chunk)
        self._files.append(FileFacts(DATABASE, size, digest.hexdigest()))

    # -- images -----------------------------------------------------------------------------

    def _put_image(self, image: _Saved) -> None:
        """As it was saved, byte for byte; else it is left out: what is cut or was changed would
        make the whole archive one that is refused."""
        data = _read(image)
        name = None
        if data is None:
            self._left_out += 1
        else:
            name = self._free_name(image)
            self._put(name, data)
        where = (name, image.number, image.index)
        self._connection.execute("UPDATE image SET file = ? WHERE number = ? AND idx = ?", where)

    def _free_name(self, image: _Saved) -> str:
        """The one that it has here, as far as every system takes that."""
        name = f"{IMAGES}/{image.file.parent.name}/{image.file.name}"
        if not is_safe(name) or same_name(name) in self._taken:
            ending = image.file.suffix if _PLAIN_ENDING.fullmatch(image.file.suffix) else ""
            name = f"{IMAGES}/other/{image.number:04d}-{image.index + 1}{ending}"
        while same_name(name) in self._taken:
            name = f"{IMAGES}/other/{len(self._taken)}-{secrets.token_hex(4)}"
        self._taken.add(same_name(name))
        return name

    # -- the zip ----------------------------------------------------------------------------

    def _begin(self) -> None:
        folder = self._target.parent
        if len(self._saved) > MOST_FILES - _OTHER_FILES:
            raise OSError(errno.EFBIG, f"A file takes at most {MOST_FILES:,} images")
        needed = self._total + self._copy.stat().st_size + LEFT_FREE_BYTES
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise OSError(
                errno.ENOSPC,
                f"It needs {needed / 1e6:,.0f} MB there, and {free / 1e6:,.0f} MB are free",
            )
        prefix = part_prefix(self._target.name)
        for left in folder.iterdir():
            if left.name.startswith(prefix) and left.suffix == ".part":
                left.unlink()  # of a run that was killed
        handle, self._part = new_part(self._target)
        os.close(handle)
        self._zip = zipfile.ZipFile(self._part, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._put(README, README_TEXT.encode())

    def _put(self, name: str, data: bytes) -> None:
        self._write(name, data)
        self._files.append(FileFacts(name, len(data), hashlib.sha256(data).hexdigest()))

    def _write(self, name: str, data: bytes, *, packed: bool = False) -> None:
        assert self._zip is not None
        self._zip.writestr(_info(name, packed=packed), data)


def _opened(copy: Path) -> apsw.Connection:
    connection = connect(copy, apsw.SQLITE_OPEN_READWRITE)
    # A copy that is cut off is made anew; VACUUM INTO makes the one that lasts.
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def _read(image: _Saved) -> bytes | None:
    """None where the file is gone, or not the one that was saved."""
    try:
        with image.file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size != image.size_bytes or size > MOST_BYTES:
                return None
            data = stream.read(MOST_BYTES + 1)
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == image.sha256 else None


def _mode_of(file: Path) -> int | None:
    """None where nothing is there yet. Raises OSError for what is no file."""
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "What is there is no file")
    return stat.S_IMODE(mode)


def _forget_cached(descriptor: int) -> None:
    """What is read next comes from the disk, as far as the system takes the hint."""
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _compared(archive: ArchiveFile, files: Sequence[FileFacts]) -> Iterator[float]:
    total, done, told = sum(facts.size for facts in files) or 1, 0, 0
    for facts in files:
        archive.unpack(facts.name, lambda _: None)
        done += facts.size
        if done - told >= AT_ONCE_BYTES:
            told = done
            yield done / total


def _may_be_packed(file: Path) -> bool:
    """Whether it would not grow more than is believed when it is unpacked: whole megabytes of
    one character would. No more is tried than is needed to know."""
    size = file.stat().st_size
    if size <= GROWS_FREELY_BYTES:
        return True
    enough, packed, packer = size / (MOST_TIMES / 2), 0, zlib.compressobj()
    with file.open("rb") as source:
        while packed < enough and (chunk := source.read(CHUNK_BYTES)):
            packed += len(packer.compress(chunk))
    return packed >= enough


def _info(name: str, *, packed: bool) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, zip_date(datetime.now()))  # noqa: DTZ005 - zips have local time
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    info.external_attr = 0o600 << 16
    return info
