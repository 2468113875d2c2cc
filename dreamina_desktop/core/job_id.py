"""Find job IDs, whole job records and bearer tokens in any text (docs/api.md, "Identifiers")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rejected:
    """A word that looks like a job ID and cannot be one, with the reason in words."""

    text: str  # shortened to 80 characters, for showing
    reason: str


@dataclass(frozen=True, slots=True)
class Finds:
    """What a text holds. IDs are unique and in the order of the text."""

    jobids: tuple[str, ...] = ()
    records: Mapping[str, bytes] = field(default_factory=dict)  # raw JSON by job ID, a subset
    videos: tuple[str, ...] = ()  # by their type letter (inferred)
    hidden: int = 0  # IDs with "[email protected]" in them
    rejected: tuple[Rejected, ...] = ()
    maybe: str | None = None  # the text is this one word, which does not look like an ID
    had_token: bool = False  # a bearer token was in the text; it is in none of the fields


@dataclass(frozen=True, slots=True)
class JobIdParts:
    """What an ID says about its job (inferred from other clients' code)."""

    created: datetime | None  # UTC; the year is the one nearest before `now`
    type_letter: str
    user_number: int | None
    account: str | None  # `US:user@example.com`


def find(text: str) -> Finds:
    """Everything in `text`; never raises, linear in its length."""
    raise NotImplementedError


def is_possible(word: str) -> bool:
    """Whether a word may be sent as a job ID at all: 1 to 256 characters, no white space,
    control or invisible character, slash, `?`, `#`, `%`; not `.` or `..`."""
    raise NotImplementedError


def parts(jobid: str, now: datetime) -> JobIdParts | None:
    """The inner form of an ID, None where it is unknown."""
    raise NotImplementedError


def without_tokens(text: str) -> str:
    """`text` with every bearer token (`user:<number>-<string>`, `Bearer …`) cut out."""
    raise NotImplementedError
