"""One image's bytes on their way: over several attempts where the host sends the rest (RFC 9110:
Range and If-Range), and at what rate.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from dreamina_desktop.api.part_writer import PartWriter

_STRONG_TAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})", re.ASCII)
_SETTLED_S = 1.0  # a file that changes twice within a second keeps its Last-Modified
KEPT_AT_MOST = 16  # open files


@dataclass(frozen=True, slots=True)
class Version:
    """Which bytes they are: the same as long as `header` has this `value`."""

    header: str  # "etag" or "last-modified"
    value: str
    size: int


def version_of(headers: Mapping[str, str]) -> Version | None:
    """Of a whole answer's body; None where its rest cannot be had later. Names in lower case."""
    length = headers.get("content-length", "")
    is_plain = headers.get("content-encoding", "").strip().lower() in ("", "identity")
    if not is_plain or not re.fullmatch(r"[1-9][0-9]{0,14}", length, re.ASCII):
        return None
    if headers.get("accept-ranges", "").strip().lower() == "none":
        return None
    tag = headers.get("etag", "").strip()
    if _STRONG_TAG.fullmatch(tag):
        return Version("etag", tag, int(length))
    if not tag and _is_settled(headers):
        return Version("last-modified", headers["last-modified"].strip(), int(length))
    return None


def is_all(headers: Mapping[str, str]) -> bool:
    """Whether a 206 that nobody asked for brings the whole body all the same."""
    found = _RANGE.fullmatch(headers.get("content-range", "").strip())
    if found is None:
        return False
    first, last, size = map(int, found.groups())
    return first == 0 and last + 1 == size


class Transfer:
    """What has come so far, and of which version. Empty at first."""

    def __init__(self) -> None:
        self.writer: PartWriter | None = None
        self.version: Version | None = None
        self.resumed = False

    @property
    def can_go_on(self) -> bool:
        return self.version is not None and 0 < self._here < self.version.size

    def headers(self) -> list[tuple[str, str]]:
        """Of the request: for the rest, if the version is still the same."""
        if self.version is None or not self.can_go_on:
            return []
        return [("Range", f"bytes={self._here}-"), ("If-Range", self.version.value)]

    def is_continued_by(self, headers: Mapping[str, str]) -> bool:
        """Whether a 206 brings exactly the rest of the same version."""
        version = self.version
        if version is None or not self.can_go_on:
            return False
        # With If-Range a host may leave out Last-Modified, and must not leave out ETag.
        given = headers.get(version.header, "").strip()
        if given != version.value and (given or version.header == "etag"):
            return False
        if headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
            return False
        found = _RANGE.fullmatch(headers.get("content-range", "").strip())
        wanted = (self._here, version.size - 1, version.size)
        return found is not None and tuple(map(int, found.groups())) == wanted

    def check_whole(self) -> None:
        """Raises ValueError where the parts are not the whole."""
        if self.resumed and self.version is not None and self._here != self.version.size:
            raise ValueError("its parts do not make the whole")

    def discard(self) -> None:
        """Begin anew."""
        if self.writer is not None:
            self.writer.discard()
        self.writer = self.version = None
        self.resumed = False

    @property
    def _here(self) -> int:
        """Bytes; 0 where they cannot be relied on."""
        return self.writer.size if self.writer is not None and self.writer.is_sound else 0


class TooSlowError(Exception):
    """A host sends less than the least rate."""


@dataclass(frozen=True, slots=True)
class LeastRate:
    """What a host has to send, so that a transfer is not given up: far less than any line has."""

    bytes_per_s: float = 1000.0
    over_s: float = 60.0

    def start(self) -> Pace:
        return Pace(self)


class Pace:
    """Of one body. Silence is the read timeout's matter."""

    def __init__(self, least: LeastRate) -> None:
        self._least = least
        self._since = time.monotonic()
        self._bytes = 0

    def came(self, size_bytes: int) -> None:
        """More of the body is here. Raises TooSlowError."""
        self._bytes += size_bytes
        seconds = time.monotonic() - self._since
        if seconds < self._least.over_s:
            return
        if self._bytes < self._least.bytes_per_s * seconds:
            raise TooSlowError
        self._since, self._bytes = time.monotonic(), 0


class Interrupted:
    """Transfers by the URL they were begun with, for the next attempt; the oldest are given up."""

    def __init__(self) -> None:
        self._kept: dict[str, Transfer] = {}
        self._is_closed = False

    def take(self, url: str) -> Transfer:
        """The one that was begun; a new one where there is none."""
        return self._kept.pop(url, None) or Transfer()

    def keep(self, url: str, transfer: Transfer) -> None:
        """Only if it can go on."""
        self.forget(url)
        if self._is_closed or not transfer.can_go_on:
            transfer.discard()
            return
        self._kept[url] = transfer
        while len(self._kept) > KEPT_AT_MOST:
            self.forget(next(iter(self._kept)))

    def forget(self, url: str) -> None:
        """It is not wanted any more."""
        if transfer := self._kept.pop(url, None):
            transfer.discard()

    def close(self) -> None:
        """Forget all, also what comes yet."""
        self._is_closed = True
        for url in tuple(self._kept):
            self.forget(url)


def _is_settled(headers: Mapping[str, str]) -> bool:
    """Whether Last-Modified is a strong validator: older than the answer."""
    try:
        modified = parsedate_to_datetime(headers["last-modified"])
        return (parsedate_to_datetime(headers["date"]) - modified).total_seconds() >= _SETTLED_S
    except (KeyError, ValueError, TypeError, IndexError, OverflowError):
        return False
