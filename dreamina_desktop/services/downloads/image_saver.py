"""Fetch one image, prove it whole, move it to its place and record it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.export import file_name
from dreamina_desktop.core.jobs import link_recovery, schedule
from dreamina_desktop.core.jobs.answer import (
    DiskTrouble,
    Fetched,
    Gone,
    ImageAnswer,
    Invalid,
    LinkDied,
    TryLater,
    Unusable,
    Verdict,
    Verified,
)
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job
from dreamina_desktop.core.text.dates import local_time
from dreamina_desktop.core.text.urls import expires_at
from dreamina_desktop.services.downloads.disk_space import Room
from dreamina_desktop.services.downloads.existing_files import KeptFiles, day_of
from dreamina_desktop.services.downloads.orphaned_parts import (
    error_words,
    saved_image,
    unverified_image,
)
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import Clock, ImageFiles, ImageSource, Imaging
from dreamina_desktop.services.session.messages import Condition, Messages
from dreamina_desktop.services.traffic.failures import Deaths, Failures
from dreamina_desktop.services.traffic.host_gates import Hosts
from dreamina_desktop.services.traffic.server_clock import ServerClock

FIRST_RETRY_S = 1.0  # doubled before the first retry


@dataclass(frozen=True, slots=True)
class _Kept:
    """An image as it is to be recorded: its file is in its place."""

    image: Image
    part: Path
    file: Path


class ImageKeeper:
    """One method for each kind of answer. There is never a second file for an image."""

    def __init__(
        self,
        source: ImageSource,
        files: ImageFiles,
        imaging: Imaging,
        library: Library,
        messages: Messages,
        clock: Clock,
        server_clock: ServerClock,
        jitter: Callable[[], float],
        hosts: Hosts,
        room: Room,
        kept: KeptFiles,
    ) -> None:
        self._source = source
        self._files = files
        self._imaging = imaging
        self._library = library
        self._messages = messages
        self._server_clock = server_clock
        self._jitter = jitter
        self._hosts = hosts
        self._room = room
        self._kept = kept
        self._deaths: Deaths[ImageKey] = Deaths(clock)  # of links
        self._unrecorded: dict[ImageKey, _Kept] = {}
        self._undecoded: set[ImageKey] = set()  # their files are here, and no host is needed
        self._begun: dict[ImageKey, str] = {}  # URLs of which a part may be here
        self._clock = clock
        self._refusals: Failures[ImageKey] = Failures(clock)  # of a link that may work again
        self._sought_after_refusals: set[ImageKey] = set()  # a fresh link was looked for
        self.failures: Failures[ImageKey] = Failures(clock)

    async def find_file(self, key: ImageKey) -> Image | None:
        """The image as a saved one, if its file is in a folder that was used."""
        return await self._kept.find(key)

    def is_unrecorded(self, key: ImageKey) -> bool:
        """Whether the image's file is there and only its record is missing."""
        return key in self._unrecorded

    def is_here(self, key: ImageKey) -> bool:
        """Whether nothing has to be fetched for it, as far as is known."""
        return key in self._unrecorded or key in self._undecoded

    def forget(self, key: ImageKey) -> None:
        """Begin anew with this image."""
        self.failures.clear(key)
        self._deaths.forget(key)
        self._refusals.clear(key)
        self._sought_after_refusals.discard(key)
        self._kept.forget(key)
        self._undecoded.discard(key)

    def failed(self, key: ImageKey, reason: str) -> float:
        """An attempt came to nothing; seconds to the next one. `reason`: a sentence."""
        return schedule.backoff(FIRST_RETRY_S, self.failures.add(key, reason), self._jitter())

    def leave(self, key: ImageKey) -> None:
        """The image is not wanted, or not from where it was begun."""
        if (url := self._begun.pop(key, None)) is not None:
            self._source.forget(url)

    async def save(self, key: ImageKey) -> float:
        """One attempt; seconds to the next one, in case that the image is still pending."""
        try:
            if key in self._unrecorded:
                return await self._record(key)
            if (found := await self._kept.find(key)) is not None:
                await self._change(key, lambda image: replace(found, entry=image.entry))
                return self._after(key, found)
            if key in self._undecoded:  # its file is gone: it is its host's turn
                self._undecoded.discard(key)
                return 0.0
            image = self._library.image(key)
            url = (image.url if image else None) or ""
            if self._begun.get(key) != url:
                self.leave(key)
            self._begun[key] = url
            return await self._take(key, url, await self._source.fetch(url))
        except DatabaseError as error:
            self._messages.hold(Condition.DATABASE, str(error))
            return self.failed(key, str(error))

    async def _take(self, key: ImageKey, url: str, answer: ImageAnswer) -> float:
        self._hosts.heard(url, answer)
        match answer:
            case Fetched():
                return await self._fetched(key, url, answer)
            case Gone():
                return await self._settle(key, ImageState.LOST, answer.reason)
            case LinkDied():
                return await self._link_died(key, url, answer)
            case Unusable():
                return await self._settle(key, ImageState.INVALID, answer.reason)
            case TryLater():
                return await self._later(key, url, answer)
            case DiskTrouble():
                return await self._disk_trouble(key, answer.reason)

    async def _fetched(self, key: ImageKey, url: str, fetched: Fetched) -> float:
        verdict = await self._verdict(fetched.part)
        if isinstance(verdict, Invalid):
            await self._discard(fetched.part)
            if fetched.resumed:  # its parts may be of two images
                return await self._later(key, url, TryLater(f"Loaded anew: {verdict.reason}"))
            return await self._settle(key, ImageState.INVALID, verdict.reason)
        extension = verdict.extension if isinstance(verdict, Verified) else ""
        try:
            path = await self._keep(key, fetched.part, extension)
        except OSError as error:
            await self._discard(fetched.part)
            return await self._disk_trouble(key, f"The disk refused it: {error_words(error)}.")
        self._room.took_one()
        image = self._library.job(key.number).images[key.index]
        size_bytes, sha256 = fetched.size_bytes, fetched.sha256
        if isinstance(verdict, Verified):
            kept = saved_image(image, path, verdict, size_bytes, sha256)
        else:
            kept = unverified_image(image, path, size_bytes, sha256, verdict)
        self._unrecorded[key] = _Kept(kept, fetched.part, path)
        return await self._record(key)

    async def _verdict(self, part: Path) -> Verdict | OSError:
        """An OSError says nothing about the image: its bytes are kept until something does."""
        try:
            return await self._imaging.verify(part)
        except OSError as error:
            return error

    async def _keep(self, key: ImageKey, part: Path, extension: str) -> Path:
        job = self._library.job(key.number)
        prompt = job.record.prompt if job.record else None
        return await self._files.keep(
            part,
            file_name.folder(day_of(job).date()),
            file_name.stem(key.number, key.index, prompt),
            extension,
        )

    async def _record(self, key: ImageKey) -> float:
        kept = self._unrecorded[key]
        await self._change(key, lambda image: _recorded(image, kept.image))
        del self._unrecorded[key]
        await self._discard(kept.part)
        image = self._library.job(key.number).images[key.index]
        if image.state is ImageState.SAVED and image.file != str(kept.file):
            await self._discard(kept.file)  # another came meanwhile, from an archive
        return self._after(key, image)

    def _after(self, key: ImageKey, image: Image) -> float:
        """Its bytes are here; where they could not be decoded, that is tried again later."""
        if image.state is ImageState.SAVED or link_recovery.rests(image):
            self.forget(key)
            return 0.0
        self._undecoded.add(key)
        return self.failed(key, image.note)

    async def _link_died(self, key: ImageKey, url: str, answer: LinkDied) -> float:
        """A fresh link is looked for, unless even the fresh ones die at once."""
        why, times = self._what_became_of(url, answer), self._deaths.add(key)
        job = self._library.job(key.number)

        def died(image: Image) -> Image:
            return _after_death(job, image, why, times) if image.url == url else image

        await self._change(key, died)
        self.failures.clear(key)
        return 0.0

    def _what_became_of(self, url: str, answer: LinkDied) -> str:
        """With the time: when it expired, else when it was found dead."""
        now, expires = self._server_clock.time(), expires_at(url)
        at = expires if expires is not None and expires <= now else now
        return f"{answer.reason.rstrip('.')} {_moment(at)}".rstrip()

    async def _settle(self, key: ImageKey, state: ImageState, reason: str) -> float:
        await self._change(key, lambda image: replace(image, state=state, note=reason))
        self.failures.clear(key)
        return 0.0

    async def _refused(self, key: ImageKey, url: str, answer: TryLater) -> float:
        """Its host works: it is tried again less and less often for a day, then with a fresh link,
        and rests when that is refused for as long."""
        self._refusals.add(key)
        since = self._refusals.since(key)
        if since is not None and self._clock.monotonic() - since >= schedule.REFUSED_FOR_S:
            return await self._refused_for_long(key, url, answer.reason.rstrip("."))
        await self._note(key, answer.reason)
        count = self.failures.add(key)
        wait_s = schedule.refused_again_in(FIRST_RETRY_S, count, self._jitter())
        return max(wait_s, answer.retry_after_s or 0.0)

    async def _refused_for_long(self, key: ImageKey, url: str, why: str) -> float:
        was_sought = key in self._sought_after_refusals
        end = link_recovery.resting if was_sought else link_recovery.refused
        await self._change(key, lambda image: end(image, why) if image.url == url else image)
        self._refusals.clear(key)
        self._sought_after_refusals.add(key)
        return 0.0

    async def _later(self, key: ImageKey, url: str, answer: TryLater) -> float:
        if answer.refusal:
            return await self._refused(key, url, answer)
        await self._note(key, answer.reason)
        wait_s = self.failed(key, answer.reason)
        if answer.retry_after_s is None:
            return wait_s
        self.failures.stop_the_clock(key)
        return max(wait_s, self._hosts.wait(url, answer.retry_after_s, answer.reason))

    async def _disk_trouble(self, key: ImageKey, reason: str) -> float:
        self._room.refused(reason)
        await self._note(key, reason)
        return self.failed(key, reason)

    async def _note(self, key: ImageKey, reason: str) -> None:
        image = self._library.image(key)
        if image is not None and image.note != reason:
            await self._change(key, lambda image: replace(image, note=reason))

    async def _change(self, key: ImageKey, change: Callable[[Image], Image]) -> None:
        await self._library.change_image(key, change)
        self._messages.lift(Condition.DATABASE)

    async def _discard(self, part: Path) -> None:
        try:
            await self._files.discard(part)
        except OSError:
            return  # the next start removes what is left


def _recorded(image: Image, saved: Image) -> Image:
    """There is one file for an image: the first that is recorded."""
    if image.state is ImageState.SAVED:
        return image
    return replace(saved, entry=image.entry, link=image.link)


def _after_death(job: Job, image: Image, why: str, times: int) -> Image:
    """The job is asked; if the link from there died too, the history is; else it is over."""
    died = link_recovery.link_died(image, why)
    if times == 1:
        return died
    return link_recovery.next_place(job, died) if times == 2 else link_recovery.lost(died)


def _moment(at: float) -> str:
    """In local time."""
    return f"on {local_time(at):%Y-%m-%d at %H:%M}"
