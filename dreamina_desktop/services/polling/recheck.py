"""Ask about very many jobs again, by hand: in slices, told how far it is, given up on request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from dreamina_desktop.services.library import SLICE
from dreamina_desktop.services.polling.poller import Poller
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy
from dreamina_desktop.services.session.supervisor import Supervisor

FEW = 50  # jobs whose check needs no word of its own


class Recheck:
    """One at a time: further wishes join it."""

    def __init__(self, poller: Poller, messages: Messages, supervisor: Supervisor) -> None:
        self._poller = poller
        self._messages = messages
        self._supervisor = supervisor
        self._wanted: set[int] = set()
        self._failed_before = 0
        self._asking = 0  # tasks that still hand over their wishes
        poller.subscribe(self._on_poller_changed)

    @property
    def is_going_on(self) -> bool:
        """Whether its progress is told, or about to be."""
        return bool(self._wanted)

    def start(self, numbers: Sequence[int]) -> None:
        """Ask about these jobs before any others, also about finished ones."""
        if len(numbers) <= FEW:
            self._poller.check_now(numbers)
            return
        if not self._wanted:
            self._failed_before = self._poller.failed_by_hand
        self._wanted.update(numbers)
        self._asking += 1
        self._supervisor.spawn(self._ask(numbers), "recheck")

    def stop(self) -> None:
        """Answers that are on their way still come."""
        total, left = len(self._wanted), self._left()
        wanted, self._wanted = self._wanted, set()
        self._poller.never_mind(wanted)
        self._end(f"Stopped: {total - left:,} of {total:,} jobs were checked.")

    async def _ask(self, numbers: Sequence[int]) -> None:
        try:
            for start in range(0, len(numbers), SLICE):
                if not self._wanted:
                    return  # stopped meanwhile
                self._poller.check_now(numbers[start : start + SLICE])
                await asyncio.sleep(0)
        finally:
            self._asking -= 1
            self._on_poller_changed()

    def _left(self) -> int:
        return min(len(self._wanted), len(self._poller.asked_by_hand))

    def _on_poller_changed(self) -> None:
        if not self._wanted or self._asking:
            return
        total, left = len(self._wanted), self._left()
        if left:
            percent = 100 * (total - left) // total
            text = f"Checking {total:,} jobs again: {percent} % done."
            self._messages.hold(Condition.RECHECK, text, Remedy.STOP)
            return
        failed = self._poller.failed_by_hand - self._failed_before
        self._wanted = set()
        but = f", but {failed:,} of them gave no answer that helps" if failed else ""
        self._end(f"{total:,} jobs were checked{but}.")

    def _end(self, words: str) -> None:
        self._messages.lift(Condition.RECHECK)
        self._messages.say(words)
