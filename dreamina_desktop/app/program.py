"""Builds every object of one run, wires them, and shuts them down in order: what is kept (the
library, its settings, its thumbnails), the catalogue of models, and the services above them.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from dreamina_desktop import diagnostics
from dreamina_desktop.app.adapters import open_outside
from dreamina_desktop.app.cli.launch_command import login_command
from dreamina_desktop.app.cli.options import Options
from dreamina_desktop.app.diagnostics_collector import Diagnosis
from dreamina_desktop.app.instance.handover import HandoverServer
from dreamina_desktop.app.instance.request import Draw, Executor
from dreamina_desktop.app.sandbox_process import SandboxFacts
from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.request.models import Catalog, read_catalog, with_more
from dreamina_desktop.core.text.urls import ApiUrl, parse_api_url
from dreamina_desktop.files.atomic import write_atomically
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.files.parts import remove_archive_leftovers
from dreamina_desktop.library.collections import CollectionRepository
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.index.index import JobIndex, Progress
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.safety.open_library import open_library
from dreamina_desktop.library.settings import Fingerprints, SettingsStore
from dreamina_desktop.library.thumbnails import ThumbnailStore
from dreamina_desktop.resources_folder import resources_folder
from dreamina_desktop.services.curation.collections import Collections
from dreamina_desktop.services.curation.marking import Marking
from dreamina_desktop.services.curation.reference_tray import ReferenceTray
from dreamina_desktop.services.curation.saved_searches import SavedSearches
from dreamina_desktop.services.curation.trash import TrashCan
from dreamina_desktop.services.downloads.downloader import Downloader
from dreamina_desktop.services.downloads.file_watch import FileWatch
from dreamina_desktop.services.downloads.images_folder import ImagesFolder
from dreamina_desktop.services.downloads.link_recovery import LinkRecovery
from dreamina_desktop.services.downloads.missing_files import MissingFiles
from dreamina_desktop.services.downloads.redownload import Refetch
from dreamina_desktop.services.export.exporter import Exporter
from dreamina_desktop.services.export.reimport import WayBack
from dreamina_desktop.services.holds import Work
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.polling.poller import Poller, PollLimits
from dreamina_desktop.services.polling.recheck import Recheck
from dreamina_desktop.services.polling.token import Token, TokenSource
from dreamina_desktop.services.session.accounts import Accounts
from dreamina_desktop.services.session.library_care import BackupKeeper, RescueNotice, prove_library
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy
from dreamina_desktop.services.session.preferences import Preferences
from dreamina_desktop.services.session.supervisor import Supervisor
from dreamina_desktop.services.session.task_runner import LongWork
from dreamina_desktop.services.session.undo import UndoHistory
from dreamina_desktop.services.session.unexpected_errors import Mishaps
from dreamina_desktop.services.thumbnails.rebuild_thumbnails import Remake
from dreamina_desktop.services.thumbnails.thumbnailer import Thumbnailer
from dreamina_desktop.services.tracking.background import Background
from dreamina_desktop.services.tracking.deadlines import Deadlines
from dreamina_desktop.services.tracking.idle import IdleWaiter
from dreamina_desktop.services.tracking.paste_run import Tracked
from dreamina_desktop.services.tracking.since_last_run import Meanwhile
from dreamina_desktop.services.tracking.tracker import Tracker
from dreamina_desktop.services.traffic.server_clock import ServerClock
from dreamina_desktop.system.autostart import system_autostart
from dreamina_desktop.system.clock import SystemClock
from dreamina_desktop.system.keyring import KeyringStore
from dreamina_desktop.system.open_with import SystemPrograms
from dreamina_desktop.system.trash import QtTrash
from dreamina_desktop.ui.services import Services

if TYPE_CHECKING:
    from dreamina_desktop.services.archive.archiver import Archiver


@dataclass(frozen=True, slots=True)
class Keeping:
    """Open and loaded."""

    database: Database
    thumbnails: ThumbnailStore
    preferences: Preferences
    library: Library
    collections: CollectionRepository
    fingerprints: Fingerprints
    rescue_notice: RescueNotice
    news: str  # what had to be done for a damaged library, in words


async def open_keeping(
    stack: AsyncExitStack,
    locations: Locations,
    supervisor: Supervisor,
    messages: Messages,
    on_progress: Progress,
) -> Keeping:
    """Closed by `stack`. Says what had to be done for a damaged library. `on_progress` is called
    on another thread, while the index is made anew. Raises DatabaseError."""

    async def read(database: Database) -> tuple[Preferences, Library, JobIndex]:
        preferences = Preferences(SettingsStore(database), supervisor)
        await preferences.load()
        index = JobIndex(
            locations.index,
            locations.database,
            locations.root,
            in_memory=database.is_newer,
            on_progress=on_progress,
        )
        library = Library(JobRepository(database, locations.root), index)
        try:
            await index.open()
            await library.load()
        except BaseException:
            await index.aclose()
            raise
        return preferences, library, index

    database, (preferences, library, index), is_rescued = await open_library(locations, read)
    stack.push_async_callback(database.aclose)
    stack.push_async_callback(index.aclose)
    notice = RescueNotice(preferences, messages)
    notice.show()
    news = notice.words if is_rescued else ""
    if news:
        diagnostics.log.warning("%s", news)
    thumbnails = ThumbnailStore(locations.thumbnails, lambda: preferences.thumbnail_bytes)
    await thumbnails.open()
    stack.push_async_callback(thumbnails.aclose)
    return Keeping(
        database,
        thumbnails,
        preferences,
        library,
        CollectionRepository(database),
        Fingerprints(database),
        notice,
        news,
    )


NAME = "models.json"


def load_catalog(folder: Path, messages: Messages) -> Catalog:
    """A file that cannot be used is said, and changes nothing."""
    ours = read_catalog((resources_folder() / NAME).read_text(encoding="utf-8"))
    file = folder / NAME
    try:
        more = read_catalog(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ours
    except (OSError, ValueError) as error:
        messages.say(f"{file.name} in the data folder could not be used: {error}.")
        return ours
    return with_more(ours, more)


TASKS_END_WITHIN_S = 0.5
PER_SECOND = 4.0  # API requests, off loopback
CRASHED = "Dreamina Desktop crashed the last time. What it had saved is here."


@dataclass(frozen=True, slots=True)
class Program:
    """The services of one run, and what starts them."""

    services: Services
    recovery: LinkRecovery
    locations: Locations
    api: ApiUrl
    database: Database
    news: str  # what had to be done for the library at this start, in words
    has_crashed: bool = False  # the run before

    @property
    def refusal(self) -> str:
        """Why nothing can be done here but to look; else ""."""
        return self.database.refusal

    def start_work(self, *, ignore_pause: bool = False) -> None:
        """Poll, download, make thumbnails, keep backups."""
        s = self.services
        s.supervisor.keep(s.thumbnailer.run, "thumbnailer")
        if self.refusal:
            s.messages.hold(Condition.DATABASE, self.refusal)
            s.poller.stay_closed()
            return
        keeper = BackupKeeper(self.database, s.clock, s.messages)
        s.supervisor.keep(keeper.run, "backups")
        if not self.database.is_proven:
            s.supervisor.spawn(prove_library(self.database, s.clock, s.messages), "proof")
        if s.preferences.paused and not ignore_pause:
            s.poller.pause()
            s.downloader.pause()
        s.supervisor.spawn(s.token.load(), "token")
        s.supervisor.keep(s.poller.run, "poller", Work.JOBS)
        s.supervisor.keep(s.downloader.run, "downloader", Work.IMAGES)
        s.supervisor.keep(self.recovery.run, "link recovery")
        s.supervisor.keep(s.deadlines.run, "deadlines")

    async def finish_backup(self) -> None:
        """A short run would cut off its daily backup, each time."""
        with suppress(OSError):  # that it failed was said
            await self.database.back_up_if_due()

    def executor(
        self,
        draw: Draw | None,
        on_tracked: Callable[[Tracked], None],
        on_activated: Callable[[], None],
        on_taken_over: Callable[[], None] = lambda: None,
    ) -> Executor:
        """Carries out assignments, of this process and of others."""
        s = self.services
        sources = (s.supervisor, s.poller, s.downloader, self.recovery)
        idle = IdleWaiter(
            s.library, s.poller, s.downloader, self.recovery, s.token, s.clock, sources
        )
        return Executor(
            s.library,
            s.tracker,
            idle,
            self.api.url,
            draw,
            on_tracked,
            on_activated,
            self._resume,
            self.refusal,
            on_taken_over,
            s.collections.collect,
            s.archiver,
        )

    @asynccontextmanager
    async def listening(self, executor: Executor, *, draws: bool) -> AsyncIterator[None]:
        """Answer other starts on this data folder."""
        server = HandoverServer(
            self.locations.address_file,
            partial(write_atomically, private=True),
            executor.carry_out,
            self.services.supervisor,
            draws=draws,
        )
        await server.start()
        try:
            yield
        finally:
            await server.aclose()

    def _resume(self) -> None:
        self.services.poller.resume()
        self.services.downloader.resume()


@asynccontextmanager
async def open_program(
    options: Options,
    locations: Locations,
    facts: SandboxFacts | None,
    token: str | None,
    on_progress: Progress = lambda _done, _total: None,
) -> AsyncIterator[Program]:
    """Everything open and loaded, nothing running yet; closed in the reverse order. `token`: the
    environment's; `on_progress`: open_keeping."""
    async with AsyncExitStack() as stack:
        yield await _open(stack, options, locations, facts, token, on_progress)


