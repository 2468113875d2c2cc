"""What came of asking: for a job, and for an image's bytes. Consumed with `match`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from dreamina_desktop.core.jobs.record import JobRecord


@dataclass(frozen=True, slots=True)
class Found:
    """200 with a record. `raw` is the body, UTF-8 JSON, as it came."""

    record: JobRecord
    raw: bytes


class Ending(Enum):
    """Why the API will never say more about a job."""

    UNKNOWN = "unknown"  # 404
    EXPIRED = "expired"  # 410
    UNREADABLE_ID = "unreadable ID"  # 400
    FORBIDDEN = "forbidden"  # 403 that names a user or a resource


@dataclass(frozen=True, slots=True)
class NotFound:
    """The API has no record of this job for us, and speaks of the job: believed at the second
    time in a row."""

    ending: Ending = Ending.UNKNOWN


@dataclass(frozen=True, slots=True)
class Refused:
    """401 or 402: nothing more will be answered until the user mends it."""

    http_status: int
    message: str


@dataclass(frozen=True, slots=True)
class Throttled:
    """429: the whole origin waits. None where the server did not say for how long."""

    retry_after_s: float | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Anything that says nothing about the job: network, 5xx, another 403 or 404, 596, unreadable.
    In words."""

    reason: str
    network: bool = False  # no HTTP answer came at all
    of_request: bool = False  # about this request or its account; the origin may be well


JobAnswer = Found | NotFound | Refused | Throttled | Trouble


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole body with a 2xx, not yet verified, in `part` (removed by whoever gets this)."""

    part: Path
    size_bytes: int
    sha256: str
    resumed: bool = False  # put together of several answers


@dataclass(frozen=True, slots=True)
class Gone:
    """No bytes will come: there is no link, or one that may not be asked for."""

    reason: str


@dataclass(frozen=True, slots=True)
class LinkDied:
    """None will come by this link: 403, 404, 410, HTML, empty, expired. A fresh one may work."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """The whole body came and cannot be an image we keep (over the size limit)."""

    reason: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """Network error, cut connection, short body, 5xx, 429; `refusal`: the host works, and refused
    this link in a way that may pass (3xx and 4xx but 403, 404, 410; redirects that lead astray)."""

    reason: str
    retry_after_s: float | None = None
    refusal: bool = False
    network: bool = field(default=False, compare=False)  # no whole HTTP answer came


@dataclass(frozen=True, slots=True)
class DiskTrouble:
    """Our own disk refused the bytes (full, read-only, I/O error)."""

    reason: str


ImageAnswer = Fetched | Gone | LinkDied | Unusable | TryLater | DiskTrouble


@dataclass(frozen=True, slots=True)
class Verified:
    """Pillow decoded every pixel. Pixels after the EXIF orientation."""

    extension: str  # "jpg", "png" or "webp", from the bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Invalid:
    """Not a whole JPEG, PNG or WebP, or a bomb. In words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Decoding it ended the decoder twice, or twice took more time than a picture of its size may
    take, while a good picture was decoded in between. It may be whole. In words."""

    reason: str


Verdict = Verified | Invalid | Undecodable
