"""Why a job failed and what to do about it (docs/api.md, section 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dreamina_desktop.core.jobs.answer import Ending
from dreamina_desktop.core.jobs.job_id import parts
from dreamina_desktop.core.jobs.record import JobRecord

KEPT = timedelta(days=30)  # how long the server keeps a job (documented)


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure in words."""

    code: str | None  # raw
    short: str  # for a list: "content filter"; raw where the code is unknown
    cause: str  # a sentence
    remedy: str  # a sentence; "" where nothing is known
    inferred: bool = False  # the meaning was seen in other clients, and is not documented


_AGAIN = "Submitting it again may help."
_CHANGE = "Change the prompt or the reference; the same request will probably fail again."
_CREDITS = "Add credits at Dreamina, or use another account."
# Each: for a list, the cause, the remedy. Documented by the vendor:
_DOCUMENTED = {
    "408": ("timed out", "The generation took more than an hour and timed out.", _AGAIN),
    "596": (
        "account session expired",
        "The session of the linked Dreamina account has expired.",
        "Add the account again at useapi.net; asking again will not help.",
    ),
    "412": ("out of credits", "The account has no credits left.", _CREDITS),
    "422": ("moderated", "Moderation refused the prompt, a reference or an image.", _CHANGE),
    "429": (
        "quota used up",
        "The quota is used up, or too much runs at once.",
        "Wait a while.",
    ),
    "2038": (
        "content filter",
        "The content filter blocked it.",
        "Change the prompt or the reference; the same request fails again.",
    ),
    "2057": ("processing error", "Dreamina had an error while processing it.", _AGAIN),
}
# Seen in other clients of the same upstream (inferred), hence "probably":
_SEEN = (
    (("1057",), "rate limit", "Probably too many requests in a short time.", "Wait a while."),
    (("1006",), "out of credits", "Probably the account has no credits left.", _CREDITS),
    (
        ("1015",),
        "login needed",
        "Probably the Dreamina account is no longer logged in.",
        "Add the account again at useapi.net.",
    ),
    (
        ("1018", "1019", "1021", "2035"),
        "account under risk control",
        "Probably Dreamina has put the account under risk control.",
        "",
    ),
    (("2039", "2041"), "image moderation", "Probably moderation refused an image.", _CHANGE),
    (("2042", "2043"), "video moderation", "Probably moderation refused a video.", _CHANGE),
    (("2048", "2050", "1159"), "copyright", "Probably refused over copyright.", _CHANGE),
    (("2047",), "violation", "Probably refused as a violation of the rules.", _CHANGE),
)
_INFERRED = {code: (short, cause, cure) for codes, short, cause, cure in _SEEN for code in codes}
# Where a failed record has no code that is known, its words may still name a failure that is.
_SAID = {
    "contentfiltered": "2038",
    "generation timed out": "408",
    "not enough credits": "1006",
    "moderated": "422",
}
_MAX_SHORT = 80  # characters


def explain(record: JobRecord) -> Failure:
    """The failure of a failed job. An unknown code is shown raw, with no invented cause."""
    said = ": ".join(text for text in (record.error, record.error_details) if text)
    if "cancelled by user" in said.lower():
        return Failure(
            record.code,
            "cancelled",
            "The job was cancelled by its user.",
            "Submit it again if you still want it.",
        )
    if said.lower() in ("cancelled", "canceled"):
        return Failure(record.code, "cancelled", "The job was cancelled.", "")
    code = record.code if record.code != "200" else None
    meaning = code if code in _DOCUMENTED or code in _INFERRED else _meaning_of(said)
    if meaning in _DOCUMENTED:
        return Failure(code, *_DOCUMENTED[meaning])
    if meaning in _INFERRED:
        short, cause, remedy = _INFERRED[meaning]
        return Failure(code, short, cause, remedy, inferred=True)
    return _unknown(code, said)


def _meaning_of(said: str) -> str:
    """The code that the words stand for; "" where they are others."""
    return next((_SAID[words] for words in _SAID if words in said.lower()), "")


def _unknown(code: str | None, said: str) -> Failure:
    if not said:
        short = f"code {code}" if code else "no reason given"
        return Failure(code, short, f"Failed with {short}." if code else "No reason was given.", "")
    raw = said if code is None or code in said else f"code {code}: {said}"
    short = raw if len(raw) <= _MAX_SHORT else f"{raw[: _MAX_SHORT - 1]}…"
    return Failure(code, " ".join(short.split()), f"The API said: {raw.rstrip('.')}.", "")


_ENDED = {
    Ending.EXPIRED: "The server no longer has this job: it has expired.",
    Ending.UNREADABLE_ID: "The server cannot read this ID, so it is mistyped: copy it anew.",
    Ending.FORBIDDEN: "It belongs to another user: the server does not show it to your token.",
}


def explain_not_found(
    jobid: str, token_user: int | None, now: datetime, ending: Ending = Ending.UNKNOWN
) -> str:
    """Why there is no record, in the API's words; what a 404 may mean, and which of it is likely:
    the date and the user number in the ID (inferred). `token_user`: the user number in the token,
    None where unknown."""
    if ending in _ENDED:
        return _ENDED[ending]
    return (
        "The server does not know this ID: it is mistyped, older than 30 days, or another user's. "
        f"{_likely(jobid, token_user, now)}"
    )


def _likely(jobid: str, token_user: int | None, now: datetime) -> str:
    inner = parts(jobid, now)
    if inner is None:
        return "It does not have the usual form of a job ID, so it is probably mistyped."
    if token_user is not None and inner.user_number != token_user:
        return (
            f"Probably another user's: by its ID it belongs to user {inner.user_number}, and "
            f"your token to user {token_user}."
        )
    if inner.created is None:
        return "The date in it does not exist, so it is probably mistyped."
    day = f"{inner.created:%Y-%m-%d}"
    if now - inner.created > KEPT:
        return f"Probably too old: by its ID it was created on {day}."
    whose = "is recent" if token_user is None else "is recent and it is yours"
    return f"Probably mistyped: by its ID it {whose} (created on {day})."
