"""Reading assetRefs."""

from __future__ import annotations

import pytest

from dreamina_desktop.core.text.urls import AssetRef, parse


def test_a_reference_says_account_size_and_bytes() -> None:
    text = "US:user+a-image@example.com-image:w2560:h1440:s812345-uri:tos-useast5-i-abc/0123-uri:x"
    assert parse(text) == AssetRef(
        account="US:user+a-image@example.com",
        width=2560,
        height=1440,
        size_bytes=812345,
        uri="tos-useast5-i-abc/0123-uri:x",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "US:user@example.com",
        "US:user@example.com-image:w1:h2-uri:x",
        "US:user@example.com-image:w1:h2:s3-uri:",
        "-image:w1:h2:s3-uri:x",
        "US:user@example.com-image:w٣:h2:s3-uri:x",
        "US:user@example.com-image:w1:h2:s9999999999999-uri:x",
        "US:user@example.com-image:w1:h2:s3-uri:x\ny",
    ],
)
def test_another_form_is_none(text: str) -> None:
    assert parse(text) is None
