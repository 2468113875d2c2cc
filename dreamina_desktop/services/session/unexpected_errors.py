"""Says once, without stopping anything, that something failed that nobody expected."""

from __future__ import annotations

from types import TracebackType

from dreamina_desktop.core.errors import DatabaseError, KeyringError
from dreamina_desktop.services.session.messages import Messages, Remedy

WENT_WRONG = "Something went wrong in Dreamina Desktop. It goes on."
_SPEAK_FOR_THEMSELVES = (DatabaseError, KeyringError)  # a sentence for the user


class Mishaps:
    """The same error again, of the same place in the code, is not said again in this run."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._told: set[str] = set()

    def tell(self, where: str, error: BaseException | None) -> None:
        """On the event loop's thread."""
        name = where if error is None else _name(error)
        if name in self._told:
            return
        self._told.add(name)
        if isinstance(error, _SPEAK_FOR_THEMSELVES):
            self._messages.say(str(error))
        else:
            self._messages.say(WENT_WRONG, Remedy.COPY_DIAGNOSTICS)


def _name(error: BaseException) -> str:
    """Its kind and where it was raised; what it says may differ each time."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return f"{type(error).__name__} {place}"
