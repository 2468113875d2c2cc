from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from dreamina_desktop.core.jobs.job import Tracking
from dreamina_desktop.services.traffic.poll_status import Connection
from dreamina_desktop.ui.gallery.empty_state import EmptyPage, absence
from dreamina_desktop.ui.gallery.gallery_pane import GalleryPane

Open = Callable[..., GalleryPane]


def page(pane: GalleryPane) -> EmptyPage:
    found = pane.findChild(EmptyPage)
    assert found is not None
    return found


def test_without_jobs_it_says_how_to_begin(scene: Any, open_pane: Open) -> None:
    pane = open_pane(scene)
    assert page(pane).isVisible()
    assert "Paste job IDs" in page(pane).words


def test_a_search_that_finds_nothing_says_which_filter_to_lift(scene: Any) -> None:
    assert "Clear the search" in absence(scene.start(), [], filtered=True).text


def test_a_running_job_says_for_how_long_and_goes_on_counting(
    scene: Any, open_pane: Open, qtbot: QtBot
) -> None:
    created = datetime.fromtimestamp(scene.now - 42, UTC)
    scene.job(218, status="created", tracking=Tracking.POLLING, created=created)
    pane = open_pane(scene)
    assert page(pane).words == "Running for 42 s\nMost take 15 to 120 s."
    scene.now += 60
    qtbot.waitUntil(lambda: page(pane).words.startswith("Running for 1 min 42 s"))


def test_it_makes_way_for_the_first_image(scene: Any, open_pane: Open, qtbot: QtBot) -> None:
    scene.job(218, status="created", tracking=Tracking.POLLING)
    pane = open_pane(scene)
    image = scene.saved(218)
    scene.change_job(218, lambda job: replace(job, images=(image,), tracking=Tracking.DONE))
    qtbot.waitUntil(lambda: not page(pane).isVisible())
    assert len(pane.order()) == 1


def test_a_failed_job_says_why_and_what_to_do(scene: Any) -> None:
    scene.job(215, status="failed", error="fail_code: 2038", code="2038")
    said = absence(scene.start(), [215], filtered=False)
    assert said.title == "Job 215 failed"
    assert "content filter" in said.text.lower()
    assert "Change the prompt" in said.text
    assert "2038" in said.text


def test_a_job_that_is_not_found_says_what_that_may_mean(scene: Any) -> None:
    scene.job(213, tracking=Tracking.NOT_FOUND, note="older than 30 days", status="")
    said = absence(scene.start(), [213], filtered=False)
    assert said.title == "Job 213 was not found"
    assert said.text == "Older than 30 days."


def test_a_completed_job_of_which_no_image_was_found_says_so(scene: Any) -> None:
    scene.job(5)
    said = absence(scene.start(), [5], filtered=False)
    assert said.title == "Job 5 is completed, but no image was found"
    assert "form that is not known here" in said.text


def test_a_video_is_said_to_be_one(scene: Any) -> None:
    scene.job(5, type="video")
    said = absence(scene.start(), [5], filtered=False)
    assert (said.title, said.text) == ("Job 5 is a video", "Videos are not saved here.")


def test_a_job_whose_images_are_not_shown_yet_is_not_said_to_have_none(scene: Any) -> None:
    scene.job(5, scene.saved(5))
    scene.job(6, scene.saved(6), scene.saved(6, 1))
    services = scene.start()
    one, two = (absence(services, [number], filtered=False) for number in (5, 6))
    assert one.title == "Job 5 is completed"
    assert one.text == "Its image is not among those shown."
    assert two.text == "Its 2 images are not among those shown."
    several = absence(services, [5, 6], filtered=False)
    assert (several.title, several.text) == ("No image of these jobs is shown", "2 completed.")


def test_several_jobs_say_what_was_not_understood(scene: Any) -> None:
    scene.job(1)
    scene.job(2, type="video")
    said = absence(scene.start(), [1, 2], filtered=False)
    assert said.title == "These jobs have no images"
    assert said.text == "1 completed video, 1 completed, no image found."


def test_several_jobs_without_images_are_counted_by_what_they_do(scene: Any) -> None:
    scene.job(1, status="created", tracking=Tracking.POLLING)
    scene.job(2, status="created", tracking=Tracking.POLLING)
    scene.job(3, status="failed")
    said = absence(scene.start(), [1, 2, 3], filtered=False)
    assert said.title == "2 jobs are running"
    assert said.text == "Most take 15 to 120 s. 1 failed."


def test_a_job_without_an_answer_yet_claims_nothing(scene: Any) -> None:
    scene.job(4, status="", tracking=Tracking.POLLING, note="the server cannot be reached")
    said = absence(scene.start(), [4], filtered=False)
    assert said.title == "Waiting for the first answer on job 4"
    assert said.text == "The server cannot be reached."


def test_jobs_that_nobody_asks_for_do_not_run(scene: Any) -> None:
    scene.job(1, status="created", tracking=Tracking.POLLING)
    scene.job(2, status="", tracking=Tracking.POLLING)
    services = scene.start()
    services.poller.status.connection = Connection.PAUSED
    several = absence(services, [1, 2], filtered=False)
    assert (several.title, several.text) == ("2 jobs are waiting", "Paused.")
    one = absence(services, [1], filtered=False)
    assert (one.title, one.text) == ("Job 1 is waiting", "Paused.")


def test_its_words_stand_together_after_the_window_grew(
    scene: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(scene)
    pane.resize(130, 400)
    pane.resize(900, 600)
    title, text = (label for label in page(pane).findChildren(QLabel) if label.text())
    qtbot.waitUntil(lambda: title.height() < 2 * title.fontMetrics().height())
    assert text.y() - (title.y() + title.height()) < 20
