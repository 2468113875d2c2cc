"""What the window is given to work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dreamina_desktop.services.accounts import Accounts
from dreamina_desktop.services.background import Background
from dreamina_desktop.services.collections import Collections
from dreamina_desktop.services.deadlines import Deadlines
from dreamina_desktop.services.downloader import Downloader
from dreamina_desktop.services.exporter import Exporter
from dreamina_desktop.services.file_watch import FileWatch
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.long_work import LongWork
from dreamina_desktop.services.marking import Marking
from dreamina_desktop.services.messages import Messages
from dreamina_desktop.services.missing_files import MissingFiles
from dreamina_desktop.services.poller import Poller
from dreamina_desktop.services.ports import Clock, OtherPrograms
from dreamina_desktop.services.preferences import Preferences
from dreamina_desktop.services.recheck import Recheck
from dreamina_desktop.services.reference_tray import ReferenceTray
from dreamina_desktop.services.refetch import Refetch
from dreamina_desktop.services.remake import Remake
from dreamina_desktop.services.rescue_notice import RescueNotice
from dreamina_desktop.services.saved_searches import SavedSearches
from dreamina_desktop.services.server_clock import ServerClock
from dreamina_desktop.services.supervisor import Supervisor
from dreamina_desktop.services.thumbnailer import Thumbnailer
from dreamina_desktop.services.token import Token
from dreamina_desktop.services.tracker import Tracker
from dreamina_desktop.services.trash_can import TrashCan
from dreamina_desktop.services.undo import UndoHistory
from dreamina_desktop.services.way_back import WayBack

if TYPE_CHECKING:
    from dreamina_desktop.services.archiver import Archiver


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
