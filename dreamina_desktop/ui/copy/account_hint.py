"""What everybody who copies a reference should know, said once ever."""

from __future__ import annotations

from dreamina_desktop.services.session.preferences import Preferences

SAID = "references_were_explained"  # a setting


def own_account_once(preferences: Preferences, number: int, *, named: bool = True) -> str:
    """`They work only with your own API account, and hold its e-mail address.`, of so many
    references that were copied; "" where it was said before. `named`: the words before it are
    about them, and not about the request that they are in."""
    if not number or preferences.get(SAID):
        return ""
    preferences.set(SAID, True)
    if number == 1:
        subject, works, holds = "It" if named else "Its reference", "works", "holds"
    else:
        subject, works, holds = "They" if named else "Its references", "work", "hold"
    return f"{subject} {works} only with your own API account, and {holds} its e-mail address."
