"""What can be undone, newest first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from dreamina_desktop.services.listeners import Listeners


@dataclass(frozen=True, slots=True)
class Step:
    """Something the user did: "Track 40 IDs", and how it is taken back."""

    label: str
    undo: Callable[[], Awaitable[None]]


class UndoHistory:
    """A stack of steps, of this run only."""

    def __init__(self, limit: int = 1_000) -> None:
        self._limit = limit
        self._steps: list[Step] = []
        self._listeners = Listeners[[]]()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever `label` may have changed."""
        self._listeners.add(listener)

    @property
    def label(self) -> str | None:
        """What the next `undo` takes back; None when there is nothing."""
        return self._steps[-1].label if self._steps else None

    def push(self, label: str, undo: Callable[[], Awaitable[None]]) -> None:
        self._steps.append(Step(label, undo))
        del self._steps[: -self._limit]
        self._tell()

    def clear(self) -> None:
        """Forget all steps."""
        self._steps.clear()
        self._tell()

    async def undo(self) -> str | None:
        """Take back the last step; its label. A step whose undoing fails stays."""
        if not self._steps:
            return None
        step = self._steps.pop()
        try:
            await step.undo()
        except BaseException:
            self._steps.append(step)
            raise
        finally:
            self._tell()
        return step.label

    def _tell(self) -> None:
        self._listeners.tell()
