from __future__ import annotations

from dataclasses import replace

import pytest

from dreamina_desktop.services.downloads.downloader import DownloadStatus
from dreamina_desktop.services.polling.poller import Connection, PollStatus
from dreamina_desktop.ui.window.status_bar import status_line

IDLE = DownloadStatus(pending=0, fetching=0, disk_full=False, next_in_s=None)
AWAY = replace(IDLE, folder_away=True, missing=12)
GONE = replace(IDLE, missing=12)


def poll(connection=Connection.ONLINE, **values):
    return PollStatus(
        **{
            "connection": connection,
            "polling": 0,
            "checking": 0,
            "overdue": 0,
            "next_in_s": None,
            "backlog_s": 0.0,
            "failing": 0,
        }
        | values
    )


def test_it_reads_as_in_the_picture():
    line = status_line(poll(polling=3, next_in_s=6.0), IDLE, 812, 812)
    assert line.split("  ·  ") == [
        "3 running, next check in 6 s",
        "812 images, all saved here",
        "online",
    ]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (poll(), "Nothing to check"),
        (poll(polling=2, checking=1), "2 running, checking now"),
        (poll(polling=2), "2 running, not being checked"),
        (
            poll(polling=5000, overdue=4992, checking=8, backlog_s=1250.0),
            "Checking 5,000 jobs, about 21 min",
        ),
    ],
)
def test_what_is_checked(status, words):
    assert status_line(status, IDLE, 0, 0).split("  ·  ")[0] == words


@pytest.mark.parametrize(
    ("downloads", "images", "saved", "words"),
    [
        (IDLE, 0, 0, "no images yet"),
        (IDLE, 1, 1, "1 image, saved here"),
        (IDLE, 4, 3, "4 images, 3 saved here"),
        (DownloadStatus(12, 4, False, 0.0), 40, 28, "40 images, saving 12"),
        (DownloadStatus(12, 0, True, None), 40, 28, "40 images, 12 not saved: the disk is full"),
        (AWAY, 40, 40, "40 images, their folder is not there"),
        (replace(AWAY, pending=3), 40, 37, "40 images, 3 not saved: their folder is not there"),
        (GONE, 40, 40, "40 images, 28 saved here, 12 not where they were saved"),
        (replace(GONE, missing=40), 40, 40, "40 images, 40 not where they were saved"),
        (
            replace(GONE, pending=5, fetching=4),
            40,
            35,
            "40 images, saving 5, 12 not where they were saved",
        ),
    ],
)
def test_what_is_saved(downloads, images, saved, words):
    assert status_line(poll(), downloads, images, saved).split("  ·  ")[1] == words


@pytest.mark.parametrize("connection", list(Connection))
def test_every_state_of_the_connection_has_words(connection):
    assert status_line(poll(connection), IDLE, 0, 0).split("  ·  ")[2]


def test_failing_jobs_are_counted():
    line = status_line(poll(Connection.OFFLINE, failing=2), IDLE, 0, 0)
    assert line.startswith("no connection to the API, 2 jobs failing")


@pytest.mark.parametrize(
    ("downloads", "connection", "words"),
    [
        (DownloadStatus(12, 0, False, None), Connection.PAUSED, "12 not saved yet"),
        (DownloadStatus(1, 0, False, 200.0), Connection.ONLINE, "1 tried again in 3 min"),
        (DownloadStatus(1, 0, False, 200.0), Connection.PAUSED, "1 not saved yet"),
        (DownloadStatus(3, 2, False, 0.0), Connection.ONLINE, "saving 3"),
    ],
)
def test_it_claims_to_save_only_what_is_being_saved(
    downloads: DownloadStatus, connection: Connection, words: str
) -> None:
    assert words in status_line(poll(connection=connection), downloads, 40, 28)
