from __future__ import annotations

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState
from dreamina_desktop.core.jobs.record import ImageEntry
from dreamina_desktop.services.downloads import file_watch
from dreamina_desktop.ui import wording


def image(state: ImageState, note: str = "", ref: str | None = "ref", **fields: int) -> Image:
    entry = ImageEntry(0, width=2560, height=1440, asset_ref=ref)
    return Image(ImageKey(217, 0), entry, state, note=note, **fields)  # type: ignore[arg-type]


def test_a_tile_says_its_number_state_and_size() -> None:
    saved = image(ImageState.SAVED, file_width=4096, file_height=4096)
    assert wording.accessible(saved) == "217-1, saved, 4096 by 4096 pixels"
    assert wording.accessible(image(ImageState.LOST)) == "217-1, not saved, 2560 by 1440 pixels"


def test_a_file_in_trouble_is_said_to_screen_readers() -> None:
    saved = image(ImageState.SAVED)
    assert wording.accessible(saved, file_watch.GONE) == "217-1, file gone, 2560 by 1440 pixels"


def test_the_real_size_of_a_file_goes_before_the_records() -> None:
    saved = image(ImageState.SAVED, file_width=4096, file_height=4096)
    assert wording.size(saved) == "4096 × 4096"
    assert wording.size(image(ImageState.PENDING)) == "2560 × 1440"
    assert wording.size(Image(ImageKey(1, 0), ImageEntry(0))) == ""


def test_a_lost_image_says_why_and_that_its_reference_is_still_good() -> None:
    lost = image(ImageState.LOST, "the link had expired")
    assert wording.explanation(lost, fetching=False) == (
        "Not saved: the link had expired. Its reference still works."
    )
    shouted = image(ImageState.INVALID, "HEIC pictures are not kept.")
    assert wording.explanation(shouted, fetching=False).startswith("Not saved: HEIC pictures")
    assert wording.explanation(image(ImageState.LOST), fetching=False) == (
        "Not saved. Its reference still works."
    )
    without = image(ImageState.LOST, "no link", ref=None)
    assert "reference" not in wording.explanation(without, fetching=False)


def test_a_pending_image_says_what_it_waits_for() -> None:
    waiting = image(ImageState.PENDING, "the server answered 503")
    assert wording.explanation(waiting, fetching=False) == (
        "Waiting: the server answered 503. Its reference still works."
    )
    assert wording.explanation(waiting, fetching=True) == "Loading…"


def test_many_keys_are_named_by_the_first() -> None:
    keys = [ImageKey(214, index) for index in range(6)]
    assert wording.keys(keys[:2]) == "214-1, 214-2"
    assert wording.keys(keys) == "214-1, 214-2, 214-3, 214-4 and 2 more"
