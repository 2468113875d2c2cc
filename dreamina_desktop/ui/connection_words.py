"""Why nothing is asked at the moment, in a word or two."""

from __future__ import annotations

from dreamina_desktop.services.polling.poller import Connection

WAITING_FOR = {
    Connection.PAUSED: "paused",
    Connection.READ_ONLY: "the library is read-only",
    Connection.NO_TOKEN: "no token",
    Connection.REFUSED: "token refused",
    Connection.SUBSCRIPTION: "subscription",
    Connection.OFFLINE: "no network",
    Connection.DOWN: "the API does not work",
    Connection.THROTTLED: "the API asked for a pause",
}
