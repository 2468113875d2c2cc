"""How often an account's history is walked by itself: remembered between runs."""

from __future__ import annotations

import hashlib

from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.preferences import Preferences

EVERY_S = 600.0
WALKED = "histories_walked"  # the setting: Unix seconds by a digest of the account, no address


class WalkLimit:
    """At most one walk an account in ten minutes. Times in monotonic seconds."""

    def __init__(self, preferences: Preferences, clock: Clock) -> None:
        self._preferences = preferences
        self._clock = clock
        self._walked_at: dict[str, float] = {}  # in this run

    def opens_at(self, account: str) -> float:
        """When the account's history may be walked again; 0.0 when it never was."""
        at = self._walked_at.get(account)
        if at is None:
            at = self._before(account)
        return 0.0 if at is None else at + EVERY_S

    def walked(self, account: str) -> None:
        """A walk begins."""
        now = self._clock.time()
        self._walked_at[account] = self._clock.monotonic()
        recent = {name: at for name, at in self._kept().items() if 0 <= now - at < EVERY_S}
        self._preferences.set(WALKED, {**recent, _digest(account): now})

    def _before(self, account: str) -> float | None:
        """In a run before this one; a time that is to come is of a clock that was wrong."""
        at = self._kept().get(_digest(account))
        ago = self._clock.time() - at if at is not None else -1.0
        return self._clock.monotonic() - ago if 0 <= ago < EVERY_S else None

    def _kept(self) -> dict[str, float]:
        kept = self._preferences.get(WALKED)
        if not isinstance(kept, dict):
            return {}
        return {name: float(at) for name, at in kept.items() if isinstance(at, int | float)}


def _digest(account: str) -> str:
    return hashlib.sha256(account.encode(errors="replace")).hexdigest()[:16]
