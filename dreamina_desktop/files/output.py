"""Where the command line wants a result: in a file, which is replaced whole, or in a device, a pipe
or an open descriptor, which is written into and never replaced.
"""

from __future__ import annotations

import errno
import os
import re
import select
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dreamina_desktop.files.atomic import replace_whole, umask

LOOK_AGAIN_S = 0.1  # whether a pipe takes more, and whether anybody still wants it
# That every pipe takes at once when it takes anything.
_AT_ONCE_BYTES = getattr(select, "PIPE_BUF", 4096)
_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_MOST_LINKS = 40
# A file that is there and may be written, in a folder that lets nobody replace it: a mount point.
_IRREPLACEABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY)


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One place for one result. Made before anything else is opened: the number of a descriptor
    (`/dev/fd/63`, `/dev/stdout`) then stands for what the caller gave, and for nothing of ours."""

    path: Path
    descriptor: int | None = None  # a duplicate
    name: str = ""  # in messages

    @classmethod
    def at(cls, path: Path) -> OutputFile:
        """Raises OSError where the path names a descriptor that is not open."""
        number = descriptor_named(path)
        return cls(path) if number is None else cls.on(number, str(path))

    @classmethod
    def on(cls, descriptor: int, name: str) -> OutputFile:
        """An open descriptor."""
        return cls(Path(os.devnull), os.dup(descriptor), name)

    def __str__(self) -> str:
        return self.name or str(self.path)

    def write(
        self,
        content: bytes,
        is_stopped: Callable[[], bool] = lambda: False,
        patience_s: float | None = None,
    ) -> None:
        """All of it, or OSError. Blocks; a pipe is waited for until `is_stopped`, or until it has
        taken nothing for `patience_s`: then TimeoutError."""
        wait = _Wait(is_stopped, patience_s)
        if self.descriptor is not None:
            _pour(self.descriptor, content, wait)
        elif is_stream(self.path):
            _write_into(self.path, content, wait)
        else:
            replace_file(self.path, content)


def is_stream(path: Path) -> bool:
    """Whether a path is something that is written into and not replaced: a device, a pipe, an
    open descriptor. Links are followed."""
    if descriptor_named(path) is not None:
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def descriptor_named(path: Path) -> int | None:
    """The number of the open descriptor that a path stands for, links followed: opened by its name,
    a file would be begun anew from its first byte, and a socket not at all."""
    if os.name == "nt":
        return None
    place = os.path.abspath(path)
    for _ in range(_MOST_LINKS):
        folder, name = os.path.split(place)
        if place in _STANDARD and not os.path.islink(place):
            return _STANDARD[place]
        if name.isascii() and name.isdigit() and _holds_descriptors(os.path.realpath(folder)):
            return int(name)
        if not os.path.islink(place):
            return None
        with suppress(OSError):
            place = os.path.join(folder, os.readlink(place))
    return None


def replace_file(file: Path, content: bytes) -> None:
    """A link stays, and the file that it leads to is replaced; a file that is there keeps its mode,
    and its owner where the user may give it. On OSError it is as it was before, but for one in a
    folder that refuses to have it replaced: that is written over."""
    target = Path(os.path.realpath(file))
    try:
        before = target.stat()
    except FileNotFoundError:
        return replace_whole(target, content, 0o666 & ~umask())
    try:
        replace_whole(target, content, stat.S_IMODE(before.st_mode), before)
    except OSError as error:
        if error.errno not in _IRREPLACEABLE or not os.access(target, os.W_OK):
            raise
        _write_over(target, content)


@dataclass(slots=True)
class _Wait:
    """For something that takes a result bit by bit."""

    is_stopped: Callable[[], bool]
    patience_s: float | None
    since: float = 0.0

    def begin(self) -> None:
        """Something was taken just now."""
        self.since = time.monotonic()

    def look(self) -> None:
        """Raises TimeoutError when it is enough."""
        if self.is_stopped():
            raise TimeoutError(errno.ETIMEDOUT, "stopped before all of it was read")
        if self.patience_s is not None and time.monotonic() - self.since >= self.patience_s:
            words = f"nothing read it for {self.patience_s:g} seconds"
            raise TimeoutError(errno.ETIMEDOUT, words)


def _holds_descriptors(folder: str) -> bool:
    own = rf"/proc/(self|thread-self|{os.getpid()})(/task/\d+)?/fd"
    return folder == "/dev/fd" or re.fullmatch(own, folder) is not None


def _write_into(path: Path, content: bytes, wait: _Wait) -> None:
    mode = path.stat().st_mode
    if stat.S_ISSOCK(mode):
        raise OSError(errno.ENOTSUP, "it is a socket")
    handle = _open_pipe(path, wait) if stat.S_ISFIFO(mode) else os.open(path, _WRITING)
    try:
        _pour(handle, content, wait)
    finally:
        os.close(handle)


_WRITING = os.O_WRONLY | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def _open_pipe(path: Path, wait: _Wait) -> int:
    """Once somebody reads it."""
    wait.begin()
    while True:
        try:
            return os.open(path, _WRITING | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        wait.look()
        time.sleep(LOOK_AGAIN_S)


def _pour(handle: int, content: bytes, wait: _Wait) -> None:
    left = memoryview(content)
    wait.begin()
    while left:
        if not _takes_more(handle):
            wait.look()
            continue
        try:
            left = left[os.write(handle, left[:_AT_ONCE_BYTES]) :]
        except BlockingIOError:  # whoever shares it has set it so
            time.sleep(LOOK_AGAIN_S)
            wait.look()
            continue
        wait.begin()


def _takes_more(handle: int) -> bool:
    """Waits for a moment. What has failed takes more, and says why."""
    if os.name == "nt":
        return True
    poll = select.poll()
    poll.register(handle, select.POLLOUT)
    return bool(poll.poll(LOOK_AGAIN_S * 1000))


def _write_over(file: Path, content: bytes) -> None:
    with file.open("r+b") as stream:
        stream.write(content)
        stream.truncate()
        stream.flush()
        os.fsync(stream.fileno())
