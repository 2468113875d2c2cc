"""*Check now*, wherever it stands: asks, or says why nothing is asked."""

from __future__ import annotations

from collections.abc import Sequence

from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.ui.services import Services


def check_now(services: Services, numbers: Sequence[int]) -> None:
    """Ask for these jobs first. While paused they are asked when checking goes on."""
    services.recheck.start(numbers)
    if services.poller.paused:
        services.messages.say("Checking is paused; then these go first.", Remedy.RESUME)
