"""How often an account's history is walked by itself: remembered between runs."""

from __future__ import annotations

import hashlib

from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.session.preferences import Preferences

EVERY_S = 600.0
CUT_S = 60.0  # after a walk that a killed run has cut
# The settings: Unix seconds by a digest of the account, which is no address.
WALKED = "histories_walked"
CUT = "histories_begun"  # and not ended


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

    def begins(self, account: str) -> None:
        """A walk does."""
        self._walked_at[account] = self._clock.monotonic()
        self._keep(CUT, account)

    def ended(self, account: str) -> None:
        """The walk that began last; none may have."""
        if _digest(account) in self._kept(CUT):
            self._keep(WALKED, account)

    def _keep(self, setting: str, account: str) -> None:
        now = self._clock.time()
        for name in (WALKED, CUT):
            recent = {who: at for who, at in self._kept(name).items() if 0 <= now - at < EVERY_S}
            recent.pop(_digest(account), None)
            self._preferences.set(
                name, recent | ({_digest(account): now} if name == setting else {})
            )

    def _before(self, account: str) -> float | None:
        """In a run before this one; a time that is to come is of a clock that was wrong."""
        who, now = _digest(account), self._clock.time()
        walked, cut = self._kept(WALKED).get(who), self._kept(CUT).get(who)
        at = walked if cut is None else cut + CUT_S - EVERY_S
        ago = now - at if at is not None else -1.0
        return self._clock.monotonic() - ago if 0 <= ago < EVERY_S else None

    def _kept(self, setting: str) -> dict[str, float]:
        kept = self._preferences.get(setting)
        if not isinstance(kept, dict):
            return {}
        return {name: float(at) for name, at in kept.items() if isinstance(at, int | float)}


def _digest(account: str) -> str:
    return hashlib.sha256(account.encode(errors="replace")).hexdigest()[:16]
