"""What other tools are told of images."""

from __future__ import annotations

import json

import pytest

from dreamina_desktop.core.export.clipboard_list import image_list, listed_keys
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.jobs.record import ImageEntry


def test_a_list_says_what_the_images_are_and_is_read_again() -> None:
    images = (
        Image(ImageKey(7, 0), ImageEntry(0, asset_ref="ref é"), ImageState.SAVED, "/x/0007-1.jpg"),
        Image(ImageKey(7, 2), ImageEntry(2)),
    )
    job = Job(7, "j7:dreamina", 1, 0.0, Tracking.DONE, images=images)
    data = image_list([job], images)
    assert json.loads(data) == {
        "version": 1,
        "images": [
            {
                "number": 7,
                "index": 0,
                "jobid": "j7:dreamina",
                "assetRef": "ref é",
                "file": "/x/0007-1.jpg",
            },
            {"number": 7, "index": 2, "jobid": "j7:dreamina", "assetRef": None, "file": None},
        ],
    }
    assert listed_keys(data) == (ImageKey(7, 0), ImageKey(7, 2))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[1]",
        b'{"images": 3}',
        b'{"images": [1, null, {"number": "7", "index": 0}, {"number": 0, "index": 0}]}',
        b'{"images": [{"number": true, "index": 0}, {"number": 7, "index": -1}]}',
    ],
)
def test_what_is_no_list_has_no_images(data: bytes) -> None:
    assert listed_keys(data) == ()


def test_each_image_is_there_once_and_unknown_fields_do_no_harm() -> None:
    listed = '{"number": 7, "index": 1, "colour": "red"}'
    data = f'{{"version": 9, "images": [{listed}, {listed}]}}'.encode()
    assert listed_keys(data) == (ImageKey(7, 1),)
