"""Why a job failed and what to do about it (docs/api.md, section 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dreamina_desktop.core.job_id import parts
from dreamina_desktop.core.record import JobRecord

KEPT = timedelta(days=30)  # how long the server keeps a job (documented)


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure in words."""

    code: str | None  # raw
    short: str  # for a list: "blocked by the content filter"; raw where the code is unknown
    cause: str  # a sentence
    remedy: str  # a sentence; "" where nothing is known
    inferred: bool = False  # the meaning was seen in other clients, and is not documented


_AGAIN = "Submitting it again may help."
_DOCUMENTED = {
    "408": ("timed out", "The generation took more than an hour and timed out.", _AGAIN),
    "596": (
        "account session expired",
        "The session of the linked Dreamina account has expired.",
        "Add the account again at useapi.net; asking again will not help.",
    ),
    "2038": (
        "blocked by the content filter",
        "Blocked by the content filter.",
        "Change the prompt or the reference and submit it again; the same request fails again.",
    ),
    "2057": ("processing error", "Dreamina failed while processing the request.", _AGAIN),
}
_SEEN = (
    (("1057",), "rate limit", "Probably a rate limit of the account.", "Wait before the next one."),
    (("1006",), "out of credits", "Probably the account has no credits left.", ""),
    (("1015",), "login needed", "Probably the account has to log in again.", ""),
    (
        ("1018", "1019", "1021", "2035"),
        "account under review",
        "Probably the account is under risk control.",
        "",
    ),
    (
        ("2039", "2041"),
        "image moderation",
        "Probably an image was refused by moderation.",
        "Change the prompt or the reference.",
    ),
    (("2042", "2043"), "video moderation", "Probably a video was refused by moderation.", ""),
    (
        ("2048", "2050", "1159"),
        "copyright",
        "Probably refused for reasons of copyright.",
        "Change the prompt or the reference.",
    ),
    (("2047",), "violation", "Probably refused as a violation of the rules.", ""),
)
_INFERRED = {code: words for codes, *words in _SEEN for code in codes}


def explain(record: JobRecord) -> Failure:
    """The failure of a failed job. An unknown code is shown raw, with no invented cause."""
    code = record.code
    if "cancelled by user" in f"{record.error} {record.error_details}".lower():
        return Failure(code, "cancelled", "The job was cancelled by its user.", "")
    if code in _DOCUMENTED:
        return Failure(code, *_DOCUMENTED[code])
    if code in _INFERRED:
        short, cause, remedy = _INFERRED[code]
        return Failure(code, short, cause, remedy, inferred=True)
    said = ", ".join(text for text in (record.error, record.error_details) if text)
    raw = said or (f"code {code}" if code else "no reason given")
    return Failure(code, raw, f"The API said: {raw}." if said else f"Failed: {raw}.", "")


def explain_not_found(jobid: str, token_user: int | None, now: datetime) -> str:
    """What a 404 may mean, and which of it is likely: the date and the user number in the ID
    (inferred). `token_user`: the user number in the token, None where unknown."""
    inner = parts(jobid, now)
    if inner and inner.created and now - inner.created > KEPT:
        day = f"{inner.created.day} {inner.created:%B %Y}"
        return (
            f"The server does not know it. By its ID it was made on {day}, and the server keeps "
            "jobs for 30 days."
        )
    if inner and inner.user_number and token_user and inner.user_number != token_user:
        return (
            f"The server does not know it. By its ID it belongs to user {inner.user_number}, and "
            f"your token to user {token_user}."
        )
    return (
        "The server does not know it: the ID may be mistyped, older than 30 days, or another "
        "user's."
    )
