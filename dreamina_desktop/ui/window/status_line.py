"""What is going on, in words: `3 running, next check in 6 s · 812 images, all saved here`."""

from __future__ import annotations

from dataclasses import replace

from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.downloads.downloader import DownloadStatus
from dreamina_desktop.services.polling.poller import Connection, PollStatus
from dreamina_desktop.ui.wording import roughly

MANY_WAIT = 20  # jobs; above, how long they take is said instead
BETWEEN = "  ·  "
_CONNECTION = {
    Connection.ONLINE: "online",
    Connection.OFFLINE: "no connection to the API",
    Connection.DOWN: "the API does not work",
    Connection.THROTTLED: "the API asked for a pause",
    Connection.REFUSED: "token refused",
    Connection.SUBSCRIPTION: "subscription needed",
    Connection.NO_TOKEN: "no token",
    Connection.PAUSED: "paused",
    Connection.READ_ONLY: "read-only: nothing is checked",
}


def status_line(poll: PollStatus, downloads: DownloadStatus, images: int, saved: int) -> str:
    """`images` known, `saved` of them on disk."""
    saving = _saving(downloads, images, saved, paused=_is_paused(poll))
    return _joined(poll, _checking(poll), saving)


def still_line(poll: PollStatus, downloads: DownloadStatus, images: int, saved: int) -> str:
    """The same without what changes from second to second."""
    running = f"{poll.polling:,} running" if poll.polling else "Nothing to check"
    still = replace(downloads, next_in_s=None)
    saving = _saving(still, images, saved, paused=_is_paused(poll))
    return _joined(poll, running, saving)


def _joined(poll: PollStatus, *parts: str) -> str:
    """In a narrow window the end is cut: trouble goes to the front."""
    if poll.connection is Connection.ONLINE:
        return BETWEEN.join((*parts, _network(poll)))
    return BETWEEN.join((_network(poll), *parts))


def _is_paused(poll: PollStatus) -> bool:
    return poll.connection is Connection.PAUSED


def _checking(poll: PollStatus) -> str:
    if not poll.polling:
        return "Nothing to check"
    if poll.overdue > MANY_WAIT and poll.connection is Connection.ONLINE:
        long = f", about {roughly(poll.backlog_s)}" if poll.backlog_s else ""
        return f"Checking {counted(poll.overdue + poll.checking, 'job')}{long}"
    words = f"{poll.polling:,} running"
    if poll.checking:
        return f"{words}, checking now"
    if poll.next_in_s is not None:
        return f"{words}, next check in {roughly(poll.next_in_s)}"
    return f"{words}, not being checked"


def _saving(downloads: DownloadStatus, images: int, saved: int, *, paused: bool) -> str:
    if not images:
        return "no images yet"
    words = counted(images, "image")
    if downloads.folder_away and not downloads.pending:
        return f"{words}, their folder is not there"
    is_told = downloads.missing and not downloads.folder_away
    missing = f", {downloads.missing:,} not where they were saved" if is_told else ""
    if downloads.pending or downloads.disk_full:
        return f"{words}, {_pending(downloads, paused=paused)}{missing}"
    if missing:
        here = saved - downloads.missing
        return f"{words}, {here:,} saved here{missing}" if here > 0 else f"{words}{missing}"
    if saved == images:
        return f"{words}, {'all saved here' if images > 1 else 'saved here'}"
    return f"{words}, {saved:,} saved here"


def _pending(downloads: DownloadStatus, *, paused: bool) -> str:
    if downloads.folder_away:
        return f"{downloads.pending:,} not saved: their folder is not there"
    if downloads.disk_full:
        return f"{downloads.pending:,} not saved: the disk is full"
    if downloads.fetching:
        return f"saving {downloads.pending:,}"
    if downloads.next_in_s and not paused:
        return f"{downloads.pending:,} tried again in {roughly(downloads.next_in_s)}"
    return f"{downloads.pending:,} not saved yet"


def _network(poll: PollStatus) -> str:
    words = _CONNECTION[poll.connection]
    return f"{words}, {counted(poll.failing, 'job')} failing" if poll.failing else words
