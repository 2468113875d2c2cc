"""What must be fetched soon, in words: `3 images expire in 40 min`."""

from __future__ import annotations

from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.tracking.background import Unfinished
from dreamina_desktop.services.tracking.deadlines import Expiring
from dreamina_desktop.ui.wording import roughly


def expiring_words(expiring: Expiring, now: float) -> str:
    """ "" where nothing is to be fetched soon. `now` in Unix seconds."""
    if expiring.next_at is None:
        links = "link has" if expiring.expired == 1 else "links have"
        return f"{expiring.expired:,} {links} expired" if expiring else ""
    counts = ((expiring.images, "image"), (expiring.jobs, "job"))
    what = " and ".join(counted(number, word) for number, word in counts if number)
    verb = "expires" if expiring.images + expiring.jobs == 1 else "expire"
    return f"{what} {verb} in {roughly(expiring.next_at - now)}"


def paused_words(expiring: Expiring, unfinished: Unfinished, now: float) -> str:
    """What a pause costs, if it costs something. `unfinished`: what was under way."""
    if expiring.next_at is not None:
        return f"Paused. {expiring_words(expiring, now)} unless you resume."
    if unfinished.images:
        verb = "is" if unfinished.images == 1 else "are"
        return f"Paused. {counted(unfinished.images, 'image')} {verb} not saved yet."
    if unfinished.jobs:
        runs, their = ("job is", "its") if unfinished.jobs == 1 else ("jobs are", "their")
        return (
            f"Paused. {unfinished.jobs:,} {runs} still running; the links to {their} images may "
            "die within hours."
        )
    return "Paused."
