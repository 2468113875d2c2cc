"""The API token: where it comes from, whether it works, and where it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from dreamina_desktop.core.answer import NotFound, Refused
from dreamina_desktop.core.errors import KeyringError
from dreamina_desktop.services.messages import Condition, Messages, Remedy
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
        self._api = api
        self._keyring = keyring
        self._poller = poller
        self._messages = messages
        self._origin = origin
        self._given = _plain(given or "")
        self._given_source = given_source
        self._source = TokenSource.NONE
        self._user_number: int | None = None
        self._loaded = False
        self._listeners: list[Callable[[], None]] = []

    @property
    def source(self) -> TokenSource:
        return self._source

    @property
    def loaded(self) -> bool:
        """Whether `load` has ended: before that, no token may yet become one."""
        return self._loaded

    @property
    def user_number(self) -> int | None:
        """The number in `user:<number>-<string>` (inferred to be the one in job IDs)."""
        return self._user_number

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` when `source` changed."""
        self._listeners.append(listener)

    async def load(self) -> None:
        """Take the given token, else ask the keyring; tell the client and the poller."""
        try:
            if self._given:
                self._use(self._given, self._given_source)
            else:
                kept = await self._kept()
                self._use(kept, TokenSource.KEYRING if kept else TokenSource.NONE)
        finally:
            self._loaded = True

    async def try_and_keep(self, token: str) -> TokenTrial:
        """Try a token against the API (a well-formed ID that cannot exist: 404 means good, 401
        not); keep a good one in the keyring, or for this run where the keyring fails."""
        token = _plain(token)
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            return TokenTrial(False, "This is not a token: it reads user:<number>-<letters>.")
        answer = await self._api.try_token(token)
        match answer:
            case NotFound():
                return await self._keep(token)
            case Refused(http_status=401):
                return TokenTrial(False, "The API refused this token. Check that it is whole.")
            case Refused():
                return TokenTrial(
                    False, f"The API asks for a subscription: {answer.message or 'no reason given'}"
                )
            case _:
                reason = getattr(answer, "reason", "the API asks for a pause")
                return TokenTrial(False, f"It could not be tried: {reason} Try again later.")

    async def forget(self) -> None:
        """Delete the kept token; the environment's is back at the next start."""
        try:
            await self._keyring.delete(self._origin)
        except KeyringError as error:
            self._messages.hold(Condition.KEYRING, str(error))
        self._use(None, TokenSource.NONE)

    async def _kept(self) -> str | None:
        try:
            return await self._keyring.get(self._origin)
        except KeyringError as error:
            self._messages.hold(
                Condition.KEYRING,
                f"{error} A token can be entered for this run.",
                Remedy.TOKEN,
            )
            return None

    async def _keep(self, token: str) -> TokenTrial:
        try:
            await self._keyring.set(self._origin, token)
        except KeyringError as error:
            self._use(token, TokenSource.THIS_RUN)
            return TokenTrial(True, f"The token works. {error} It is kept for this run only.")
        self._messages.lift(Condition.KEYRING)
        self._use(token, TokenSource.KEYRING)
        return TokenTrial(True, "The token works and is kept in the system's keyring.")

    def _use(self, token: str | None, source: TokenSource) -> None:
        self._source = source
        self._user_number = _user_number(token or "")
        self._api.use_token(token)
        self._poller.token_changed(present=token is not None, user_number=self._user_number)
        for listener in tuple(self._listeners):
            listener()


def _plain(text: str) -> str:
    """Without what was copied along with it."""
    return re.sub(r"^(authorization:)?\s*bearer\s+", "", text.strip(), flags=re.IGNORECASE).strip()


def _user_number(token: str) -> int | None:
    found = re.match(r"user:(\d{1,12})-", token)
    return int(found[1]) if found else None
