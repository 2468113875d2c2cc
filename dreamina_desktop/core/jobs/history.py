"""An account's history upstream, as `GET /assets/{account}` tells it (docs/api.md, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dreamina_desktop.core.jobs.answer import Refused, Throttled, Trouble


@dataclass(frozen=True, slots=True)
class Asset:
    """One image of the history. Which job made it is not said there."""

    item_id: str
    url: str
    asset_ref: str | None = None


@dataclass(frozen=True, slots=True)
class AssetPage:
    """A page of it, newest first; what is no image is left out."""

    assets: tuple[Asset, ...]
    next_offset: str | None = None  # None: this is the last page
    newest: datetime | None = None  # when the newest thing on it was made, videos too


@dataclass(frozen=True, slots=True)
class NoHistory:
    """404 in the API's words. Not `is_sure`: other words than those for an unknown account."""

    reason: str
    is_sure: bool = True


HistoryAnswer = AssetPage | NoHistory | Refused | Throttled | Trouble
