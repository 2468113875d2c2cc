"""The API token: where it comes from, whether it works, and where it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from dreamina_desktop.services.messages import Messages
from dreamina_desktop.services.poller import Poller
from dreamina_desktop.services.ports import JobApi, Keyring


class TokenSource(Enum):
    NONE = "none"
    ENVIRONMENT = "environment"  # USEAPI_TOKEN
    KEYRING = "keyring"
    THIS_RUN = "this run"  # entered, and the keyring failed
    SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class TokenTrial:
    """What came of trying a token; `text` in words, with what to do next."""

    accepted: bool
    text: str


class Token:
    """Holds the token in memory; hands it to the API client only."""

    def __init__(
        self,
        api: JobApi,
        keyring: Keyring,
        poller: Poller,
        messages: Messages,
        origin: str,
        given: str | None,
        given_source: TokenSource,
    ) -> None:
        """`given`: from the environment or the sandbox; goes before the keyring's."""
        raise NotImplementedError

    @property
    def source(self) -> TokenSource:
        raise NotImplementedError

    @property
    def user_number(self) -> int | None:
        """The number in `user:<number>-<string>` (inferred to be the one in job IDs)."""
        raise NotImplementedError

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` when `source` changed."""
        raise NotImplementedError

    async def load(self) -> None:
        """Take the given token, else ask the keyring; tell the client and the poller."""
        raise NotImplementedError

    async def try_and_keep(self, token: str) -> TokenTrial:
        """Try a token against the API (a well-formed ID that cannot exist: 404 means good, 401
        not); keep a good one in the keyring, or for this run where the keyring fails."""
        raise NotImplementedError

    async def forget(self) -> None:
        """Delete the kept token; the environment's is back at the next start."""
        raise NotImplementedError
