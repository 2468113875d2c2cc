"""What the program says to its user: passing messages, and lasting conditions.

A lasting condition stays until it is lifted and is never replaced by a passing message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum

from dreamina_desktop.core.text.redaction import without_tokens
from dreamina_desktop.core.text.wording import middle_shortened
from dreamina_desktop.services.listeners import Listeners

TEXT_LENGTH = 600  # characters: a message is read in passing, and lies over the window
MASKED_LENGTH = 20_000  # what is looked through for addresses


class Remedy(Enum):
    """The button that goes with a message: its label. What it does is the window's matter."""

    UNDO = "Undo"
    TOKEN = "Enter token"
    FOLDER = "Choose folder"
    USE_FOLDER = "Use this folder"
    FETCH_MISSING = "Download again"
    RESUME = "Resume"
    CHECK_NOW = "Check now"
    TRY_DEMO = "Try the demo"
    COPY_DIAGNOSTICS = "Copy diagnostics"
    READ = "OK"
    STOP = "Stop"
    SHOW_EXPORT = "Show"


class Condition(IntEnum):
    """Lasting conditions; the first in this order that holds is the one shown."""

    RESCUED = 0
    DAMAGED = 1
    DATABASE = 2
    LONG_WORK = 3  # with its progress and its Stop, for as long as it takes
    NO_TOKEN = 4
    REFUSED = 5
    SUBSCRIPTION = 6
    ADDRESS = 7  # the API's, which seems to be wrong
    FOLDER_AWAY = 8
    FILES_GONE = 9
    DISK = 10
    OFFLINE = 11
    DOWN = 12
    THROTTLED = 13
    RECHECK = 14
    OTHER_USER = 15
    BACKLOG = 16
    KEYRING = 17


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence or two, in the user's words, with the button that mends it, or two of them
    where the user has to choose."""

    text: str
    remedy: Remedy | None = None
    second: Remedy | None = None


class Messages:
    """Keeps what is to be said until a view shows it; the view subscribes and reads."""

    def __init__(self) -> None:
        self._lasting: dict[Condition, Message] = {}
        self._passing: Message | None = None
        self._listeners = Listeners[[]]()
        self._mask: Callable[[str], str] = str

    def mask_with(self, mask: Callable[[str], str]) -> None:
        """Messages repeat what a server said: `mask` takes e-mail addresses out of it."""
        self._mask = mask

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each change of `lasting` or `passing`."""
        self._listeners.add(listener)

    @property
    def lasting(self) -> Message | None:
        """The most important condition that holds."""
        return self._lasting[min(self._lasting)] if self._lasting else None

    @property
    def passing(self) -> Message | None:
        """The last passing message that was not dismissed."""
        return self._passing

    def say(self, text: str, remedy: Remedy | None = None) -> None:
        """Show a passing message; it replaces the one before."""
        self._passing = Message(self._safe(text), remedy)
        self._tell()

    def dismiss(self) -> None:
        """The passing message was read, or its time is over."""
        if self._passing is not None:
            self._passing = None
            self._tell()

    def hold(
        self,
        condition: Condition,
        text: str,
        remedy: Remedy | None = None,
        second: Remedy | None = None,
    ) -> None:
        """Show a lasting condition until it is lifted."""
        message = Message(self._safe(text), remedy, second)
        if self._lasting.get(condition) != message:
            self._lasting[condition] = message
            self._tell()

    def lift(self, condition: Condition) -> None:
        """The condition is mended."""
        if self._lasting.pop(condition, None) is not None:
            self._tell()

    def _safe(self, text: str) -> str:
        """However long what it repeats is: its beginning and its end, without secrets."""
        masked = without_tokens(self._mask(middle_shortened(text, MASKED_LENGTH)))
        return middle_shortened(masked, TEXT_LENGTH)

    def _tell(self) -> None:
        self._listeners.tell()
