"""A whole library as one file: what it is made of, and what is known of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from dreamina_desktop.core.export.file_name import is_reserved
from dreamina_desktop.core.jobs.job import Batch, ImageKey, Job

FORMAT = 1
ENDING = ".dreamina.zip"
MANIFEST = "manifest.json"
DATABASE = "library.sqlite3"
README = "README.txt"
IMAGES = "images"  # images/<folder>/<name>
README_TEXT = (
    "This file is a whole library of Dreamina Desktop: its jobs, marks, collections and images; "
    'it is opened with "Add a library from a file" in the settings of Dreamina Desktop, or with '
    "its option --add-library. "
    "It holds the addresses of API accounts, job IDs and references to images, as the library "
    "itself does, but no token and no settings. "
    "It is for the own use of whoever made it: do not hand it to others.\n"
)
MOST_RECORD_BYTES = 100_000_000  # a pasted text has 64 MB, an answer of the API 8
MOST_FILES = 2_000_000
_MOST_LENGTH = 200  # bytes of a folder or a name: what every system takes
_REFUSED = frozenset('<>:"|?*\\')
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


@dataclass(frozen=True, slots=True)
class ArchivedJob:
    """A job as it is in an archive: with the numbers that it has there."""

    job: Job
    batch: Batch
    raw: bytes | None  # its record as it came
    answers: tuple[tuple[float, bytes], ...]  # when, and what changed something, as it came
    facts: str | None = None  # what is known beside the record


@dataclass(frozen=True, slots=True)
class ArchivedCollection:
    """`expected`: jobs whose images are to come into it. All by the numbers of the archive."""

    name: str
    keys: tuple[ImageKey, ...]
    expected: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Original:
    """An image's file in an archive, proven by its check sum when it is unpacked."""

    name: str  # within the archive
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Written:
    """What an archive holds that was just made."""

    jobs: int
    images: int
    left_out: int  # images that are saved, but whose files are gone or changed
    size_bytes: int


def is_safe(name: str) -> bool:
    """Whether a name is one that an archive has and that stays below its folder on every
    system."""
    if name in (MANIFEST, DATABASE, README):
        return True
    parts = name.split("/")
    return len(parts) == 3 and parts[0] == IMAGES and all(map(_is_plain, parts[1:]))


def same_name(name: str) -> str:
    """What is equal for names that some systems hold for one."""
    return unicodedata.normalize("NFC", name).casefold()


def repeated(names: Sequence[str]) -> str | None:
    """The first name that some system would take for one before it."""
    seen: set[str] = set()
    for name in names:
        if (same := same_name(name)) in seen:
            return name
        seen.add(same)
    return None


def _is_plain(part: str) -> bool:
    if not part or part.startswith(".") or part[-1] in ". " or part != part.strip():
        return False
    if any(c in _REFUSED or unicodedata.category(c) in _UNSEEN for c in part):
        return False
    return not is_reserved(part) and len(part.encode()) <= _MOST_LENGTH
