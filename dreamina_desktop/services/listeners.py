"""Who wants to hear of changes. One that raises stops neither the others nor whoever tells."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Listeners(Generic[P]):
    """Called in the order in which they came."""

    def __init__(self) -> None:
        self._listeners: list[Callable[P, None]] = []
        self._told: set[tuple[Callable[P, None], type[Exception]]] = set()

    def add(self, listener: Callable[P, None]) -> None:
        self._listeners.append(listener)

    def tell(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call each of them. What one raises goes where the errors of callbacks go, the loop's
        handler: once for each kind, for it may be called many times a second. Without a loop the
        first error is raised, after all were called."""
        errors = list[Exception]()
        for listener in tuple(self._listeners):
            try:
                listener(*args, **kwargs)
            except Exception as error:  # a view may be gone
                if (listener, type(error)) not in self._told:
                    self._told.add((listener, type(error)))
                    errors.append(error)
        for each in errors:
            _hand_over(each)


def _hand_over(error: Exception) -> None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        raise error from None
    loop.call_exception_handler({"message": "a listener", "exception": error})
