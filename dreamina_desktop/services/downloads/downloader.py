"""Save every finished image before its link dies, the soonest to die first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Search
from dreamina_desktop.core.jobs.link_recovery import again, rests
from dreamina_desktop.core.text.urls import expires_at
from dreamina_desktop.services.downloads.disk_space import Room
from dreamina_desktop.services.downloads.existing_files import KeptFiles
from dreamina_desktop.services.downloads.image_queue import ImageQueue, Line
from dreamina_desktop.services.downloads.image_saver import ImageKeeper
from dreamina_desktop.services.downloads.large_download_notice import Backlog, expected_bytes
from dreamina_desktop.services.downloads.missing_files import MissingFiles
from dreamina_desktop.services.downloads.orphaned_parts import record_unrecorded
from dreamina_desktop.services.holds import Hold, OpenWork, Work
from dreamina_desktop.services.library import SLICE, ChangeSet, Library
from dreamina_desktop.services.listeners import Listeners
from dreamina_desktop.services.ports import Clock, ImageFiles, ImageSource, Imaging
from dreamina_desktop.services.session.messages import Condition, Messages
from dreamina_desktop.services.session.supervisor import Supervisor
from dreamina_desktop.services.traffic.download_slots import LOOK_EVERY_S
from dreamina_desktop.services.traffic.host_gates import Hosts, host_of
from dreamina_desktop.services.traffic.server_clock import ServerClock
from dreamina_desktop.services.traffic.wakeable_sleep import Waker

AT_ONCE = 4
LOOKS = 100  # images that are looked at in one go
LONGEST_SLEEP_S = 2.0
SLEPT_S = 10.0  # a turn that took so much longer: the machine slept
SHORTEST_SLEEP_S = 0.001
AFTER_A_MISTAKE_S = 60.0  # of ours, which the supervisor tells
MISTAKE = "Something went wrong in Dreamina Desktop while an image was saved."
PROGRESS_BYTES = 65_536  # of an image: what drips for a day is none


@dataclass(frozen=True, slots=True)
class DownloadStatus:
    """What the downloader does at this moment."""

    pending: int  # images still to be saved
    fetching: int  # requests under way
    disk_full: bool  # stopped by itself; goes on when there is room
    next_in_s: float | None  # seconds to the next request; None when none is planned
    folder_away: bool = False  # stopped until the folder for images is there
    missing: int = 0  # saved images whose files are not where they were


class Downloader:
    """Four at once, and others of hosts that drip. An image is saved only when it is whole on disk
    and Pillow decoded it."""

    def __init__(
        self,
        source: ImageSource,
        files: ImageFiles,
        imaging: Imaging,
        library: Library,
        missing: MissingFiles,
        messages: Messages,
        supervisor: Supervisor,
        clock: Clock,
        jitter: Callable[[], float],
        server_clock: ServerClock,
        on_retry: Callable[[Iterable[ImageKey]], None] = lambda _keys: None,
        *,
        limited: bool = True,
        reserve_bytes: Callable[[], int | None] = lambda: None,
        rescued_numbers: int = 0,
    ) -> None:
        """`on_retry` gets the pending images that the user wants to be tried again. `limited`:
        retries have a budget (not on loopback). `reserve_bytes`: Room; `rescued_numbers`:
        KeptFiles."""
        self._source = source
        self._files = files
        self._imaging = imaging
        self._library = library
        self._missing = missing
        self._messages = messages
        self._supervisor = supervisor
        self._clock = clock
        self._jitter = jitter
        self._hosts = Hosts(
            clock,
            jitter,
            AT_ONCE,
            limited=limited,
            on_recovering=self._on_host_recovering,
            received=source.received,
        )
        self._room = Room(files, messages, clock, reserve_bytes)
        self._backlog = Backlog(messages)
        self._keeper = ImageKeeper(
            source,
            files,
            imaging,
            library,
            messages,
            clock,
            server_clock,
            jitter,
            self._hosts,
            self._room,
            KeptFiles(library, files, imaging, rescued_numbers, lambda: missing.folder.known),
        )
        self._on_retry = on_retry
        self._queue = ImageQueue(self._line, self._urgency)
        self._fetching: set[ImageKey] = set()
        self._received: dict[ImageKey, tuple[int, float]] = {}  # most bytes so far, and when
        self._paused = False
        self._has_looked = False
        self._waker = Waker(clock)
        self._listeners = Listeners[[]]()
        library.subscribe(self._on_changed)

    async def run(self) -> None:
        """Until cancelled."""
        await record_unrecorded(self._library, self._files, self._imaging, self._messages)
        await self._missing.look()
        self._has_looked = True
        async for job in self._library.each_open_job():
            self._plan(job)
        while True:
            await self._look_around()
            if self._start_due():
                await asyncio.sleep(0)  # the window's turn
                continue
            before = self._clock.monotonic()
            await self._waker.sleep(self._sleep_s())
            if self._clock.monotonic() - before > LONGEST_SLEEP_S + SLEPT_S:
                self._on_woken_up()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` when `status` changed in more than its seconds."""
        self._listeners.add(listener)

    @property
    def status(self) -> DownloadStatus:
        return DownloadStatus(
            pending=len(self._queue) + len(self._fetching),
            fetching=len(self._fetching),
            disk_full=self._room.is_closed,
            next_in_s=self._next_in(),
            folder_away=self._missing.folder.away_since is not None,
            missing=self._missing.count,
        )

    @property
    def question(self) -> str:
        """What the user is asked about the folder for images, or about files that are not where
        they were: it does not go away by itself. Else ""."""
        return self._missing.question

    @property
    def has_looked(self) -> bool:
        """Whether it is known which saved files are gone."""
        return self._has_looked

    async def find_file(self, key: ImageKey) -> Image | None:
        """An image as a saved one, if its file is in a folder that was used."""
        return await self._keeper.find_file(key)

    def is_fetching(self, key: ImageKey) -> bool:
        """Whether this image's bytes are coming at this moment."""
        return key in self._fetching

    def failing_for(self, key: ImageKey) -> float | None:
        """Seconds since every attempt for this image failed, its host has not worked, or no image
        could be saved at all; None while there is no failure. An image at rest has been failing for
        ever."""
        image = self._library.image(key)
        if image is not None and rests(image):
            return float("inf")
        begins = (
            self._keeper.failures.since(key),
            self._hosts.failing_since(self._url(key)),
            self._room.closed_since,
            self._missing.folder.away_since,
        )
        since = min((at for at in begins if at is not None), default=None)
        return None if since is None else self._clock.monotonic() - since

    def holds(self, left: OpenWork) -> Iterator[Hold]:
        """Implements HoldSource: why images are not fetched, or not saved."""
        if self.question:
            stops = Work.IMAGES if self._missing.folder.question else Work.NONE
            yield Hold(self.question, stops, asks_user=True)
        if Work.IMAGES not in left.kinds:
            return
        if self._paused:
            yield Hold("Saving is paused.", Work.IMAGES)
        if self._room.is_closed:
            yield Hold(self._room.reason, Work.IMAGES)
        hosts = (self._hosts.trouble(self._url(key)) for key in left.images[:LOOKS])
        reasons = map(self._keeper.failures.reason, left.images)
        resting = map(self._why_it_rests, left.images)
        if (reason := next(filter(None, chain(hosts, reasons, resting)), None)) is not None:
            yield Hold(reason)

    def _why_it_rests(self, key: ImageKey) -> str:
        image = self._library.image(key)
        return image.note if image is not None and rests(image) else ""

    def goes_on(self, left: OpenWork) -> bool:
        """Whether one of these images is on its way for the first time."""
        wanted = self._fetching.intersection(left.images) if self._fetching else ()
        return any(
            key not in self._keeper.failures and not self._hosts.trouble(self._url(key))
            for key in wanted
        )

    def went_on_at(self, left: OpenWork) -> float:
        """When bytes of one of these images came last, as far as they were new, monotonic; 0.0
        for never."""
        for key in self._fetching:
            received = self._source.received(self._url(key))
            if received >= self._received.get(key, (0, 0.0))[0] + PROGRESS_BYTES:
                self._received[key] = received, self._clock.monotonic()
        wanted = self._received.keys() & set(left.images) if self._received else ()
        return max((self._received[key][1] for key in wanted), default=0.0)

    def retry(self, keys: Iterable[ImageKey]) -> None:
        """Try lost, invalid and waiting images again, now; very many one slice after another."""
        keys = list(keys)
        if len(keys) <= SLICE:
            self._retry(keys)
        else:
            self._supervisor.spawn(self._retry_many(keys), "retry many")

    def pause(self) -> None:
        self._paused = True
        self._tell()

    def resume(self) -> None:
        self._paused = False
        self._tell()

    def _on_changed(self, changes: ChangeSet) -> None:
        for number in changes.jobs:
            self._plan(self._library.job(number))
        self._tell()

    def _plan(self, job: Job) -> None:
        for image in job.images:
            if not self._is_wanted(job, image):
                self._queue.discard(image.key)
                if image.key not in self._fetching:
                    self._keeper.leave(image.key)
            elif image.key not in self._queue and image.key not in self._fetching:
                self._queue.put(image.key, self._clock.monotonic())

    def _is_wanted(self, job: Job, image: Image) -> bool:
        if self._keeper.is_unrecorded(image.key):
            return True
        has_link = image.state is ImageState.PENDING and image.search is Search.NONE
        return has_link and not job.removed and not rests(image)

    def _retry(self, keys: Sequence[ImageKey]) -> None:
        given_up = []
        for key in keys:
            image = self._library.image(key)
            if image is None or image.state is ImageState.SAVED or key in self._fetching:
                continue
            self._keeper.forget(key)
            if image.state is not ImageState.PENDING or rests(image):
                given_up.append(key)
                continue
            if image.search is Search.NONE:
                self._queue.put(key, self._clock.monotonic())
            self._on_retry([key])
        if given_up:
            self._supervisor.spawn(self._make_pending(frozenset(given_up)), "retry")
        self._tell()

    async def _retry_many(self, keys: Sequence[ImageKey]) -> None:
        """What nothing was to be done for is not in memory."""
        try:
            for start in range(0, len(keys), SLICE):
                some = keys[start : start + SLICE]
                await self._library.fetch(key.number for key in some)
                self._retry(some)
                await asyncio.sleep(0)  # the window's turn
        except DatabaseError as error:
            self._messages.hold(Condition.DATABASE, str(error))

    async def _make_pending(self, keys: Collection[ImageKey]) -> None:
        numbers = dict.fromkeys(key.number for key in keys)
        try:
            await self._library.change_many(numbers, lambda job: _again(job, keys))
        except DatabaseError as error:
            self._messages.hold(Condition.DATABASE, str(error))
            return
        self._on_retry(keys)

    async def _look_around(self) -> None:
        await self._look_at_folder()
        if not len(self._queue):
            if not self._fetching:
                self._backlog.over()
                self._room.nobody_waits()
            return
        if not self._room.is_due and self._backlog.told:
            return
        keys = self._queue.keys()
        some = [image for image in map(self._library.image, islice(keys, LOOKS)) if image]
        await self._room.look(sum(sorted(map(expected_bytes, some))[-AT_ONCE:]))
        if not self._backlog.told:
            room = self._room
            self._backlog.say(some, len(keys), room.free_bytes, room.reserve_bytes)

    async def _look_at_folder(self) -> None:
        """While images wait for it, or it is away; where that changes, other files are back or
        missing too."""
        folder = self._missing.folder
        was_away = folder.away_since is not None
        if was_away or len(self._queue):
            await folder.look()
        if was_away != (folder.away_since is not None):
            await self._missing.look()
            self._tell_listeners()
        await self._missing.look_again()

    def _start_due(self) -> bool:
        """Whether there is more to be looked at: of thousands some at a time."""
        now = self._clock.monotonic()
        looked_at = self._queue.line_up(now, LOOKS)
        self._hosts.slots.look()
        for _ in range(LOOKS):
            if not self._start_next(now):
                break
        return looked_at == LOOKS

    def _start_next(self, now: float) -> bool:
        """The soonest to die of the hosts that take some. One that was down lately is tried
        first, with any image, best one that has not failed yet: the trouble may be with those that
        have, or with those that go first."""
        free = self._free_lines() if self._may_start() else ()
        lines = [line for line in free if self._hosts.host_opens_at(line[0], retry=line[1]) <= now]
        if not lines:
            return False
        line = min(lines, key=self._line_rank)
        place = self._jitter() if self._hosts.is_named_in_doubt(line[0]) else 0.0
        key = self._queue.next_in(line, place)
        if key is not None:
            self._start(key, now)
        return True

    def _free_lines(self) -> Sequence[Line]:
        """Those of hosts that have a slot left."""
        lines = self._queue.lines()
        takers = self._hosts.slots.takers({host for host, _ in lines})
        return [line for line in lines if line[0] in takers]

    def _line_rank(self, line: Line) -> tuple[float, ...]:
        host, retry = line
        in_doubt = self._hosts.is_named_in_doubt(host)
        return (float(not in_doubt), float(in_doubt and retry), *self._queue.first_rank(line))

    def _start(self, key: ImageKey, now: float) -> None:
        """Fetch it, or let it wait for its host: it may have another one by now."""
        host, retry = self._line(key)
        has_slot = host in self._hosts.slots.takers({host})
        if not has_slot or self._hosts.host_opens_at(host, retry=retry) > now:
            self._queue.stand_in_line(key)
            return
        url = self._url_to_fetch(key)
        self._hosts.started(url, retry=retry)
        self._fetching.add(key)
        self._supervisor.spawn(self._save(key, url), f"save {key}")
        self._tell_listeners()

    async def _save(self, key: ImageKey, url: str) -> None:
        again_in_s = AFTER_A_MISTAKE_S
        try:
            again_in_s = await self._keeper.save(key)
        except Exception:
            self._keeper.failed(key, MISTAKE)
            raise
        finally:
            self._fetching.discard(key)
            self._hosts.ended(url)
            job = self._library.job(key.number)
            if self._is_wanted(job, job.images[key.index]):
                self._queue.put(key, self._clock.monotonic() + again_in_s)
            else:
                self._keeper.leave(key)
                self._received.pop(key, None)
            self._tell()

    def _on_host_recovering(self, host: str) -> None:
        """Nobody waits out a back-off after an outage."""
        now = self._clock.monotonic()
        for key in self._queue.later_than(now):
            if host_of(self._url(key)) == host:
                self._queue.put(key, now)

    def _on_woken_up(self) -> None:
        """The network may be another one."""
        self._hosts.hurry()
        now = self._clock.monotonic()
        for key in self._queue.later_than(now):
            self._queue.put(key, now)

    def _may_start(self) -> bool:
        return not self._is_stopped() and not (self._room.is_trial and self._fetching)

    def _is_stopped(self) -> bool:
        folder_away = self._missing.folder.away_since is not None
        return self._paused or folder_away or self._room.is_closed

    def _line(self, key: ImageKey) -> Line:
        url = self._url_to_fetch(key)
        return host_of(url), bool(url) and key in self._keeper.failures

    def _urgency(self, key: ImageKey) -> tuple[float, ...]:
        """The soonest to die first, then the newest; what says nothing last."""
        expires = expires_at(self._url(key))
        return float("inf") if expires is None else expires, -key.number, key.index

    def _url_to_fetch(self, key: ImageKey) -> str:
        """ "" where its file is here: it is to be recorded, or to be decoded."""
        return "" if self._keeper.is_here(key) else self._url(key)

    def _url(self, key: ImageKey) -> str:
        image = self._library.image(key)
        return (image.url if image else None) or ""

    def _next_in(self) -> float | None:
        lines = self._queue.lines()
        return None if self._is_stopped() else self._opening_in(lines)

    def _opening_in(self, lines: Iterable[Line]) -> float | None:
        """Seconds until one of these lines moves, or something else is due."""
        opening = (self._hosts.host_opens_at(host, retry=retry) for host, retry in lines)
        times = [at for at in (*opening, self._queue.next_at()) if at is not None]
        return max(0.0, min(times) - self._clock.monotonic()) if times else None

    def _sleep_s(self) -> float:
        if not self._may_start():
            return LONGEST_SLEEP_S
        free = self._free_lines()
        longest_s = LONGEST_SLEEP_S if len(free) == len(self._queue.lines()) else LOOK_EVERY_S
        wait_s = self._opening_in(free)
        return longest_s if wait_s is None else min(max(wait_s, SHORTEST_SLEEP_S), longest_s)

    def _tell(self) -> None:
        self._waker.wake()
        self._tell_listeners()

    def _tell_listeners(self) -> None:
        self._listeners.tell()


def _again(job: Job, keys: Collection[ImageKey]) -> Job:
    """With these images still to be fetched."""
    images = tuple(
        again(image) if image.key in keys and image.state is not ImageState.SAVED else image
        for image in job.images
    )
    return replace(job, images=images)
