"""Reads a large library whole after it was opened; a small one was read before."""

from __future__ import annotations

from dreamina_desktop.core.errors import DamagedError, DatabaseError
from dreamina_desktop.services.ports import Clock, Provable
from dreamina_desktop.services.session.messages import Condition, Messages

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
