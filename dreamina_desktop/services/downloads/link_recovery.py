"""Find fresh links in the accounts' histories, once for all images that miss one there; and what
an image without a link waits for, in words.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs import link_recovery, schedule
from dreamina_desktop.core.jobs.answer import Refused, Throttled, Trouble
from dreamina_desktop.core.jobs.history import AssetPage, HistoryAnswer, NoHistory
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Search
from dreamina_desktop.core.jobs.link_recovery import SEEKING
from dreamina_desktop.core.text.dates import local_time, utc_time
from dreamina_desktop.services.downloads.history_scan import EVERY_S, HistoryWalk, WalkLimit
from dreamina_desktop.services.downloads.images_without_link import SoughtImages
from dreamina_desktop.services.holds import Hold, OpenWork
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.polling.poller import Poller
from dreamina_desktop.services.ports import Clock, HistoryApi
from dreamina_desktop.services.session.messages import Condition, Messages
from dreamina_desktop.services.session.preferences import Preferences
from dreamina_desktop.services.session.supervisor import Supervisor
from dreamina_desktop.services.traffic.failures import Failures
from dreamina_desktop.services.traffic.poll_status import Connection
from dreamina_desktop.services.traffic.server_clock import ServerClock
from dreamina_desktop.services.traffic.wakeable_sleep import Waker

_WHEN = {
    Connection.OFFLINE: "there is a connection",
    Connection.THROTTLED: "the API's pause is over",
    Connection.REFUSED: "the API takes the token",
    Connection.SUBSCRIPTION: "the API's subscription is renewed",
    Connection.NO_TOKEN: "there is a token",
    Connection.PAUSED: "checking goes on",
    Connection.READ_ONLY: "the library can be written to",
}


def while_closed(connection: Connection) -> str:
    """While the API cannot be asked at all; SEEKING where it can."""
    when = _WHEN.get(connection)
    return f"A fresh one is looked for when {when}." if when else SEEKING


def after_trouble(reason: str) -> str:
    """`reason`: a sentence, "" where it is not known."""
    return f"A fresh one could not be looked for yet{f': {reason}' if reason else '.'}"


def until(at: float) -> str:
    """`at` in Unix seconds: the next walk through the history."""
    return f"A fresh one is looked for at {local_time(at):%H:%M}."


QUIET_S = 2.0  # links die in swarms: a walk waits until no more come
LOOK_EVERY_S = 0.5  # while something is sought
LONGEST_SLEEP_S = 60.0
FIRST_RETRY_S = 2.0  # doubled before the first retry
BELIEVED_AFTER = 3  # answers 404 in other words than those for an unknown account
CLOSED_AFTER_S = 1.0  # the token is not there yet in the first moment of a run


FindFile = Callable[[ImageKey], Awaitable[Image | None]]


async def _found_nowhere(_: ImageKey) -> Image | None:
    return None


class LinkRecovery:
    """At most one walk an account in ten minutes, and another one whenever the user wants it."""

    def __init__(
        self,
        api: HistoryApi,
        library: Library,
        poller: Poller,
        preferences: Preferences,
        messages: Messages,
        supervisor: Supervisor,
        clock: Clock,
        server_clock: ServerClock,
        jitter: Callable[[], float],
    ) -> None:
        self._api = api
        self._library = library
        self._poller = poller
        self._messages = messages
        self._supervisor = supervisor
        self._clock = clock
        self._server_clock = server_clock
        self._jitter = jitter
        self._limit = WalkLimit(preferences, clock)
        self._waker = Waker(clock)
        self._sought = SoughtImages(library, clock, self._waker.wake)
        self._by_hand: set[ImageKey] = set()
        self._walks: dict[str, HistoryWalk] = {}  # under way, or of the last ten minutes
        self._walkers: dict[str, Waker] = {}  # of the walks under way
        self._troubles: dict[str, str] = {}  # the last one of each, in words
        self._failures: Failures[str] = Failures(clock)
        self._was_open = False
        self._open_at = clock.monotonic()  # when the API could be asked last
        self._find_file: FindFile = _found_nowhere
        poller.subscribe(self._on_poller_changed)

    async def run(self) -> None:
        """Until cancelled."""
        self._sought.load()
        while True:
            await self._give_up_the_homeless()
            for walk in tuple(self._walks.values()):
                await self._settle(walk)
            self._start_walks()
            await self._note()
            await self._waker.sleep(LOOK_EVERY_S if len(self._sought) else LONGEST_SLEEP_S)

    def retry(self, keys: Iterable[ImageKey]) -> None:
        """The user wants these, which are pending: at once, and whatever was walked before."""
        for key in keys:
            if self._account(key) not in self._walkers:
                self._by_hand.add(key)
            image = self._library.image(key)
            if image is not None and image.search is Search.JOB:
                self._poller.check_now([key.number])
        for walker in self._walkers.values():
            walker.wake()
        self._waker.wake()

    def look_first(self, find_file: FindFile) -> None:
        """Before an image is lost: `find_file` gives it as a saved one, where its file is here."""
        self._find_file = find_file

    def failing_for(self, key: ImageKey) -> float | None:
        """Seconds since the search for an image's link has met with nothing but trouble; None
        while it goes on, or waits for its time."""
        since = [self._poller.failing_for(key.number)]
        account = self._account(key)
        begun = self._failures.since(account) if account else None
        if begun is not None:
            since.append(self._clock.monotonic() - begun)
        return max((seconds for seconds in since if seconds is not None), default=None)

    def holds(self, left: OpenWork) -> Iterator[Hold]:
        """Implements HoldSource: why fresh links are not found."""
        accounts = {account for key in left.sought if (account := self._account(key))}
        for account in accounts:
            if account in self._troubles:
                yield Hold(self._troubles[account])
            elif account not in self._walkers and self._wait_s(account) > 0:
                yield Hold(until(self._clock.time() + self._wait_s(account)))

    def goes_on(self, left: OpenWork) -> bool:
        """Whether a history in which some of them may be is walked through without trouble."""
        accounts = {self._account(key) for key in left.sought}
        return any(account in accounts for account in self._walkers.keys() - self._troubles.keys())

    def _account(self, key: ImageKey) -> str | None:
        image = self._library.image(key)
        if image is None or image.search is not Search.HISTORY:
            return None
        return link_recovery.account(self._library.job(key.number), image)

    def _on_poller_changed(self) -> None:
        """What failed for want of a network is tried as soon as there is one."""
        is_open = self._poller.connection is Connection.ONLINE
        if is_open and not self._was_open:
            for walker in self._walkers.values():
                walker.wake()
        if is_open != self._was_open:
            self._was_open = is_open
            self._waker.wake()

    # -- walks ----------------------------------------------------------------------------------

    def _start_walks(self) -> None:
        self._forget_old()
        for account in self._sought.accounts():
            if account not in self._walkers and self._is_time(account):
                self._walkers[account] = Waker(self._clock)
                self._supervisor.spawn(self._walk(account), "walk through a history")

    def _is_time(self, account: str) -> bool:
        now = self._clock.monotonic()
        if now < self._sought.last_came(account) + QUIET_S:
            return False
        wanted = any(image.key in self._by_hand for _, image in self._sought.of(account))
        return wanted or self._limit.opens_at(account) <= now

    def _forget_old(self) -> None:
        oldest = self._clock.monotonic() - EVERY_S
        for account, walk in tuple(self._walks.items()):
            if walk.begun_at <= oldest and account not in self._walkers:
                del self._walks[account]
        pending = (key for key in self._by_hand if self._is_pending(key))
        self._by_hand = set(pending)

    def _is_pending(self, key: ImageKey) -> bool:
        image = self._library.image(key)
        return image is not None and image.state is ImageState.PENDING

    async def _walk(self, account: str) -> None:
        """To the oldest job that misses a link, or to the end."""
        walk, doubts = self._begin(account), 0
        try:
            while self._sought.of(account) and not walk.is_over:
                if walk.offset is not None and self._is_stale(walk):
                    walk = self._begin(account)
                answer = await self._poller.ask_besides(self._asking(walk))
                doubts = doubts + 1 if isinstance(answer, NoHistory) else 0
                await self._take(walk, answer, doubts)
            self._limit.ended(account)
        finally:
            del self._walkers[account]
            self._waker.wake()

    def _begin(self, account: str) -> HistoryWalk:
        keys = [image.key for _, image in self._sought.of(account)]
        self._by_hand.difference_update(keys)
        walk = HistoryWalk(account, self._clock.monotonic(), keys)
        self._walks[account] = walk
        return walk

    def _is_stale(self, walk: HistoryWalk) -> bool:
        """It was held up for so long that what it saw is old."""
        return self._clock.monotonic() - walk.begun_at > EVERY_S

    def _asking(self, walk: HistoryWalk) -> Callable[[], Awaitable[HistoryAnswer]]:
        """The request for its next page, begun when the API may be asked."""

        async def ask() -> HistoryAnswer:
            if walk.offset is None:
                walk.begun_at = self._clock.monotonic()
                self._limit.begins(walk.account)
            return await self._api.assets(walk.account, walk.offset)

        return ask

    async def _take(self, walk: HistoryWalk, answer: HistoryAnswer, doubts: int) -> None:
        match answer:
            case AssetPage():
                self._went_well(walk.account)
                walk.take(answer)
                if self._has_passed_all(walk):
                    walk.stop()
                await self._settle(walk)
            case NoHistory() if answer.is_sure or doubts >= BELIEVED_AFTER:
                self._went_well(walk.account)
                walk.end()
                await self._settle(walk)
            case NoHistory() | Trouble():
                await self._back_off(walk.account, answer.reason)
            case Refused(http_status=402):
                await self._back_off(walk.account, answer.message)
            case Refused() | Throttled():
                self._failures.stop_the_clock(walk.account)  # the next turn comes in its time

    def _now(self) -> datetime:
        """By the server's clock: it is compared with the server's times."""
        return utc_time(self._server_clock.time())

    def _has_passed_all(self, walk: HistoryWalk) -> bool:
        now = self._now()
        return all(walk.has_passed(job, now) for job, _ in self._sought.of(walk.account))

    def _went_well(self, account: str) -> None:
        self._failures.clear(account)
        self._troubles.pop(account, None)

    async def _back_off(self, account: str, reason: str) -> None:
        self._troubles[account] = reason
        wait_s = schedule.backoff(FIRST_RETRY_S, self._failures.add(account), self._jitter())
        self._waker.wake()  # for the note
        await self._walkers[account].sleep(wait_s)

    # -- what came of it ------------------------------------------------------------------------

    async def _settle(self, walk: HistoryWalk) -> None:
        """Images that it found are tried; those that it would have found, and has not, are lost."""
        results: dict[ImageKey, Image] = {}
        for job, image in self._sought.of(walk.account):
            if image.key not in self._by_hand and (after := self._after(walk, job, image)):
                results[image.key] = after
        if await self._write(results) and results:
            self._went_well(walk.account)

    def _after(self, walk: HistoryWalk, job: Job, image: Image) -> Image | None:
        """None while it is not known."""
        link = link_recovery.in_history(job, image, walk.found(image.entry.item_id))
        if link is not None:
            return link_recovery.found(image, link)
        if walk.is_over and walk.would_have_found(image.key, job, self._now()):
            return link_recovery.lost(image)
        return None

    async def _give_up_the_homeless(self) -> None:
        """What an account's history is known of no more, since a record has changed."""
        await self._write(
            {
                image.key: link_recovery.lost(image)
                for job, image in self._sought
                if image.search is Search.HISTORY
                and not link_recovery.can_be_in_history(job, image)
            }
        )

    async def _write(self, images: Mapping[ImageKey, Image]) -> bool:
        """Those that are still what they were made of. What would be lost is looked for on the
        disk before: its folder may be back."""
        before = {key: self._library.image(key) for key in images}
        images = {key: await self._unless_found(image) for key, image in images.items()}

        def change(job: Job) -> Job:
            return replace(
                job,
                images=tuple(
                    images[image.key] if before.get(image.key) == image else image
                    for image in job.images
                ),
            )

        if images:
            try:
                await self._library.change_many({key.number: None for key in images}, change)
            except DatabaseError as error:
                self._messages.hold(Condition.DATABASE, str(error))
                self._failures_of(images, str(error))
                return False
            self._messages.lift(Condition.DATABASE)
        return True

    async def _unless_found(self, image: Image) -> Image:
        if image.state is not ImageState.LOST:
            return image
        found = await self._find_file(image.key)
        return image if found is None else replace(found, entry=image.entry)

    def _failures_of(self, images: Iterable[ImageKey], reason: str) -> None:
        for account in {account for key in images if (account := self._account(key))}:
            self._troubles[account] = reason
            if account not in self._failures:
                self._failures.add(account)

    # -- notes ----------------------------------------------------------------------------------

    async def _note(self) -> None:
        """Say at each image what it waits for, in one transaction."""
        now = self._clock.monotonic()
        if self._poller.connection is Connection.ONLINE:
            self._open_at = now
        elif now < self._open_at + CLOSED_AFTER_S:
            return
        results = {}
        for job, image in self._sought:
            note = link_recovery.seeking_note(image, self._waits_for(job, image))
            if note != image.note:
                results[image.key] = replace(image, note=note)
        await self._write(results)

    def _wait_s(self, account: str) -> float:
        """Seconds until its history may be walked through once more."""
        return self._limit.opens_at(account) - self._clock.monotonic()

    def _waits_for(self, job: Job, image: Image) -> str:
        connection = self._poller.connection
        if connection not in (Connection.ONLINE, Connection.DOWN):
            return while_closed(connection)
        account = link_recovery.account(job, image)
        if image.search is Search.JOB or account is None:
            in_trouble = self._poller.failing_for(job.number) is not None
            return after_trouble("") if in_trouble else link_recovery.SEEKING
        if account in self._troubles:
            return after_trouble(self._troubles[account])
        wait_s = self._wait_s(account)
        if account not in self._walkers and image.key not in self._by_hand and wait_s > 0:
            return until(self._clock.time() + wait_s)
        return link_recovery.SEEKING
