"""Methods that Qt calls, and what happens when one of them raises.

PySide6 hands an exception of a slot to `sys.excepthook`. One of an override goes on into C++: where
Qt wants a value it ends the process, and a painter that is still open makes it crash
(docs/architecture.md, Traps). So every class of ours that overrides methods of Qt is `@guarded`:
what is raised is lost and told as any other mistake, and Qt gets a value of its own making.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import shiboken6
from PySide6.QtGui import QPainter

from dreamina_desktop.diagnostics.lost import lost

C = TypeVar("C", bound=type)
Method = Callable[..., Any]

# What Qt's own class cannot answer, for the method is abstract there.
_DEFAULTS: dict[str, Any] = {
    "rowCount": 0,
    "columnCount": 0,
    "data": None,
    "count": 0,
    "itemAt": None,
    "takeAt": None,
    "addItem": None,
    "horizontalOffset": 0,
    "verticalOffset": 0,
    "eventFilter": False,
    "run": None,
}
_TOLD_AT_MOST = 3
_told: dict[str, int] = {}  # how often each raised in this process
_EVENTS = "Event"  # how the names of handlers end; the event was not handled
_ANSWERING_EVENTS = ("viewportEvent", "event")


def guarded(cls: C) -> C:
    """A class of ours whose overrides of Qt's methods never raise into Qt."""
    for name, method in tuple(vars(cls).items()):
        if callable(method) and (inherited := _of_qt(cls, name)) is not None:
            setattr(cls, name, guarded_method(name, method, inherited))
    return cls


def guarded_method(name: str, method: Method, inherited: Method) -> Method:
    """`method`, or where it raises, what `inherited` of Qt's class answers."""

    @functools.wraps(method)
    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return method(self, *arguments, **named)
        except Exception as error:
            _tell(f"{type(self).__name__}.{name}", error)
        return _instead(name, inherited, self, arguments)

    return call


@contextmanager
def one_of_many(painter: QPainter, what: str) -> Iterator[None]:
    """Paints a row or tile: where that raises, it is lost and told, and the others are painted."""
    painter.save()
    try:
        yield
    except Exception as error:
        _tell(what, error)
    finally:
        painter.restore()


def _of_qt(cls: type, name: str) -> Method | None:
    """Qt's own method of this name, where one is overridden; a signal or an enumeration is none."""
    if name.startswith("__"):
        return None
    for base in cls.__mro__[1:]:
        if issubclass(base, shiboken6.Object) and base.__module__.startswith("PySide6."):
            found = vars(base).get(name)
            if found is not None and type(found).__name__ == "method_descriptor":
                return getattr(base, name)  # type: ignore[no-any-return]
    return None


def _tell(where: str, error: Exception) -> None:
    """The first times; what is painted 60 times a second would else fill the log."""
    times = _told[where] = _told.get(where, 0) + 1
    if times <= _TOLD_AT_MOST:
        lost(f"in {where}", error)


def _instead(name: str, inherited: Method, self: Any, arguments: tuple[Any, ...]) -> Any:
    """A value that Qt can live with."""
    if name in _DEFAULTS:
        return _DEFAULTS[name]
    if name in _ANSWERING_EVENTS:
        return False
    if name.endswith(_EVENTS) or name in ("paint", "setSelection", "scrollTo"):
        return None
    try:
        return inherited(self, *arguments)
    except Exception as error:  # abstract there
        _tell(f"Qt's own {name}", error)
        return None
