"""What an image without a link waits for, in words."""

from __future__ import annotations

from dreamina_desktop.core.jobs.link_recovery import SEEKING
from dreamina_desktop.core.text.dates import local_time
from dreamina_desktop.services.traffic.poll_status import Connection

_WHEN = {
    Connection.OFFLINE: "there is a connection",
    Connection.THROTTLED: "the API's pause is over",
    Connection.REFUSED: "the API takes the token",
    Connection.SUBSCRIPTION: "the API's subscription is renewed",
    Connection.NO_TOKEN: "there is a token",
    Connection.PAUSED: "checking goes on",
    Connection.READ_ONLY: "the library can be written to",
}


def while_closed(connection: Connection) -> str:
    """While the API cannot be asked at all; SEEKING where it can."""
    when = _WHEN.get(connection)
    return f"A fresh one is looked for when {when}." if when else SEEKING


def after_trouble(reason: str) -> str:
    """`reason`: a sentence, "" where it is not known."""
    return f"A fresh one could not be looked for yet{f': {reason}' if reason else '.'}"


def until(at: float) -> str:
    """`at` in Unix seconds: the next walk through the history."""
    return f"A fresh one is looked for at {local_time(at):%H:%M}."
