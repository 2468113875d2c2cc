"""What the window is given to work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dreamina_desktop.services.curation.collections import Collections
from dreamina_desktop.services.curation.marking import Marking
from dreamina_desktop.services.curation.reference_tray import ReferenceTray
from dreamina_desktop.services.curation.saved_searches import SavedSearches
from dreamina_desktop.services.curation.trash import TrashCan
from dreamina_desktop.services.downloads.downloader import Downloader
from dreamina_desktop.services.downloads.file_watch import FileWatch
from dreamina_desktop.services.downloads.missing_files import MissingFiles
from dreamina_desktop.services.downloads.redownload import Refetch
from dreamina_desktop.services.export.exporter import Exporter
from dreamina_desktop.services.export.reimport import WayBack
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.polling.poller import Poller
from dreamina_desktop.services.polling.recheck import Recheck
from dreamina_desktop.services.polling.token import Token
from dreamina_desktop.services.ports import Clock, OtherPrograms
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

if TYPE_CHECKING:
    from dreamina_desktop.services.archive.archiver import Archiver


@dataclass(frozen=True, slots=True)
class Services:
    """Every service of one run, made by app/."""

    accounts: Accounts
    archiver: Callable[[], Archiver]  # made when it is first wanted
    background: Background
    clock: Clock
    collections: Collections
    deadlines: Deadlines
    diagnostics: Callable[[], Awaitable[str]]  # for a report of a fault; raises OSError
    downloader: Downloader
    exporter: Exporter
    file_watch: FileWatch
    library: Library
    long_work: LongWork
    marking: Marking
    messages: Messages
    missing_files: MissingFiles
    other_programs: OtherPrograms
    poller: Poller
    preferences: Preferences
    recheck: Recheck
    reference_tray: ReferenceTray
    refetch: Refetch
    remake: Remake
    rescue_notice: RescueNotice
    saved_searches: SavedSearches
    server_clock: ServerClock
    supervisor: Supervisor
    thumbnailer: Thumbnailer
    token: Token
    tracker: Tracker
    trash_can: TrashCan
    undo: UndoHistory
    way_back: WayBack
    api_url: str  # without a slash at its end
    default_images_folder: str  # absolute; in force while no other was chosen
    demo: bool
