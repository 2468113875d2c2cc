"""Why open work does not go on: each service says so in its own words when it is asked.

`--until-idle --give-up N` ends N seconds after the last progress, whatever the reason, and names
it. So whatever can hold work up says why, in one place: the `holds` of the service it belongs to.

To add a reason: yield one more `Hold` there, for as long as the matter lasts. A service that has
no `holds` yet gets one (`HoldSource`) and joins the tuple that `IdleWaiter` is given, in
app/program.py and in tests/services/world.py. Nothing is to be timed: `IdleWaiter` does that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Flag, auto
from typing import Protocol

from dreamina_desktop.core.jobs.job import ImageKey


class Work(Flag):
    """Kinds of open work."""

    NONE = 0
    JOBS = auto()  # what the API is asked for: jobs, links that are sought, checks by hand
    IMAGES = auto()  # what is fetched and saved


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What still has to be done."""

    jobs: tuple[int, ...] = ()
    images: tuple[ImageKey, ...] = ()  # to be fetched
    sought: tuple[ImageKey, ...] = ()  # images for which a fresh link is looked for
    by_hand: tuple[int, ...] = ()  # finished jobs that are asked once more

    def __len__(self) -> int:
        return len(self.jobs) + len(self.images) + len(self.sought) + len(self.by_hand)

    @property
    def kinds(self) -> Work:
        """Of which there is some."""
        jobs = Work.JOBS if self.jobs or self.sought or self.by_hand else Work.NONE
        return jobs | (Work.IMAGES if self.images else Work.NONE)


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason why some open work does not go on at this moment."""

    reason: str  # a sentence or two for the user, each with its full stop
    stops: Work = Work.NONE  # of this kind nothing goes on at all; else it is about some of it
    asks_user: bool = False
    """It lasts until the user does something. Where such holds stop all that is open the wait
    ends at once; and it does not end well while there is one, even where nothing is open."""


class HoldSource(Protocol):
    """A service that can be held up."""

    def holds(self, left: OpenWork) -> Iterable[Hold]:
        """Why something of what is `left` does not go on at this moment, the weightiest reason
        first; nothing while all of it does. Asked every tenth of a second: it must be cheap, and
        may stop at its first reason."""
