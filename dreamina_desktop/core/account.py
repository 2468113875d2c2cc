"""Accounts by short names: an e-mail address is shown only where the user copies it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_ADDRESS = r"[\w.!#$&'*+=^`{|}~-]{1,64}(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_REGIONED = re.compile(rf"(?:\b([A-Z]{{2}})(?::|%3[Aa]))?({_ADDRESS})")
_ENDS = ("-bot", "-image")  # what follows an address in a job ID and in an assetRef


@dataclass(frozen=True, slots=True)
class AccountLabel:
    """How lists show an account."""

    name: str  # "A", "B", … "Z", "AA", or the name that the user gave
    color: int  # an index into the palette's account colours; wraps


def account_of(text: str) -> str | None:
    """The account (`US:user@example.com`) that a job ID or an assetRef embeds; else None."""
    found = _REGIONED.search(text)
    if found is None:
        return None
    address = _trimmed(found[2]).replace("%40", "@")
    return f"{found[1]}:{address}" if found[1] else address


def labels(accounts: Iterable[str], names: Mapping[str, str]) -> dict[str, AccountLabel]:
    """Labels by account, lettered in the order given (each account once)."""
    unique = dict.fromkeys(accounts)
    return {
        account: AccountLabel(names.get(account) or _letters(index), index)
        for index, account in enumerate(unique)
    }


def mask_addresses(text: str, known: Mapping[str, AccountLabel]) -> str:
    """`text` with every e-mail address replaced by its account's short name, or by `…`."""

    def short(found: re.Match[str]) -> str:
        address = _trimmed(found[2])
        rest = found[2][len(address) :]
        account = address.replace("%40", "@")
        label = known.get(f"{found[1]}:{account}" if found[1] else account)
        region = f"{found[1]}:" if found[1] else ""
        return f"{region}{label.name if label else '…'}{rest}"

    return _REGIONED.sub(short, text)


def _trimmed(address: str) -> str:
    """Without the `-bot` or `-image` that a domain's pattern runs into."""
    for end in _ENDS:
        if address.endswith(end):
            return address[: -len(end)]
    return address


def _letters(index: int) -> str:
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
