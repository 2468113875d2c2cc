"""Copy the IDs of jobs, however many."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.ui.services import Services


def copy_ids(services: Services, numbers: Sequence[int]) -> None:
    """One a line, in this order; says how many."""

    async def copy() -> None:
        try:
            jobids = await services.library.jobids(numbers)
        except DatabaseError as error:
            services.messages.say(f"Nothing was copied. {error}")
            return
        QGuiApplication.clipboard().setText("\n".join(jobids))
        services.messages.say(f"Copied {counted(len(jobids), 'job ID')}.")

    services.supervisor.spawn(copy(), "copy job IDs")
