"""Real services over a temporary folder, on Qt's own event loop; only the API is played."""

from __future__ import annotations

import asyncio
import gc
import inspect
import json
import shutil
import sys
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import shiboken6
from PIL import Image as Pillow
from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dreamina_desktop.app.adapters import Exports
from dreamina_desktop.app.qt.event_loop import EventLoop
from dreamina_desktop.core.desktop_entry import DesktopEntry
from dreamina_desktop.core.errors import KeyringError
from dreamina_desktop.core.jobs.answer import (
    Found,
    ImageAnswer,
    JobAnswer,
    NotFound,
    TryLater,
    Verdict,
)
from dreamina_desktop.core.jobs.job import ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.jobs.record import parse_record
from dreamina_desktop.core.jobs.transition import after_record
from dreamina_desktop.core.request.models import read_catalog
from dreamina_desktop.files.images import ImageFiles
from dreamina_desktop.files.parts import PARTS, PartFiles
from dreamina_desktop.imaging.thumbnail import LONGER_SIDE, PREVIEW_SIDE, thumbnails
from dreamina_desktop.imaging.verify import verify
from dreamina_desktop.library.archive.archives import Archives
from dreamina_desktop.library.collections import CollectionRepository
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.index.index import JobIndex
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.schema import MIGRATIONS
from dreamina_desktop.library.settings import Fingerprints, SettingsStore
from dreamina_desktop.library.thumbnails import ThumbnailStore
from dreamina_desktop.resources_folder import resources_folder
from dreamina_desktop.services.archive.archiver import Archiver
from dreamina_desktop.services.curation.collections import Collections
from dreamina_desktop.services.curation.marking import Marking
from dreamina_desktop.services.curation.reference_tray import ReferenceTray
from dreamina_desktop.services.curation.saved_searches import SavedSearches
from dreamina_desktop.services.curation.trash import TrashCan
from dreamina_desktop.services.downloads.downloader import Downloader
from dreamina_desktop.services.downloads.file_watch import FileWatch
from dreamina_desktop.services.downloads.images_folder import ImagesFolder
from dreamina_desktop.services.downloads.missing_files import MissingFiles
from dreamina_desktop.services.downloads.redownload import Refetch
from dreamina_desktop.services.export.exporter import Exporter
from dreamina_desktop.services.export.reimport import WayBack
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.polling.poller import Poller, PollLimits
from dreamina_desktop.services.polling.recheck import Recheck
from dreamina_desktop.services.polling.token import Token, TokenSource
from dreamina_desktop.services.session.accounts import Accounts
from dreamina_desktop.services.session.library_care import RescueNotice
from dreamina_desktop.services.session.messages import Messages
from dreamina_desktop.services.session.preferences import Preferences
from dreamina_desktop.services.session.supervisor import Supervisor
from dreamina_desktop.services.session.task_runner import LongWork
from dreamina_desktop.services.session.undo import UndoHistory
from dreamina_desktop.services.thumbnails.rebuild_thumbnails import Remake
from dreamina_desktop.services.thumbnails.thumbnailer import Thumbnailer
from dreamina_desktop.services.tracking.background import Background
from dreamina_desktop.services.tracking.deadlines import Deadlines
from dreamina_desktop.services.tracking.tracker import Tracker
from dreamina_desktop.services.traffic.server_clock import ServerClock
from dreamina_desktop.system.trash import QtTrash
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme import style
from dreamina_desktop.ui.theme import style as theme

# Without packages in tests, what is beside this file is found by its folder.
sys.path.insert(0, str(Path(__file__).parent))

NOW = datetime(2026, 3, 2, 14, 6, 12, tzinfo=UTC).timestamp()
CATALOG = read_catalog((resources_folder() / "models.json").read_text(encoding="utf-8"))
ORIGIN = "https://api.example.com:443"
LIMIT_S = 60.0  # for what is waited for, on a machine on which everything else is going on


