"""The API token: where it comes from, whether it works, and where it is kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from dreamina_desktop.core.errors import KeyringError
from dreamina_desktop.core.jobs.answer import Found, NotFound, Refused, Throttled, Trouble
from dreamina_desktop.services.listeners import Listeners
from dreamina_desktop.services.polling.poller import Poller
from dreamina_desktop.services.ports import JobApi, Keyring
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy
from dreamina_desktop.services.session.preferences import Preferences

# What is copied along with a token: of a shell, an `.env` file, a header, a line of JSON or YAML.
_AROUND = " \t\r\n\"'`“”‘’«»„,;\\"
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_NAME = r"[A-Za-z_]{0,60}(?:token|key|auth|useapi)[A-Za-z_]{0,60}"
_BEFORE = re.compile(
    rf"""(?:(?:export|setx?|setenv|declare\s+-x)\s+{_NAME}\s*[=\s]|(?:\$env:|(?:const|let|var)\s)?{_NAME}\s*=
    |["']?{_NAME}["']?\s*:(?=[\s"'])|(?:-H|--header)[\s=]|authorization\s*[:=]|bearer(?:\s|\Z))""",
    re.IGNORECASE | re.VERBOSE,
)
_LAYERS = 6  # `curl`'s -H, its quotes, the header's name, "Bearer"
ASKED_WITH = "asked_with"  # the setting that tells whether token or URL have changed


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
        preferences: Preferences | None = None,
    ) -> None:
        """`given`: from the environment or the sandbox; goes before the keyring's. With
        `preferences`, a token and URL that are the same as in the last run are known to be."""
        self._api = api
        self._keyring = keyring
        self._poller = poller
        self._messages = messages
        self._origin = origin
        self._preferences = preferences
        self._given = _plain(given or "")
        self._given_source = given_source
        self._source = TokenSource.NONE
        self._user_number: int | None = None
        self._loaded = False
        self._listeners = Listeners[[]]()

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
        self._listeners.add(listener)

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
        if not _is_sane(token):
            return TokenTrial(False, "This is not a token: one reads user:<number>-<letters>.")
        await self._poller.wait_for_turn()
        answer = await self._api.try_token(token)
        match answer:
            case NotFound() | Found():
                return await self._keep(token)
            case Refused(http_status=401):
                return TokenTrial(False, "The API refused this token. Check that it is whole.")
            case Refused():
                return TokenTrial(False, f"The API asks for a subscription: {answer.message}")
            case Throttled():
                return TokenTrial(False, "The API asks for a pause. Try again in a while.")
            case Trouble():
                return TokenTrial(False, f"It could not be tried. {answer.reason}")

    async def forget(self) -> None:
        """Delete the kept token; the environment's is back at the next start."""
        try:
            await self._keyring.delete(self._origin)
        except KeyringError as error:
            self._messages.hold(Condition.KEYRING, f"The token could not be deleted. {error}")
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
            self._messages.lift(Condition.KEYRING)  # the answer says it where it was entered
            self._use(token, TokenSource.THIS_RUN)
            return TokenTrial(True, f"The token works. {error} It is kept for this run only.")
        self._messages.lift(Condition.KEYRING)
        self._use(token, TokenSource.KEYRING)
        text = "The token works and is kept in the system's keyring."
        if self._given and self._given_source is TokenSource.ENVIRONMENT:
            text += " At the next start USEAPI_TOKEN goes before it, as long as that is set."
        return TokenTrial(True, text)

    def _use(self, token: str | None, source: TokenSource) -> None:
        self._source = source
        self._user_number = _user_number(token or "")
        self._api.use_token(token)
        self._poller.token_changed(
            present=token is not None,
            user_number=self._user_number,
            is_another=token is not None and self._is_another(token),
        )
        self._listeners.tell()

    def _is_another(self, token: str) -> bool:
        """Whether jobs were asked with another token or URL before. Kept are 32 bits of a digest:
        enough to see a change, and nothing can be learnt from them."""
        digest = hashlib.sha256(f"{self._origin} {token}".encode()).hexdigest()[:8]
        if self._preferences is None:
            return True
        before = self._preferences.get(ASKED_WITH)
        self._preferences.set(ASKED_WITH, digest)
        return before is not None and before != digest


def _is_sane(token: str) -> bool:
    """What can be sent in a header. The form is not enforced: it may change."""
    return bool(token) and all("!" <= character <= "~" for character in token)


def _plain(text: str) -> str:
    """Without what was copied along with it."""
    plain = _UNSEEN.sub("", text).strip(_AROUND)
    for _ in range(_LAYERS):
        plain = _BEFORE.sub("", plain, count=1).strip(_AROUND) if _BEFORE.match(plain) else plain
    return plain


def _user_number(token: str) -> int | None:
    found = re.match(r"user:(\d{1,12})-", token)
    return int(found[1]) if found else None
