from __future__ import annotations

import pytest

from dreamina_desktop.core.search.terms import image_numbers


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("we like 14-2 and 27-1", "14-2 27-1"),
        ("14-2, 14-2; #0027-1.", "14-2 27-1"),
        ("14\u20132", "14-2"),
        ("on 2026-03-02 at 16:9", ""),
        ("seedream-4.0 4k 16-9-x", ""),
        ("v1-2", ""),
        ("14-0 0-1 14-123", ""),
        ("我们喜欢14-2和27-1", "14-2 27-1"),
        ("１４－２と２７ー１、28−1が好き", "14-2 27-1 28-1"),
        ("14-2를 골랐어요", "14-2"),
        ("喜欢214-1, 不要2026-03-02", "214-1"),
        ("4-panel, été14-2, 14-2é, 比例16:9", ""),
        ("", ""),
    ],
)
def test_numbers_of_images_in_a_text(text: str, wanted: str) -> None:
    assert " ".join(map(str, image_numbers(text))) == wanted


def test_megabytes_are_read_at_once() -> None:
    assert len(image_numbers("14-2 27-1 " * 1_000_000)) == 2
