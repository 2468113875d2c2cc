"""Read an assetRef: `<account>-image:w<W>:h<H>:s<bytes>-uri:<imageUri>` (docs/api.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"(.+)-image:w(\d{1,6}):h(\d{1,6}):s(\d{1,12})-uri:(.+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class AssetRef:
    """What an assetRef says. The string itself is opaque to the API and copied as it came."""

    account: str
    width: int  # pixels
    height: int
    size_bytes: int  # inferred: the size of the original
    uri: str


def parse(text: str) -> AssetRef | None:
    """None where the form is another one: it may be a good reference all the same."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    account, width, height, size, uri = found.groups()
    return AssetRef(account, int(width), int(height), int(size), uri)
