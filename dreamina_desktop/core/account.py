"""Accounts by short names: an e-mail address is shown only where the user copies it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountLabel:
    """How lists show an account."""

    name: str  # "A", "B", … "Z", "AA", or the name that the user gave
    color: int  # an index into the palette's account colours; wraps


def account_of(text: str) -> str | None:
    """The account (`US:user@example.com`) that a job ID or an assetRef embeds; else None."""
    raise NotImplementedError


def labels(accounts: Iterable[str], names: Mapping[str, str]) -> dict[str, AccountLabel]:
    """Labels by account, lettered in the order given (each account once)."""
    raise NotImplementedError


def mask_addresses(text: str, known: Mapping[str, AccountLabel]) -> str:
    """`text` with every e-mail address replaced by its account's short name, or by `…`."""
    raise NotImplementedError
