"""The library's daily backup; a large library read whole after it was opened; and what became of a
damaged one, said until it was read.
"""

from __future__ import annotations

from dreamina_desktop.core import errors
from dreamina_desktop.core.errors import DamagedError, DatabaseError
from dreamina_desktop.services.ports import BackedUp, Clock, Provable
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy
from dreamina_desktop.services.session.preferences import Preferences

AFTER_S = 3.0  # the first screen has the disk for itself


async def prove_library(database: Provable, clock: Clock, messages: Messages) -> None:
    """Says so where it is damaged: the next start restores it."""
    await clock.sleep(AFTER_S)
    try:
        await database.prove()
    except DamagedError as error:
        messages.hold(Condition.DAMAGED, str(error))
    except DatabaseError as error:
        messages.hold(Condition.DATABASE, str(error))


class RescueNotice:
    """The words are in the rescued library itself: a run that nobody watches keeps them."""

    def __init__(self, preferences: Preferences, messages: Messages) -> None:
        self._preferences = preferences
        self._messages = messages

    @property
    def words(self) -> str:
        """ "" when there is nothing to tell."""
        words = self._preferences.get(errors.RESCUE_NOTICE)
        return words if isinstance(words, str) else ""

    def show(self) -> None:
        if self.words:
            self._messages.hold(Condition.RESCUED, self.words, Remedy.READ)

    def was_read(self) -> None:
        """The user has seen it: it is not shown again."""
        self._messages.lift(Condition.RESCUED)
        self._preferences.set(errors.RESCUE_NOTICE, None)


LOOK_EVERY_S = 3600.0


class BackupKeeper:
    """A backup that fails is said once a run; everything else goes on."""

    def __init__(self, database: BackedUp, clock: Clock, messages: Messages) -> None:
        self._database = database
        self._clock = clock
        self._messages = messages
        self._told = False

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._back_up()
            await self._clock.sleep(LOOK_EVERY_S)

    async def _back_up(self) -> None:
        try:
            await self._database.back_up_if_due()
        except OSError as error:
            if not self._told:
                self._told = True
                self._messages.say(f"The daily backup could not be made. {error}")
