"""The header Range."""

from __future__ import annotations

import pytest

from dreamina_desktop.sandbox.byte_range import OutsideError, wanted


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-", (0, 100)),
        ("bytes=40-", (40, 100)),
        ("bytes=40-59", (40, 60)),
        ("bytes = 40-59", (40, 60)),
        ("bytes=40-9999", (40, 100)),
        ("bytes=-30", (70, 100)),
        ("bytes=-300", (0, 100)),
        ("", None),
        ("bytes=5-4", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=1-" + "9" * 400, None),
    ],
)
def test_a_single_range_is_understood(header: str, part: tuple[int, int] | None) -> None:
    assert wanted(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_bytes_that_the_file_does_not_have_are_outside(header: str) -> None:
    with pytest.raises(OutsideError):
        wanted(header, 100)
