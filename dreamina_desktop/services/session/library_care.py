"""Keeps a daily backup of the library while the program runs."""

from __future__ import annotations

from dreamina_desktop.services.ports import BackedUp, Clock
from dreamina_desktop.services.session.messages import Messages

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
