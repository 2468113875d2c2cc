"""What is kept, opened: the library, its settings, its thumbnails."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from dreamina_desktop import diagnostics
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.library.collections import CollectionRepository
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.fingerprints import Fingerprints
from dreamina_desktop.library.index.index import JobIndex, Progress
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.safety.open_library import open_library
from dreamina_desktop.library.settings import SettingsStore
from dreamina_desktop.library.thumbnails import ThumbnailStore
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.session.messages import Messages
from dreamina_desktop.services.session.preferences import Preferences
from dreamina_desktop.services.session.rescue_notice import RescueNotice
from dreamina_desktop.services.session.supervisor import Supervisor


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
