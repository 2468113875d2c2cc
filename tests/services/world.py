"""The services of one run, wired as app/ wires them, with adapters in memory."""

from __future__ import annotations

import asyncio
import inspect
import itertools
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from fake_clock import FakeClock, VirtualTimeLoop
from fakes import (
    FakeApi,
    FakeAutostart,
    FakeFiles,
    FakeImaging,
    FakeIndex,
    FakeKeyring,
    FakeRepository,
    FakeSettings,
    FakeSource,
    FakeThumbnails,
    Script,
    completed_raw,
    job_id,
)

from dreamina_desktop.core.jobs.job import Image, ImageKey, Job
from dreamina_desktop.services.downloads.downloader import Downloader
from dreamina_desktop.services.downloads.file_watch import FileWatch
from dreamina_desktop.services.downloads.images_folder import ImagesFolder
from dreamina_desktop.services.downloads.link_recovery import LinkRecovery
from dreamina_desktop.services.downloads.missing_files import MissingFiles
from dreamina_desktop.services.downloads.redownload import Refetch
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.polling.poller import Poller
from dreamina_desktop.services.polling.recheck import Recheck
from dreamina_desktop.services.polling.token import Token, TokenSource
from dreamina_desktop.services.session.messages import Condition, Messages
from dreamina_desktop.services.session.preferences import Preferences
from dreamina_desktop.services.session.supervisor import Supervisor
from dreamina_desktop.services.session.task_runner import LongWork
from dreamina_desktop.services.session.undo import UndoHistory
from dreamina_desktop.services.thumbnails.rebuild_thumbnails import Remake
from dreamina_desktop.services.thumbnails.thumbnailer import Thumbnailer
from dreamina_desktop.services.tracking.background import Background
from dreamina_desktop.services.tracking.deadlines import Deadlines
from dreamina_desktop.services.tracking.idle import IdleWaiter
from dreamina_desktop.services.tracking.tracker import Tracker
from dreamina_desktop.services.traffic.poll_status import PollLimits
from dreamina_desktop.services.traffic.server_clock import ServerClock

IMAGES = "."  # the folder for images: FakeFiles keeps them below it
ORIGIN = "https://api.example.com:443"