class StoppedClock:
    """Stands still until a test moves it; sleeping takes real time, so that nothing spins."""

    def __init__(self) -> None:
        self.now = NOW

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class PlayedApi:
    """Answers what a test put in; what is not in it is not found."""

    def __init__(self) -> None:
        self.answers: dict[str, JobAnswer] = {}
        self.trial: JobAnswer = NotFound()
        self.tried: list[str] = []
        self.token: str | None = None

    async def job(self, jobid: str) -> JobAnswer:
        return self.answers.get(jobid, NotFound())

    def use_token(self, token: str | None) -> None:
        self.token = token

    async def try_token(self, token: str) -> JobAnswer:
        self.tried.append(token)
        return self.trial


class PlayedKeyring:
    """A keyring in memory, which fails when it is told to."""

    def __init__(self) -> None:
        self.tokens: dict[str, str] = {}
        self.trouble = ""

    async def get(self, origin: str) -> str | None:
        self._fail()
        return self.tokens.get(origin)

    async def set(self, origin: str, token: str) -> None:
        self._fail()
        self.tokens[origin] = token

    async def delete(self, origin: str) -> None:
        self._fail()
        self.tokens.pop(origin, None)

    def _fail(self) -> None:
        if self.trouble:
            raise KeyringError(self.trouble)


class PlayedAutostart:
    """Whether a login starts the program: a flag, which fails when it is told to."""

    def __init__(self) -> None:
        self.on = False
        self.trouble = ""

    async def is_on(self) -> bool:
        return self.on

    async def set_on(self, on: bool) -> None:
        if self.trouble:
            raise PermissionError(self.trouble)
        self.on = on


class PlayedDiagnosis:
    """A report, or a log that cannot be read."""

    def __init__(self) -> None:
        self.text = "the report\n"
        self.trouble: OSError | None = None

    async def read(self) -> str:
        if self.trouble:
            raise self.trouble
        return self.text


class PlayedPrograms:
    """What the system knows is put in; remembers what it was asked to do."""

    def __init__(self) -> None:
        self.known: list[DesktopEntry] = []
        self.asked: list[str] = []
        self.opened: list[tuple[str, list[str]]] = []
        self.shown: list[list[str]] = []
        self.can_show = True
        self.trouble = ""

    async def known_for(self, mime_type: str) -> Sequence[DesktopEntry]:
        self.asked.append(mime_type)
        return self.known

    async def open_with(self, program: DesktopEntry, files: Sequence[str]) -> None:
        if self.trouble:
            raise OSError(self.trouble)
        self.opened.append((program.name, list(files)))

    async def show_in_folder(self, files: Sequence[str]) -> bool:
        self.shown.append(list(files))
        return self.can_show


class NoImages:
    """No image host answers."""

    async def fetch(self, url: str) -> ImageAnswer:
        return TryLater("no image host in this test")

    def received(self, url: str) -> int:
        return 0


