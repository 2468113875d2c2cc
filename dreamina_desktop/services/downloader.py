"""Save every finished image before its link dies, the soonest to die first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dreamina_desktop.core import asset_ref, file_name, schedule
from dreamina_desktop.core.answer import (
    DiskTrouble,
    Fetched,
    Gone,
    ImageAnswer,
    Invalid,
    TryLater,
    Unusable,
    Verified,
)
from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.image_url import expires_at
from dreamina_desktop.core.job import Image, ImageKey, ImageState, Job
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.messages import Condition, Messages, Remedy
from dreamina_desktop.services.ports import Clock, ImageFiles, ImageSource, Imaging
from dreamina_desktop.services.supervisor import Supervisor

AT_ONCE = 4
FIRST_RETRY_S = 1.0  # doubled before the first retry
LONGEST_SLEEP_S = 2.0
LEAST_FREE_BYTES = 2_000_000_000
LEAST_FREE_SHARE = 0.05
LOOK_AT_DISK_EVERY_S = 5.0
LARGE_BACKLOG_IMAGES = 50
LARGE_BACKLOG_BYTES = 1_000_000_000
GUESSED_BYTES = 1_000_000  # of an image whose reference does not say


@dataclass(frozen=True, slots=True)
class DownloadStatus:
    """What the downloader does at this moment."""

    pending: int  # images still to be saved
    fetching: int  # requests under way
    disk_full: bool  # stopped by itself; goes on when there is room
    next_in_s: float | None  # seconds to the next request; None when none is planned


class Downloader:
    """Four at once. An image is saved only when it is whole on disk and Pillow decoded it."""

    def __init__(
        self,
        source: ImageSource,
        files: ImageFiles,
        imaging: Imaging,
        library: Library,
        messages: Messages,
        supervisor: Supervisor,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self._source = source
        self._files = files
        self._imaging = imaging
        self._library = library
        self._messages = messages
        self._supervisor = supervisor
        self._clock = clock
        self._jitter = jitter
        self._pending: dict[ImageKey, float] = {}  # when each may be tried, monotonic
        self._fetching: set[ImageKey] = set()
        self._failures: dict[ImageKey, int] = {}
        self._failing_since: dict[ImageKey, float] = {}
        self._kept: dict[ImageKey, Image] = {}  # on disk, not yet in the database
        self._disk_full = False
        self._disk_looked_at: float | None = None
        self._backlog_told = False
        self._paused = False
        self._woken = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []
        library.subscribe(self._on_changed)

    async def run(self) -> None:
        """Until cancelled."""
        await self._look_for_missing_files()
        for job in self._library.shown():
            self._plan(job)
        while True:
            self._woken.clear()
            await self._look_at_disk()
            self._start_due()
            await self._sleep(self._sleep_s())

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` when `status` changed in more than its seconds."""
        self._listeners.append(listener)

    @property
    def status(self) -> DownloadStatus:
        return DownloadStatus(
            pending=len(self._pending) + len(self._fetching),
            fetching=len(self._fetching),
            disk_full=self._disk_full,
            next_in_s=self._next_in(),
        )

    def is_fetching(self, key: ImageKey) -> bool:
        """Whether this image's bytes are coming at this moment."""
        return key in self._fetching

    def failing_for(self, key: ImageKey) -> float | None:
        """Seconds since every attempt for this image failed; None before the first failure."""
        since = self._failing_since.get(key)
        return None if since is None else self._clock.monotonic() - since

    def retry(self, keys: Iterable[ImageKey]) -> None:
        """Try lost, invalid and waiting images again, now."""
        for key in keys:
            image = self._library.image(key)
            if image is not None and image.state is not ImageState.SAVED:
                self._forget_failures(key)
                self._supervisor.spawn(self._make_pending(key), f"retry {key}")

    def pause(self) -> None:
        self._paused = True
        self._tell()

    def resume(self) -> None:
        self._paused = False
        self._tell()

    # -- what is due ------------------------------------------------------------------------

    def _on_changed(self, changes: ChangeSet) -> None:
        for number in changes.jobs:
            self._plan(self._library.job(number))
        self._tell()

    def _plan(self, job: Job) -> None:
        for image in job.images:
            wanted = image.state is ImageState.PENDING and not job.removed
            if not wanted:
                self._pending.pop(image.key, None)
            elif image.key not in self._fetching:
                self._pending.setdefault(image.key, 0.0)

    async def _look_for_missing_files(self) -> None:
        """A saved file that is gone is fetched again, as long as its link lives."""
        saved = [
            image
            for job in self._library.shown()
            for image in job.images
            if image.state is ImageState.SAVED and image.file
        ]
        missing = await self._files.missing([image.file for image in saved if image.file])
        for image in saved:
            if image.file in missing:
                await self._make_pending(image.key, "Its file was gone.")

    async def _make_pending(self, key: ImageKey, note: str = "") -> None:
        await self._library.change_image(
            key, lambda image: replace(image, state=ImageState.PENDING, file=None, note=note)
        )
        self._pending[key] = 0.0
        self._tell()

    def _start_due(self) -> None:
        if self._paused or self._disk_full:
            return
        now = self._clock.monotonic()
        ready = sorted((k for k, at in self._pending.items() if at <= now), key=self._urgency)
        for key in ready[: max(0, AT_ONCE - len(self._fetching))]:
            del self._pending[key]
            self._fetching.add(key)
            self._supervisor.spawn(self._save(key), f"save {key}")
        if ready:
            self._tell_listeners()

    def _urgency(self, key: ImageKey) -> tuple[float, int, int]:
        image = self._library.image(key)
        expires = expires_at(image.entry.url) if image and image.entry.url else None
        return (float("inf") if expires is None else expires, -key.number, key.index)

    def _next_in(self) -> float | None:
        if self._paused or self._disk_full or not self._pending:
            return None
        return max(0.0, min(self._pending.values()) - self._clock.monotonic())

    def _sleep_s(self) -> float:
        wait_s = self._next_in()
        if wait_s is None or len(self._fetching) >= AT_ONCE:
            return LONGEST_SLEEP_S
        return min(max(wait_s, 0.001), LONGEST_SLEEP_S)

    async def _sleep(self, seconds: float) -> None:
        sleeper = asyncio.ensure_future(self._clock.sleep(seconds))
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait((sleeper, woken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
            woken.cancel()

    # -- one image --------------------------------------------------------------------------

    async def _save(self, key: ImageKey) -> None:
        wait_s: float | None = None
        try:
            if key in self._kept:
                await self._record_kept(key)
            else:
                image = self._library.image(key)
                answer = await self._source.fetch((image and image.entry.url) or "")
                wait_s = await self._take(key, answer)
            self._messages.lift(Condition.DATABASE)
        except DatabaseError as error:
            self._messages.hold(Condition.DATABASE, str(error))
            wait_s = self._back_off(key)
        finally:
            self._fetching.discard(key)
            if wait_s is not None:
                self._pending[key] = self._clock.monotonic() + wait_s
            self._tell()

    async def _take(self, key: ImageKey, answer: ImageAnswer) -> float | None:
        """Do what the answer asks for; seconds to the next attempt, None for "settled"."""
        match answer:
            case Fetched():
                return await self._verify(key, answer)
            case Gone():
                await self._settle(key, ImageState.LOST, answer.reason)
            case Unusable():
                await self._settle(key, ImageState.INVALID, answer.reason)
            case TryLater():
                return await self._later(key, answer.reason, answer.retry_after_s)
            case DiskTrouble():
                return await self._disk_trouble(key, answer.reason)
        return None

    async def _verify(self, key: ImageKey, fetched: Fetched) -> float | None:
        try:
            verdict = await self._imaging.verify(fetched.part)
            if isinstance(verdict, Invalid):
                await self._files.discard(fetched.part)
                await self._settle(key, ImageState.INVALID, verdict.reason)
                return None
            await self._keep(key, fetched, verdict)
        except DatabaseError:
            raise
        except OSError as error:
            return await self._disk_trouble(key, f"It could not be written: {error.strerror}.")
        return None

    async def _keep(self, key: ImageKey, fetched: Fetched, verified: Verified) -> None:
        job = self._library.job(key.number)
        path = await self._files.keep(
            fetched.part,
            file_name.folder(_day(job).date()),
            file_name.stem(key.number, key.index, job.record.prompt if job.record else None),
            verified.extension,
        )
        self._kept[key] = _saved(job.images[key.index], path, fetched, verified)
        await self._record_kept(key)

    async def _record_kept(self, key: ImageKey) -> None:
        kept = self._kept[key]
        await self._library.change_image(key, lambda image: replace(kept, entry=image.entry))
        del self._kept[key]
        self._forget_failures(key)

    async def _settle(self, key: ImageKey, state: ImageState, reason: str) -> None:
        await self._library.change_image(
            key, lambda image: replace(image, state=state, note=reason)
        )
        self._forget_failures(key)

    async def _later(self, key: ImageKey, reason: str, retry_after_s: float | None) -> float:
        wait_s = self._back_off(key)
        if (image := self._library.image(key)) and image.note != reason:
            await self._library.change_image(key, lambda image: replace(image, note=reason))
        return max(wait_s, min(retry_after_s or 0.0, schedule.MAX_RETRY_AFTER_S))

    async def _disk_trouble(self, key: ImageKey, reason: str) -> float:
        self._messages.hold(Condition.DISK, f"Images cannot be saved. {reason}", Remedy.FOLDER)
        return await self._later(key, reason, None)

    def _back_off(self, key: ImageKey) -> float:
        self._failures[key] = self._failures.get(key, 0) + 1
        self._failing_since.setdefault(key, self._clock.monotonic())
        return schedule.backoff(FIRST_RETRY_S, self._failures[key], self._jitter())

    def _forget_failures(self, key: ImageKey) -> None:
        self._failures.pop(key, None)
        self._failing_since.pop(key, None)

    # -- room -------------------------------------------------------------------------------

    async def _look_at_disk(self) -> None:
        now = self._clock.monotonic()
        looked = self._disk_looked_at
        if not self._pending or (looked is not None and now - looked < LOOK_AT_DISK_EVERY_S):
            self._tell_backlog_over()
            return
        self._disk_looked_at = now
        free, total = await self._files.free_bytes()
        full = free < max(LEAST_FREE_BYTES, total * LEAST_FREE_SHARE)
        if full:
            self._messages.hold(
                Condition.DISK,
                f"Saving has stopped: only {_gb(free)} of the disk are free. It goes on by itself "
                "when there is room.",
                Remedy.FOLDER,
            )
        elif self._disk_full or not self._failures:
            self._messages.lift(Condition.DISK)
        if full is not self._disk_full:
            self._disk_full = full
            self._tell_listeners()
        self._tell_backlog(free)

    def _tell_backlog(self, free: int) -> None:
        coming = sum(map(self._expected_bytes, self._pending))
        large = len(self._pending) > LARGE_BACKLOG_IMAGES or coming > LARGE_BACKLOG_BYTES
        if large and not self._backlog_told:
            self._backlog_told = True
            self._messages.hold(
                Condition.BACKLOG,
                f"{len(self._pending):,} images are coming, about {_gb(coming)}; "
                f"{_gb(free)} are free.",
            )

    def _tell_backlog_over(self) -> None:
        if self._backlog_told and not self._pending:
            self._backlog_told = False
            self._messages.lift(Condition.BACKLOG)

    def _expected_bytes(self, key: ImageKey) -> int:
        image = self._library.image(key)
        reference = asset_ref.parse(image.entry.asset_ref or "") if image else None
        return reference.size_bytes if reference else GUESSED_BYTES

    def _tell(self) -> None:
        self._woken.set()
        self._tell_listeners()

    def _tell_listeners(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _saved(image: Image, path: Path, fetched: Fetched, verified: Verified) -> Image:
    return replace(
        image,
        state=ImageState.SAVED,
        file=str(path),
        file_width=verified.width,
        file_height=verified.height,
        size_bytes=fetched.size_bytes,
        sha256=fetched.sha256,
        note="",
    )


def _day(job: Job) -> datetime:
    """The day of the job in local time."""
    if job.record is not None and job.record.created is not None:
        return job.record.created.astimezone()
    return datetime.fromtimestamp(job.tracked_at).astimezone()


def _gb(size_bytes: int) -> str:
    if size_bytes < LARGE_BACKLOG_BYTES:
        return f"{size_bytes / 1e6:,.0f} MB"
    return f"{size_bytes / 1e9:,.1f} GB"
