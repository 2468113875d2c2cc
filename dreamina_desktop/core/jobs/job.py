"""A tracked job and its images, as the program knows them at one moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from dreamina_desktop.core.jobs.marks import NO_MARKS, Marks
from dreamina_desktop.core.jobs.record import ImageEntry, JobRecord
from dreamina_desktop.core.text.redaction import without_tokens
from dreamina_desktop.core.text.unescape import without_invisible

LABEL_LENGTH = 200  # characters
_LABEL_READ = 20_000  # of a text that is to be a label


class Tracking(StrEnum):
    """What the program does about a job."""

    POLLING = "polling"  # will be asked again, also while paused or refused
    DONE = "done"  # completed or failed
    NOT_FOUND = "not_found"
    STOPPED = "stopped"  # by the user


class ImageState(StrEnum):
    """Whether an image's bytes are here."""

    PENDING = "pending"  # bytes may still come
    SAVED = "saved"  # whole on disk and decoded
    INVALID = "invalid"  # the whole body came and is not a usable picture
    LOST = "lost"  # no bytes will come
    TRASHED = "trashed"  # its file is in the system's trash, by the user's wish


class Search(StrEnum):
    """Where a link is looked for, while there is none that works."""

    NONE = ""
    JOB = "job"  # its job is asked once more
    HISTORY = "history"  # the job had no other: the account's history is walked


@dataclass(frozen=True, order=True, slots=True)
class ImageKey:
    """Names one image for ever: the job's number and the image's index from 0."""

    number: int
    index: int

    def __str__(self) -> str:
        """The number people see: 214-1 is the first image of job 214."""
        return f"{self.number}-{self.index + 1}"


@dataclass(frozen=True, slots=True)
class Image:
    """One image of a job. `file` is an absolute path, None unless saved."""

    key: ImageKey
    entry: ImageEntry
    state: ImageState = ImageState.PENDING
    file: str | None = None
    file_width: int | None = None  # pixels, after the EXIF orientation
    file_height: int | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    note: str = ""  # in words: why it is not saved
    link: str | None = None  # from elsewhere than the record, and newer than the record's
    search: Search = Search.NONE
    died: str = ""  # in words, without a full stop: what became of the last link

    @property
    def url(self) -> str | None:
        """Where its bytes are, as far as is known."""
        return self.link or self.entry.url


@dataclass(frozen=True, slots=True)
class Job:
    """One tracked job. Times are Unix seconds of this machine's clock."""

    number: int  # short and lasting; given in tracking order
    jobid: str
    batch: int
    tracked_at: float
    tracking: Tracking = Tracking.POLLING
    removed: bool = False
    record: JobRecord | None = None
    record_source: str = ""  # "server", "paste", or "" while there is no record
    last_asked_at: float | None = None
    not_found_count: int = 0  # 404 "Job not found" answers in a row
    note: str = ""  # in words: the last trouble, or why it is not found
    images: tuple[Image, ...] = ()
    marks: tuple[Marks, ...] = ()  # of the images up to the last that has any
    given_label: str | None = None  # by the user, or beside its ID in a table; None: never any

    @property
    def status(self) -> str:
        """The API's word, or "" before there is a record."""
        return self.record.status if self.record else ""

    @property
    def label(self) -> str:
        """What the user calls the job: the label that was given, else its `replyRef`; or ""."""
        if self.given_label is not None:
            return self.given_label
        reply_ref = self.record.reply_ref if self.record else None
        return clean_label(reply_ref) if reply_ref else ""

    def marks_of(self, index: int) -> Marks:
        """Of one image."""
        return self.marks[index] if index < len(self.marks) else NO_MARKS

    def with_marks(self, index: int, marks: Marks) -> Job:
        """One image marked otherwise."""
        missing = (NO_MARKS,) * (index - len(self.marks))
        changed = (*self.marks[:index], *missing, marks, *self.marks[index + 1 :])
        while changed and not changed[-1]:
            changed = changed[:-1]
        return replace(self, marks=changed)


def clean_label(text: str) -> str:
    """A label in one line of at most 200 characters, without a token and what nobody sees."""
    safe = without_tokens(without_invisible(text[:_LABEL_READ]))
    whole = safe.encode(errors="replace").decode()  # halves of characters cannot be written
    return " ".join(whole.split())[:LABEL_LENGTH].rstrip()


def labelled_where_empty(job: Job, label: str) -> Job:
    """A job with a label from a paste or another library, unless one was given before."""
    return job if job.given_label or not label else replace(job, given_label=label)


@dataclass(frozen=True, slots=True)
class Batch:
    """The jobs that one paste added."""

    id: int
    at: float  # Unix seconds
    count: int