async def _open(
    stack: AsyncExitStack,
    options: Options,
    locations: Locations,
    facts: SandboxFacts | None,
    token: str | None,
    on_progress: Progress,
) -> Program:
    api = parse_api_url(facts.api_url) if facts else options.api_url
    assert api is not None
    messages, undo, clock = Messages(), UndoHistory(), SystemClock()
    has_crashed = _watch(stack, messages, locations)
    supervisor = Supervisor(lambda name, error: diagnostics.lost(f"task {name}", error))
    kept = await open_keeping(stack, locations, supervisor, messages, on_progress)
    preferences, library = kept.preferences, kept.library
    server_clock = ServerClock(clock)
    outside = await open_outside(
        stack,
        api,
        _images_folder(preferences, locations),
        server_clock,
        lambda: preferences.allows_fake_addresses,
        is_read_only=locations.is_read_only,
    )
    client = outside.client
    poller = Poller(
        client,
        library,
        messages,
        supervisor,
        clock,
        PollLimits(
            interval_s=options.poll_interval_s or preferences.poll_interval_s,
            per_second=None if api.is_loopback else PER_SECOND,
        ),
        random.random,
        server_clock,
    )
    recovery = LinkRecovery(
        client,
        library,
        poller,
        preferences,
        messages,
        supervisor,
        clock,
        server_clock,
        random.random,
    )
    folder = ImagesFolder(
        outside.files,
        preferences,
        messages,
        clock,
        str(locations.images),
        outside.use_images_folder,
    )
    missing = MissingFiles(library, outside.files, folder, messages, clock)
    downloader = Downloader(
        outside.source,
        outside.files,
        outside.imaging,
        library,
        missing,
        messages,
        supervisor,
        clock,
        random.random,
        server_clock,
        on_retry=recovery.retry,
        limited=not api.is_loopback,
        reserve_bytes=lambda: preferences.reserve_bytes,
        rescued_numbers=preferences.rescued_numbers,
    )
    recovery.look_first(downloader.find_file)
    given, given_source = (
        (facts.token, TokenSource.SANDBOX) if facts else (token, TokenSource.ENVIRONMENT)
    )
    thumbnailer = Thumbnailer(library, kept.thumbnails, outside.imaging, supervisor, clock)
    long_work = LongWork(messages, supervisor, clock)
    collections = Collections(kept.collections, library, preferences, undo, messages, supervisor)
    await collections.load()
    await asyncio.to_thread(remove_archive_leftovers, locations.written)

    @cache
    def archiver() -> Archiver:
        from dreamina_desktop.app.archiving import make_archiver  # noqa: PLC0415 - few runs need it

        return make_archiver(kept, outside, locations.written, collections, undo, long_work)

    accounts = Accounts(library, preferences)
    messages.mask_with(accounts.masked)
    services = Services(
        accounts=accounts,
        archiver=archiver,
        background=Background(
            preferences,
            system_autostart(login_command(options)),
            poller,
            downloader,
            demo=options.demo,
        ),
        clock=clock,
        collections=collections,
        deadlines=Deadlines(library, server_clock),
        diagnostics=Diagnosis(
            library, poller, downloader, preferences, server_clock, api, locations.log_file
        ).read,
        downloader=downloader,
        exporter=Exporter(
            library, outside.imaging, outside.exports.target, kept.fingerprints, long_work
        ),
        file_watch=FileWatch(
            library, outside.files, missing, kept.thumbnails, messages, supervisor, clock
        ),
        library=library,
        long_work=long_work,
        marking=Marking(library, undo),
        messages=messages,
        missing_files=missing,
        other_programs=SystemPrograms(),
        poller=poller,
        preferences=preferences,
        recheck=Recheck(poller, messages, supervisor),
        reference_tray=ReferenceTray(preferences, load_catalog(locations.root, messages)),
        refetch=Refetch(library, outside.files, kept.thumbnails, downloader, missing, long_work),
        remake=Remake(library, thumbnailer, long_work),
        rescue_notice=kept.rescue_notice,
        saved_searches=SavedSearches(preferences),
        server_clock=server_clock,
        supervisor=supervisor,
        thumbnailer=thumbnailer,
        token=Token(
            client, KeyringStore(), poller, messages, api.origin, given, given_source, preferences
        ),
        tracker=Tracker(library, undo, clock, poller.wake, collections.collect),
        trash_can=TrashCan(library, QtTrash(is_off=kept.database.read_only), undo, long_work),
        undo=undo,
        way_back=WayBack(library, outside.files, kept.fingerprints, outside.exports.read_packet),
        api_url=api.url,
        default_images_folder=str(locations.images),
        demo=options.demo,
    )
    if options.poll_interval_s is None:
        _follow(
            preferences,
            "poll_interval_s",
            lambda: poller.set_interval(preferences.poll_interval_s),
        )

    def on_folder_chosen() -> None:
        supervisor.spawn(missing.folder_chosen(), "folder for images")

    _follow(preferences, "images_folder", on_folder_chosen)
    Meanwhile(library, poller, messages)
    stack.push_async_callback(supervisor.aclose, TASKS_END_WITHIN_S)
    stack.push_async_callback(_flush, preferences)
    return Program(services, recovery, locations, api, kept.database, kept.news, has_crashed)


def _follow(preferences: Preferences, setting: str, change: Callable[[], None]) -> None:
    """Call `change` whenever a setting has changed."""
    preferences.subscribe(lambda name: change() if name == setting else None)


def _images_folder(preferences: Preferences, locations: Locations) -> Path:
    chosen = preferences.images_folder
    return Path(chosen) if chosen else locations.images


async def _flush(preferences: Preferences) -> None:
    try:
        await preferences.flush()
    except DatabaseError as error:
        diagnostics.log.warning("The settings could not be kept: %s", error)


def _watch(stack: AsyncExitStack, messages: Messages, locations: Locations) -> bool:
    """Say what nobody expected: lost exceptions, of any thread and also when the loop is closed
    already, and that the last run crashed: whether it did."""
    loop, mishaps = asyncio.get_running_loop(), Mishaps(messages)

    def tell(where: str, error: BaseException | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(mishaps.tell, where, error)

    stack.enter_context(diagnostics.telling(tell))
    has_crashed = stack.enter_context(diagnostics.crash_watch(locations.crash_file))
    if has_crashed:
        messages.say(CRASHED, Remedy.COPY_DIAGNOSTICS)
    return has_crashed