class World:
    """Made within a running loop; `errors` are those that the supervisor was told."""

    def __init__(
        self,
        limits: PollLimits | None = None,
        jitter: float = 0.0,
        repository: FakeRepository | None = None,
        given: str | None = "user:12345-secret",
        settings: FakeSettings | None = None,
        *,
        demo: bool = False,
    ) -> None:
        self.clock = FakeClock()
        self.server_clock = ServerClock(self.clock)
        self.errors: list[BaseException] = []
        self.supervisor = Supervisor(lambda _, error: self.errors.append(error))
        asyncio.get_running_loop().set_exception_handler(self._note_error)
        self.repository = repository or FakeRepository()
        self.library = Library(self.repository, FakeIndex(self.repository))
        self.messages = Messages()
        self.said: list[str] = []
        self.messages.subscribe(self._note_message)
        self.undo = UndoHistory()
        self.api = FakeApi(self.clock)
        self.source = FakeSource(self.clock)
        self.files = FakeFiles(self.source)
        self.imaging = FakeImaging()
        self.thumbnails = FakeThumbnails()
        self.keyring = FakeKeyring()
        self.settings = settings or FakeSettings()
        self.used: list[tuple[str, str]] = []  # folders for new images, with their markers
        self.preferences = Preferences(self.settings, self.supervisor)
        self.poller = Poller(
            self.api,
            self.library,
            self.messages,
            self.supervisor,
            self.clock,
            limits or PollLimits(),
            lambda: jitter,
            self.server_clock,
        )
        self.recovery = LinkRecovery(
            self.api,
            self.library,
            self.poller,
            self.preferences,
            self.messages,
            self.supervisor,
            self.clock,
            self.server_clock,
            lambda: jitter,
        )
        self.folder = ImagesFolder(
            self.files,
            self.preferences,
            self.messages,
            self.clock,
            IMAGES,
            lambda folder, marker: self.used.append((folder, marker)),
        )
        self.missing = MissingFiles(
            self.library, self.files, self.folder, self.messages, self.clock
        )
        self.downloader = Downloader(
            self.source,
            self.files,
            self.imaging,
            self.library,
            self.missing,
            self.messages,
            self.supervisor,
            self.clock,
            lambda: jitter,
            self.server_clock,
            self.recovery.retry,
            reserve_bytes=lambda: self.preferences.reserve_bytes,
        )
        self.recovery.look_first(self.downloader.find_file)
        self.watch = FileWatch(
            self.library,
            self.files,
            self.missing,
            self.thumbnails,
            self.messages,
            self.supervisor,
            self.clock,
        )
        self.autostart = FakeAutostart()
        self.background = Background(
            self.preferences, self.autostart, self.poller, self.downloader, demo=demo
        )
        self.deadlines = Deadlines(self.library, self.server_clock)
        self.thumbnailer = Thumbnailer(
            self.library, self.thumbnails, self.imaging, self.supervisor, self.clock
        )
        self.token = Token(
            self.api,
            self.keyring,
            self.poller,
            self.messages,
            ORIGIN,
            given,
            TokenSource.ENVIRONMENT,
            self.preferences,
        )
        self.recheck = Recheck(self.poller, self.messages, self.supervisor)
        self.long_work = LongWork(self.messages, self.supervisor, self.clock)
        self.refetch = Refetch(
            self.library,
            self.files,
            self.thumbnails,
            self.downloader,
            self.missing,
            self.long_work,
        )
        self.remake = Remake(self.library, self.thumbnailer, self.long_work)
        self.tracker = Tracker(self.library, self.undo, self.clock, self.poller.wake)
        self.idle = IdleWaiter(
            self.library,
            self.poller,
            self.downloader,
            self.recovery,
            self.token,
            self.clock,
            (self.supervisor, self.poller, self.downloader, self.recovery),
        )

    async def start(self, *, polls: bool = True, downloads: bool = True) -> World:
        await self.preferences.load()
        await self.library.load()
        await self.token.load()
        if polls:
            self.supervisor.spawn(self.poller.run(), "poller")
        if downloads:
            self.supervisor.spawn(self.downloader.run(), "downloader")
        self.supervisor.spawn(self.recovery.run(), "link recovery")
        return self

    async def end(self) -> None:
        await self.supervisor.aclose(1.0)

    async def track(self, *jobids: str) -> None:
        await self.tracker.track("\n".join(jobids))

    async def track_many(self, count: int) -> list[str]:
        jobids = [job_id(index) for index in range(1, count + 1)]
        await self.track(*jobids)
        return jobids

    async def add_completed(
        self, *urls: str | None, index: int = 1, items: Sequence[str] = ()
    ) -> Job:
        """A finished job, as a record from a paste."""
        jobid = job_id(index)
        _, jobs = await self.library.add(
            self.clock.time(), [jobid], {jobid: completed_raw(jobid, *urls, items=items)}
        )
        return jobs[0]

    async def advance(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def job(self, number: int = 1) -> Job:
        return self.library.job(number)

    def image(self, number: int = 1, index: int = 0) -> Image:
        image = self.library.image(ImageKey(number, index))
        assert image is not None
        return image

    def holds(self, condition: Condition) -> str | None:
        """What a lasting condition says, also when another one is shown; None when it is not
        held."""
        message = self.messages._lasting.get(condition)
        return message.text if message else None

    def answer(self, script: Script) -> None:
        self.api.script = script

    def spacing(self) -> Iterable[float]:
        times = [at for at, _ in self.api.asked]
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    def _note_error(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What a listener or a callback raised."""
        if isinstance(error := context.get("exception"), Exception):
            self.errors.append(error)

    def _note_message(self) -> None:
        if self.messages.passing and self.messages.passing.text not in self.said:
            self.said.append(self.messages.passing.text)


def with_world(
    *, expects_errors: bool = False, **options: Any
) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., None]]:
    """Runs an async test in virtual time with a World of its own, which is not started. No task
    of it may end in an error, unless the test `expects_errors`."""

    def decorate(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
        async def run(arguments: dict[str, Any]) -> None:
            world = World(**options)
            try:
                await test(world, **arguments)
            finally:
                await world.end()
            assert expects_errors or world.errors == []

        def decorated(**arguments: Any) -> None:
            with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
                runner.run(run(arguments))

        parameters = list(inspect.signature(test).parameters.values())[1:]
        decorated.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        decorated.__name__ = test.__name__
        decorated.__doc__ = test.__doc__
        return decorated

    return decorate
