"""Take an image's bytes as they come: count, hash and sniff them, and write them off the loop."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from dreamina_desktop.core.jobs.answer import Fetched, LinkDied, Unusable

MAX_IMAGE_BYTES = 200_000_000
_WRITE_BYTES = 256 * 1024  # what is gathered before a thread is asked to write
_SNIFF_BYTES = 512

_NOTHING = LinkDied("The image host sent nothing.")
TOO_LARGE = Unusable(f"The image has more than {MAX_IMAGE_BYTES // 1_000_000} MB.")
WEB_PAGE = LinkDied("The image host sent a web page instead of a picture.")

_T = TypeVar("_T")


class PartFile(Protocol):
    """A new file that is not yet known to be good. Each call but `path` may block."""

    @property
    def path(self) -> Path: ...

    def write(self, data: bytes) -> None:
        """Append. Raises OSError."""

    def close(self) -> None:
        """Flush to the disk and close. Raises OSError."""

    def discard(self) -> None:
        """Close and delete; never raises, and nothing when it is gone already."""


class PartFiles(Protocol):
    """Opens part files, on the disk where the images are kept."""

    def new(self) -> PartFile:
        """Raises OSError."""


class NotAnImageError(Exception):
    """The body is not one that is kept; `answer` says why."""

    def __init__(self, answer: LinkDied | Unusable) -> None:
        super().__init__(answer.reason)
        self.answer = answer


class DiskError(Exception):
    """Our own disk refused; the cause is the OSError."""


class PartWriter:
    """Writes one image. Whoever makes it calls `finish` or `discard`."""

    def __init__(self, part: PartFile) -> None:
        self._part = part
        self._buffer = bytearray()
        self._digest = hashlib.sha256()
        self._size = 0
        self._sniffed = False
        self._flushing = False

    @classmethod
    async def open(cls, parts: PartFiles) -> PartWriter:
        """Raises DiskError."""
        return cls(await _off_loop(parts.new))

    @property
    def size(self) -> int:
        """Bytes taken so far."""
        return self._size

    @property
    def is_sound(self) -> bool:
        """Whether all of them are kept: one that is cancelled while it writes cannot tell."""
        return not self._flushing

    async def add(self, chunk: bytes) -> None:
        """Take more bytes. Raises NotAnImageError or DiskError."""
        self._size += len(chunk)
        if self._size > MAX_IMAGE_BYTES:
            raise NotAnImageError(TOO_LARGE)
        self._digest.update(chunk)
        self._buffer += chunk
        if not self._sniffed and self._size >= _SNIFF_BYTES:
            self._sniff()
        if len(self._buffer) >= _WRITE_BYTES:
            await self._flush()

    async def finish(self) -> Fetched:
        """The whole body is here. Raises NotAnImageError or DiskError."""
        if not self._size:
            raise NotAnImageError(_NOTHING)
        if not self._sniffed:
            self._sniff()
        await self._flush()
        await _off_loop(self._part.close)
        return Fetched(self._part.path, self._size, self._digest.hexdigest())

    def discard(self) -> None:
        """Delete what was written."""
        self._part.discard()

    def _sniff(self) -> None:
        """Only ever called while the body's first bytes are still in the buffer."""
        self._sniffed = True
        start = bytes(self._buffer[:_SNIFF_BYTES]).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
        if start.startswith((b"<!doctype", b"<html")):
            raise NotAnImageError(WEB_PAGE)

    async def _flush(self) -> None:
        data = bytes(self._buffer)
        self._buffer.clear()
        self._flushing = True
        await _off_loop(lambda: self._part.write(data))
        self._flushing = False


async def _off_loop(call: Callable[[], _T]) -> _T:
    try:
        return await asyncio.get_running_loop().run_in_executor(None, call)
    except OSError as error:
        raise DiskError from error
