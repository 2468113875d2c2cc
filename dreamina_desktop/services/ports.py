"""What the services need of the outside world, as small protocols; the adapters are in
api/, files/, library/, system/ and imaging/, and app/ puts them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from dreamina_desktop.core.archive.format import ArchivedJob
from dreamina_desktop.core.desktop_entry import DesktopEntry
from dreamina_desktop.core.jobs.answer import ImageAnswer, JobAnswer, Verdict
from dreamina_desktop.core.jobs.collection import Collection
from dreamina_desktop.core.jobs.history import HistoryAnswer
from dreamina_desktop.core.jobs.job import Batch, Image, ImageKey, Job
from dreamina_desktop.core.jobs.lineage import Lineage, Source
from dreamina_desktop.core.jobs.marks import Marks
from dreamina_desktop.core.paste.lines import NO_LABELS, Paste, PastedLine
from dreamina_desktop.core.search.filters import Facet
from dreamina_desktop.core.search.grouping import Grouping, GroupKey
from dreamina_desktop.core.search.results import Listing, Query
from dreamina_desktop.core.search.summary import JobCounts, Known, LibraryFacts


class Clock(Protocol):
    """Time as the services see it: tests bring their own."""

    def monotonic(self) -> float:
        """Seconds that never go back and that nobody sets; they count on while the machine
        sleeps."""

    def time(self) -> float:
        """Unix seconds by this machine's clock, which may be wrong and may jump."""

    async def sleep(self, seconds: float) -> None: ...


class JobApi(Protocol):
    """GET /images/{jobid} (docs/api.md). Never raises for what a server or network can do."""

    async def job(self, jobid: str) -> JobAnswer: ...

    def use_token(self, token: str | None) -> None:
        """Send this token from now on."""

    async def try_token(self, token: str) -> JobAnswer:
        """Ask with this token for a well-formed ID that cannot exist; `use_token`'s stays."""


class HistoryApi(Protocol):
    """GET /assets/{account} (docs/api.md). Never raises for what a server or network can do."""

    async def assets(self, account: str, offset: str | None = None) -> HistoryAnswer:
        """A page of an account's history, the first one without an offset."""


class ImageSource(Protocol):
    """Fetches an image's bytes into a .part file. Never raises for what a host can do."""

    async def fetch(self, url: str) -> ImageAnswer:
        """What an attempt that ended in TryLater has begun may be kept for the next one."""

    def received(self, url: str) -> int:
        """How many bytes of it are here while it is fetched; 0 while it is not."""

    def forget(self, url: str) -> None:
        """There will be no next one."""


