"""Accounts by short names: an e-mail address is shown only where the user copies it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

# What an address's name consists of; percent-encoded in a URL.
_LETTER = r"(?:[\w.!#$*+^~-]|(?<=\w)'(?=\w)|%(?:2[1346789ABDE]|5[EF]|7E))"
_AT = r"(?:@|%(?:25)*40|\\u0040)"
_DOMAIN = r"[\w-]+(?:\.[\w-]+)*"
# Possessive, bounded, and begun only where a word begins: linear, whatever the text.
_REGIONED = re.compile(
    rf"(?:(?<![A-Za-z])(?P<region>(?-i:[A-Z]{{2}}))(?::|%(?:25)*3A)|(?<![\w.!#$*+^~-]))"
    rf"(?P<name>{_LETTER}{{1,256}}+){_AT}(?P<domain>{_DOMAIN})",
    re.IGNORECASE,
)
# The account of a job ID or an assetRef, whatever characters it has (docs/api.md).
_EMBEDDED = re.compile(
    r"(?:j\d{19}[A-Za-z]-u\d+-(?P<job>.+)-bot:.*|(?P<asset>.+)-image:w\d+:.*)", re.DOTALL
)
_ENDS = re.compile(r"-(?:bot|image)\Z")  # what follows an address in a job ID and in an assetRef


@dataclass(frozen=True, slots=True)
class AccountLabel:
    """How lists show an account."""

    name: str  # "A", "B", … "Z", "AA", or the name that the user gave
    color: int  # an index into the palette's account colours; wraps


def account_of(text: str) -> str | None:
    """The account (`US:user@example.com`) that a job ID or an assetRef embeds; else None."""
    if embedded := _EMBEDDED.fullmatch(text):
        return embedded["job"] or embedded["asset"]
    found = _REGIONED.search(text)
    return _account(found) if found else None


def labels(accounts: Iterable[str], names: Mapping[str, str]) -> dict[str, AccountLabel]:
    """Labels by account, lettered in the order given (each account once)."""
    return {
        account: AccountLabel(names.get(account) or _letters(index), index)
        for index, account in enumerate(dict.fromkeys(accounts))
    }


def mask_addresses(text: str, known: Mapping[str, AccountLabel]) -> str:
    """`text` with every e-mail address replaced by its account's short name, or by `…`; a
    region before it stays."""
    by_address = {account.partition(":")[2] or account: label for account, label in known.items()}

    def short(found: re.Match[str]) -> str:
        account = _account(found)
        label = known.get(account) or by_address.get(account)
        before = text[found.start() : found.start("name")]
        end = _ENDS.search(found["domain"])
        return f"{before}{label.name if label else '…'}{end[0] if end else ''}"

    return _REGIONED.sub(short, text)


def _account(found: re.Match[str]) -> str:
    address = f"{unquote(found['name'])}@{_ENDS.sub('', found['domain'])}"
    return f"{found['region']}:{address}" if found["region"] else address


def _letters(index: int) -> str:
    """A, B, … Z, AA, AB …"""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
