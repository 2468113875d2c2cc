"""Why a job failed and what to do about it (docs/api.md, section 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dreamina_desktop.core.record import JobRecord


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure in words."""

    code: str | None  # raw
    short: str  # for a list: "blocked by the content filter"; raw where the code is unknown
    cause: str  # a sentence
    remedy: str  # a sentence; "" where nothing is known
    inferred: bool = False  # the meaning was seen in other clients, and is not documented


def explain(record: JobRecord) -> Failure:
    """The failure of a failed job. An unknown code is shown raw, with no invented cause."""
    raise NotImplementedError


def explain_not_found(jobid: str, token_user: int | None, now: datetime) -> str:
    """What a 404 may mean, and which of it is likely: the date and the user number in the ID
    (inferred). `token_user`: the user number in the token, None where unknown."""
    raise NotImplementedError