class Imaging(Protocol):
    """Pillow, in worker processes. Survives a killed worker by starting a new one."""

    async def verify(self, file: Path) -> Verdict:
        """Decode all of its data. Raises OSError when the file cannot be read, or when nothing can
        be decoded now: that says nothing about the image."""

    async def thumbnails(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        """Of each a JPEG at most 320 px on its longer side, upright; None where there is none to be
        made. One process does them all, in one go. Raises OSError when nothing can be decoded now,
        and while the program closes."""

    async def previews(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        """The same, at most 640 px on the longer side: for paper."""


class JobRepository(Protocol):
    """Writes to the database. Every call is durable (WAL, FULL) when it returns; DatabaseError
    (an OSError) when it could not be. One call is one transaction. The number that comes back
    counts changes: JobIndex.note wants it."""

    async def add(
        self,
        at: float,
        jobids: Sequence[str],
        records: Mapping[str, bytes],
        lines: Sequence[PastedLine] = (),
        batch: Batch | None = None,
        labels: Mapping[str, str] = NO_LABELS,
    ) -> tuple[Batch, Sequence[Job], int]:
        """A new batch, or `batch` as it grew, with new jobs, numbered in this order; records (raw
        JSON) of pasted ones are stored with source "paste" (a final one makes the job done, its
        images pending).
        `lines`: of the text that they were found in; jobs that were here already are named, too.
        `labels`: by ID, of some of them."""

    async def check_place(self) -> None:
        """Raises DatabaseError where what is written now would be kept by nobody: the library's
        file was deleted, moved or replaced."""

    async def keep_paste(self, at: float, lines: Sequence[PastedLine]) -> None:
        """The lines of a text all of whose jobs are here already."""

    async def adopt_pastes(self, pastes: Sequence[Paste]) -> None:
        """Of another library, by the numbers here; those that are here already are left out."""

    async def paste_of(self, number: int) -> Paste | None:
        """The last kept text that names this job; else the jobs that were tracked with it. None
        where there is no such job."""

    async def adopt(
        self, archived: Sequence[ArchivedJob], *, keeps_up_to: int
    ) -> tuple[Sequence[Batch], Sequence[Job], int]:
        """Those of these jobs of another library whose IDs are not here, with all that is known
        of them; the batches that are new or longer now, and the jobs as they are here.
        `keeps_up_to`: numbers up to this one are kept, as far as they are free; the others get
        the next ones."""

    async def save_jobs(self, jobs: Iterable[Job], raw: Mapping[int, bytes] | None = None) -> int:
        """Write these jobs and their images as they are; `raw` by number: the answer that
        changed the record, kept as the job's raw JSON and in its history."""

    async def save_images(self, images: Iterable[Image]) -> int: ...

    async def save_marks(self, marks: Mapping[ImageKey, Marks]) -> int: ...

    async def raw_record(self, number: int) -> bytes | None:
        """The latest raw JSON."""


class JobIndex(Protocol):
    """Finds and reads jobs, however many there are. Sees what was noted before. Raises
    DatabaseError where the database cannot be read."""

    async def facts(self) -> LibraryFacts:
        """What has to be known of the whole library."""

    async def open_jobs(self) -> Sequence[Job]:
        """Jobs for which something is still to be done (core.search.summary.is_open), in the
        order of their numbers."""

    def job(self, number: int) -> Job | None:
        """Blocks for a moment; removed ones too."""

    async def jobs(self, numbers: Sequence[int]) -> Sequence[Job]:
        """Those that are there, by number, removed ones too."""

    def known(self, jobids: Sequence[str]) -> Mapping[str, Known]:
        """Which of these are here, removed ones too. Blocks for a moment."""

    async def known_later(self, jobids: Sequence[str]) -> Mapping[str, Known]:
        """The same, without blocking."""

    def listing(self, query: Query) -> Listing:
        """The shown jobs that a query asks for. Blocks."""

    def listing_within(self, wait_s: float, query: Query, limit: int) -> Listing | None:
        """So many of the first, if they are found in this time; else None."""

    async def listing_later(self, query: Query, limit: int | None = None) -> Listing:
        """All of them, or so many of the first, without blocking."""

    async def saved_files(self, after: ImageKey, limit: int) -> Sequence[tuple[ImageKey, str]]:
        """The saved images of shown jobs, with their files, by key."""

    async def group_keys(self, by: Grouping, numbers: Iterable[int]) -> Sequence[GroupKey]:
        """What these jobs have in common with others, in this order."""

    async def lineage(self, number: int) -> Lineage:
        """What a job was made from, and what was made from it, among the jobs that are shown."""

    async def image_of(self, source: Source) -> ImageKey | None:
        """Which image of a shown job it is."""

    async def upscaled(self, numbers: Iterable[int]) -> set[ImageKey]:
        """The images of these jobs of which a shown upscale with a saved image was made."""

    async def tags(self) -> Sequence[str]:
        """Every tag that was given, the most common first."""

    async def facet(self, query: Query, of: Facet) -> Sequence[tuple[str, int]]:
        """The values of a fact among what a query asks for, and how many jobs have them."""

    async def counts(self, numbers: Iterable[int]) -> JobCounts:
        """Of these jobs, as far as they are shown."""

    async def jobids(self, numbers: Iterable[int]) -> Sequence[str]:
        """Of these jobs, in this order, as far as they are there."""

    async def job_count(self) -> int:
        """How many jobs there are, removed ones too."""

    async def statistics(self) -> Mapping[str, int]:
        """How many jobs and images there are, by what is done about them and by what they are."""

    def note(self, stamp: int, jobs: Sequence[Job]) -> None:
        """These jobs were written as this change."""


class ImageFiles(Protocol):
    """The folder of originals."""

    async def keep(self, part: Path, folder: str, stem: str, extension: str = "") -> Path:
        """Flush, name `part` `<root>/<folder>/<stem>.<extension>` (a free name near it: nothing
        is ever overwritten), flush the folder; the final path. Without an extension, the one that
        its first bytes say. Raises OSError. When the image is recorded, `part` is to be
        discarded."""

    async def discard(self, part: Path) -> None: ...

    async def unrecorded(self) -> Sequence[tuple[Path, Path | None]]:
        """Parts that were kept and not discarded, by a run that was killed, each with its final
        path; None where that is gone. Raises OSError."""

    async def digest(self, file: Path) -> tuple[int, str]:
        """Size and SHA-256. Raises OSError."""

    async def missing(self, files: Sequence[str]) -> set[str]:
        """Which of these files are not there, or are empty."""

    async def sizes(self, files: Sequence[str]) -> Mapping[str, int | None]:
        """Their sizes in bytes, None where one is not there; without those that cannot be told."""

    async def find(
        self, folders: Sequence[str], key: tuple[int, int], elsewhere: Sequence[str] = ()
    ) -> Sequence[Path]:
        """Files, not empty, that are named for this job and image, in folders below the root, and
        below these others. Raises OSError."""

    async def has_marker(self, root: str, marker: str) -> bool:
        """Whether the small file of this name, by which a folder of images is known, is in it."""

    async def make_marker(self, root: str, *, makes_folder: bool) -> str:
        """Put one into a folder; its name. One that is there is taken. `makes_folder`: where it is
        missing. Raises OSError."""

    async def free_bytes(self) -> tuple[int, int]:
        """(free, total) of the disk that holds the folder."""


class GrowingFile(Protocol):
    """A new file of an export."""

    async def write(self, piece: bytes) -> None:
        """Raises OSError."""

    async def close(self) -> str:
        """It is whole and on the disk; its name. Raises OSError."""

    async def discard(self) -> None:
        """Never raises; nothing happens once it has its name."""


class ExportTarget(Protocol):
    """A folder or a zip that gets new files: nothing there is overwritten, and what stands under
    its name is whole. Raises OSError. A stem that is taken gets a number behind it."""

    @property
    def is_one_file(self) -> bool:
        """A zip, of which nothing is there before it is whole."""

    async def begin(self) -> None:
        """Before all else."""

    async def add_picture(
        self,
        stem: str,
        extension: str,
        source: str,
        packet: bytes | None,
        *,
        keeps_credentials: bool = True,
    ) -> tuple[str, str]:
        """A copy of a file with this XMP, or without any metadata; its name and its SHA-256.
        `keeps_credentials`: one with Content Credentials, which any change makes invalid, is copied
        as it is. Raises ValueError, in words, where its metadata cannot be told apart."""

    async def add_file(self, stem: str, extension: str, content: bytes) -> str:
        """A small file; its name."""

    async def new_file(self, stem: str, extension: str) -> GrowingFile:
        """One of any size."""

    async def finish(self) -> str:
        """All of it is on the disk; the folder, or the file."""

    async def give_up(self) -> None:
        """What was written to a folder stays; a zip goes. Never raises."""


class Fingerprints(Protocol):
    """SHA-256 of files that left the library, and of its own. Raises DatabaseError."""

    async def note(self, copies: Mapping[str, ImageKey]) -> None:
        """These copies of images were made."""

    async def find(self, digests: Sequence[str]) -> Mapping[str, ImageKey]:
        """Whose image, or whose copy, has these bytes."""


class Trash(Protocol):
    """The system's trash."""

    async def move(self, files: Sequence[str]) -> Sequence[str | None]:
        """Where each is in the trash by now; None where it was not taken."""

    async def restore(self, moved: Sequence[tuple[Path, Path]]) -> Sequence[bool]:
        """From its place in the trash back to where it was; whether that could be done. Nothing
        is overwritten."""


class ThumbnailStore(Protocol):
    """Thumbnails by image and size, up to a bound in bytes: what was shown longest ago goes. Losing
    it costs only time. Raises DatabaseError."""

    async def get(self, keys: Sequence[ImageKey], size_px: int) -> Mapping[ImageKey, bytes]:
        """Those that are there of this size (pixels on the longer side)."""

    async def put(self, jpegs: Mapping[ImageKey, bytes], size_px: int) -> None: ...

    async def drop(self, key: ImageKey) -> None:
        """Of every size."""

    async def tidy(self) -> bool:
        """A short piece of what waits until there is nothing else to do: noting what was shown,
        giving back what is too much. Whether there is more of it."""


class BackedUp(Protocol):
    """The database, as far as its backups go."""

    async def back_up_if_due(self) -> None:
        """Copy it, if the last copy is a day old. Raises OSError; then it is tried again."""


class Provable(Protocol):
    """The database, as far as its soundness goes."""

    async def prove(self) -> None:
        """Read all of it. Raises DamagedError, or DatabaseError where it cannot be read."""


class CollectionRepository(Protocol):
    """Collections, durable when a call returns. Raises DatabaseError."""

    async def load(self) -> tuple[Sequence[Collection], Mapping[int, int]]:
        """All of them, and which jobs' images (by number) are to come into which (by ID)."""

    async def create(self, name: str) -> Collection: ...

    async def save(self, collection: Collection, arrived: Iterable[int] = ()) -> None:
        """All of it; of the jobs that `arrived` nothing more is expected."""

    async def remove(self, collection: int) -> None: ...

    async def expect(self, numbers: Iterable[int], collection: int) -> None:
        """The images of these jobs are to come into it."""


class SettingsStore(Protocol):
    """Small JSON values by name."""

    async def load_settings(self) -> dict[str, Any]: ...

    async def save_setting(self, name: str, value: Any) -> None: ...


class Keyring(Protocol):
    """The system's keyring, asked off the GUI thread with a time limit. Raises KeyringError
    (core.errors) in words when it fails."""

    async def get(self, origin: str) -> str | None: ...

    async def set(self, origin: str, token: str) -> None: ...

    async def delete(self, origin: str) -> None: ...


class Autostart(Protocol):
    """Whether the system starts the program, hidden, when its user logs in. Raises OSError."""

    async def is_on(self) -> bool: ...

    async def set_on(self, on: bool) -> None: ...


class OtherPrograms(Protocol):
    """Other programs of this system, for saved files. Blocks nobody."""

    async def known_for(self, mime_type: str) -> Sequence[DesktopEntry]:
        """Those that the system knows for this type, the default one first; none where it has no
        list of them."""

    async def open_with(self, program: DesktopEntry, files: Sequence[str]) -> None:
        """Started by itself, with local files. Raises OSError."""

    async def show_in_folder(self, files: Sequence[str]) -> bool:
        """In the file manager, selected; False where that cannot be done."""