class ImagingInThread:
    """The real work without processes of its own."""

    async def verify(self, file: Path) -> Verdict:
        return await asyncio.to_thread(verify, file)

    async def thumbnails(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        return await self._small(files, LONGER_SIDE)

    async def previews(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        return await self._small(files, PREVIEW_SIDE)

    async def _small(self, files: Sequence[Path], longer_side: int) -> Sequence[bytes | None]:
        made = await asyncio.to_thread(thumbnails, files, None, longer_side)
        return [one if isinstance(one, bytes) else None for one in made]


@dataclass
class Bench:
    """The services of one test, and what plays the outside world."""

    services: Services
    api: PlayedApi
    keyring: PlayedKeyring
    autostart: PlayedAutostart
    clock: StoppedClock
    images: Path
    diagnosis: PlayedDiagnosis
    errors: list[str] = field(default_factory=list)  # of tasks

    async def track(self, *jobids: str) -> list[Job]:
        """Track IDs; their jobs."""
        tracked = await self.services.tracker.track("\n".join(jobids))
        return [self.services.library.job(number) for number in tracked.new]

    async def add(self, record: Mapping[str, Any], saved: bool = True) -> Job:
        """A job as the server answered it; its images as files, drawn plainly."""
        (job,) = await self.track(str(record["jobid"]))
        return await self.answer(job, record, saved)

    async def answer(self, job: Job, record: Mapping[str, Any], saved: bool = True) -> Job:
        """A tracked job, as the server answered it."""
        raw = json.dumps(record).encode()
        change = after_record(job, parse_record(record), "server", self.clock.time())
        if saved and change.images:
            change = replace(change, images=tuple(map(self._saved, change.images)))
        return await self.services.library.change(job.number, lambda _: change, raw)

    async def save(self, job: Job) -> Job:
        """Its images are files by now."""
        return await self.services.library.change(
            job.number, lambda job: replace(job, images=tuple(map(self._saved, job.images)))
        )

    async def set_tracking(self, number: int, tracking: Tracking, note: str = "") -> Job:
        """As after several answers."""
        return await self.services.library.change(
            number, lambda job: replace(job, tracking=tracking, note=note)
        )

    def start(self) -> None:
        """Let poller, downloader and thumbnailer work."""
        s = self.services
        for service in (s.poller, s.downloader, s.thumbnailer, s.deadlines):
            s.supervisor.spawn(service.run(), type(service).__name__)

    @property
    def day_folder(self) -> Path:
        """Where the images of all records of these tests are kept."""
        return self.images / "2026-03-02"

    def _saved(self, image: Any) -> Any:
        file = self.day_folder / f"{image.key}.jpg"
        file.parent.mkdir(exist_ok=True)
        size = (image.entry.width or 64, image.entry.height or 36)
        colour = (60 + 37 * image.key.number % 160, 70 + 61 * image.key.index % 150, 130)
        Pillow.new("RGB", size, colour).save(file)
        return replace(
            image,
            state=ImageState.SAVED,
            file=str(file),
            file_width=size[0],
            file_height=size[1],
            size_bytes=file.stat().st_size,
            sha256="0" * 64,
        )


@asynccontextmanager
async def open_bench(folder: Path, *, demo: bool = False) -> AsyncIterator[Bench]:
    """Everything as app/ makes it, in `folder`, with a played API and nothing running."""
    async with AsyncExitStack() as stack:
        errors: list[str] = []
        clock, api, keyring = StoppedClock(), PlayedApi(), PlayedKeyring()
        autostart = PlayedAutostart()
        server_clock, diagnosis = ServerClock(clock), PlayedDiagnosis()
        images = folder / "images"
        images.mkdir(parents=True, exist_ok=True)
        database = Database(folder / "library.db", MIGRATIONS)
        await database.open()
        stack.push_async_callback(database.aclose)
        thumbnails = ThumbnailStore(folder / "thumbnails.db")
        await thumbnails.open()
        stack.push_async_callback(thumbnails.aclose)
        disk = ThreadPoolExecutor(1)
        stack.callback(disk.shutdown)
        supervisor = Supervisor(lambda name, error: errors.append(f"{name}: {error!r}"))
        stack.push_async_callback(supervisor.aclose, 2.0)
        preferences = Preferences(SettingsStore(database), supervisor)
        index = JobIndex(folder / "index.db", folder / "library.db", folder)
        await index.open()
        stack.push_async_callback(index.aclose)
        library = Library(JobRepository(database, folder), index)
        await preferences.load()
        await library.load()
        messages, undo = Messages(), UndoHistory()
        poller = Poller(
            api,
            library,
            messages,
            supervisor,
            clock,
            PollLimits(per_second=None),
            lambda: 0.0,
            server_clock,
        )
        files = ImageFiles(images, disk)
        images_folder = ImagesFolder(
            files, preferences, messages, clock, str(images), lambda *_: None
        )
        await images_folder.look()  # as a downloader does first: the folder gets its marker
        missing = MissingFiles(library, files, images_folder, messages, clock)
        downloader = Downloader(
            NoImages(),
            files,
            ImagingInThread(),
            library,
            missing,
            messages,
            supervisor,
            clock,
            lambda: 0.0,
            server_clock,
        )
        thumbnailer = Thumbnailer(library, thumbnails, ImagingInThread(), supervisor, clock)
        repository = CollectionRepository(database)
        collections = Collections(repository, library, preferences, undo, messages, supervisor)
        await collections.load()
        long_work = LongWork(messages, supervisor, clock)
        exports, fingerprints = Exports(disk), Fingerprints(database)
        archives = Archives(database, PartFiles(images / PARTS), folder)
        archiver = Archiver(
            archives,
            library,
            collections,
            fingerprints,
            files,
            ImagingInThread(),
            undo,
            long_work,
        )
        services = Services(
            accounts=Accounts(library, preferences),
            archiver=lambda: archiver,
            background=Background(preferences, autostart, poller, downloader, demo=demo),
            clock=clock,
            collections=collections,
            deadlines=Deadlines(library, server_clock),
            diagnostics=diagnosis.read,
            downloader=downloader,
            exporter=Exporter(library, ImagingInThread(), exports.target, fingerprints, long_work),
            file_watch=FileWatch(library, files, missing, thumbnails, messages, supervisor, clock),
            library=library,
            long_work=long_work,
            marking=Marking(library, undo),
            messages=messages,
            missing_files=missing,
            other_programs=PlayedPrograms(),
            poller=poller,
            preferences=preferences,
            recheck=Recheck(poller, messages, supervisor),
            reference_tray=ReferenceTray(preferences, CATALOG),
            refetch=Refetch(library, files, thumbnails, downloader, missing, long_work),
            remake=Remake(library, thumbnailer, long_work),
            rescue_notice=RescueNotice(preferences, messages),
            saved_searches=SavedSearches(preferences),
            server_clock=server_clock,
            supervisor=supervisor,
            thumbnailer=thumbnailer,
            token=Token(api, keyring, poller, messages, ORIGIN, None, TokenSource.NONE),
            tracker=Tracker(library, undo, clock, poller.wake, collections.collect),
            trash_can=TrashCan(library, QtTrash(), undo, long_work),
            undo=undo,
            way_back=WayBack(library, files, fingerprints, exports.read_packet),
            api_url="https://api.example.com/v1/dreamina",
            default_images_folder=str(images),
            demo=demo,
        )
        yield Bench(services, api, keyring, autostart, clock, images, diagnosis, errors)


def make_record(second: int, status: str = "completed", **fields: Any) -> dict[str, Any]:
    """A record as in docs/api.md, of a job made at 14:05:`second`; `images`: how many."""
    images = fields.pop("images", 2 if status == "completed" else 0)
    request = {
        "prompt": fields.pop("prompt", f"A stunning aurora over lake {second}"),
        "model": "seedream-4.0",
        "ratio": "16:9",
        "resolution": "2k",
    }
    record: dict[str, Any] = {
        "jobid": make_jobid(second),
        "type": "image",
        "status": status,
        "model": "seedream-4.0",
        "created": f"2026-03-02T14:05:{second:02d}.123Z",
        "request": request,
        "response": {"images": [_image(second, index) for index in range(images)]},
        "code": 200,
    }
    if status != "created":
        record["updated"] = f"2026-03-02T14:06:{second:02d}.123Z"
    return record | fields


def make_jobid(second: int) -> str:
    """An ID of the inferred form."""
    return f"j03021405{second:02d}123456789i-u12345-US:user@example.com-bot:dreamina"


def _image(second: int, index: int) -> dict[str, Any]:
    width, height = 64, 36
    uri = f"tos-{second}-{index}"
    return {
        "imageUrl": f"https://p16.example.com/{uri}.jpeg?x-expires=1900000000&x-signature=abc%3D",
        "imageUri": uri,
        "width": width,
        "height": height,
        "format": "jpeg",
        "assetRef": f"US:user@example.com-image:w{width}:h{height}:s905-uri:{uri}",
    }


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Coroutines under tests/ui run as in the program: on its event loop."""
    return {"qt": _qt_loop}


def _qt_loop() -> asyncio.AbstractEventLoop:
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    loop = EventLoop(application)
    loop.set_default_executor(ThreadPoolExecutor(2))
    return loop


@pytest.fixture
def taken_down() -> Iterator[list[QWidget]]:
    """Widgets whose test is over. They are deleted when the services are closed too: until then a
    task may still tell them something, as in the program, whose windows are never deleted."""
    widgets: list[QWidget] = []
    yield widgets
    for widget in widgets:
        if shiboken6.isValid(widget):
            shiboken6.delete(widget)


@pytest.fixture(autouse=True)
def in_our_style(qapp: QApplication, taken_down: list[QWidget]) -> Iterator[None]:
    """Fusion and our light colours, as in the program; and as there, garbage is collected on this
    thread alone: Qt objects must not be destroyed in another.

    The clipboard is emptied afterwards: the offscreen platform keeps what was copied in a static
    of Qt's, and destroys it after the interpreter is gone, which kills the process.
    """
    gc.disable()
    style.use_fusion(qapp)
    theme.apply(qapp, "light")
    qapp.setWindowIcon(QIcon())
    yield
    qapp.clipboard().clear()
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def events_only_in_the_loop(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pytest-qt handles events after each step of a test, outside the loop of a coroutine: a task
    whose time has come would find no loop that runs."""
    if inspect.iscoroutinefunction(request.function):
        monkeypatch.setattr("pytestqt.plugin._process_events", lambda: None)


@pytest_asyncio.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Real services and what plays the outside world."""
    async with open_bench(tmp_path / "data") as bench:
        yield bench
        assert bench.errors == []
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest_asyncio.fixture
async def demo_bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """The same for a demo."""
    async with open_bench(tmp_path / "demo", demo=True) as bench:
        yield bench


@pytest_asyncio.fixture
async def other_bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A second one, as on another machine."""
    async with open_bench(tmp_path / "other") as bench:
        yield bench


@pytest_asyncio.fixture
async def put_up(
    taken_down: list[QWidget],
) -> AsyncIterator[Callable[..., Awaitable[QWidget]]]:
    """Shows a widget as an active window, and takes it down while the loop still runs (what a
    widget does when it closes may need the loop): `put_up(pane, 800, 600)`."""
    shown: list[QWidget] = []

    async def put_up(widget: QWidget, width: int = 1200, height: int = 760) -> QWidget:
        shown.append(widget)
        widget.resize(width, height)
        widget.show()
        widget.activateWindow()
        async with asyncio.timeout(LIMIT_S):
            while not widget.isActiveWindow():  # noqa: ASYNC110 - Qt has no event to await
                await asyncio.sleep(0.005)
        return widget

    yield put_up
    for widget in shown:
        widget.close()
        taken_down.append(widget)
    # What closing wrote runs now: between two fixtures Qt turns without the loop.
    await asyncio.sleep(0.05)
    for timer in (each for widget in shown for each in widget.findChildren(QTimer)):
        timer.stop()  # it would come when no loop runs


@pytest.fixture
def services(bench: Bench) -> Services:
    """Real services over a temporary folder."""
    return bench.services


@pytest.fixture
def record() -> Callable[..., dict[str, Any]]:
    """Makes records; see `make_record`."""
    return make_record


@pytest.fixture
def found() -> Callable[[dict[str, Any]], Found]:
    """The server's answer with a record."""
    return lambda record: Found(parse_record(record), json.dumps(record).encode())


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """pytest-qt's own, which waits longer on a busy machine."""
    waiting: Any = qtbot
    for name in ("waitUntil", "waitSignal"):
        setattr(waiting, name, partial(getattr(qtbot, name), timeout=round(LIMIT_S * 1000)))
    return qtbot


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Waits until a condition holds: `await until(lambda: …)`. In coroutines, where qtbot's own
    waiting would nest event loops."""

    async def wait(condition: Callable[[], object], limit_s: float = LIMIT_S) -> None:
        async with asyncio.timeout(limit_s):
            while not condition():  # noqa: ASYNC110 - Qt has no event to await
                await asyncio.sleep(0.005)

    return wait


@pytest.fixture
def keys() -> Callable[..., Iterable[ImageKey]]:
    """`keys((214, 0), (214, 1))`"""
    return lambda *pairs: [ImageKey(*pair) for pair in pairs]
