"""The system's keyring: each call in a thread of its own, with a time limit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

from dreamina_desktop.core.errors import KeyringError

T = TypeVar("T")
SERVICE = "dreamina-desktop"
PROBE = "probe"
TIME_LIMIT_S = 10.0


class KeyringStore:
    """Implements services.ports.Keyring. A keyring can look fine and still fail, or block for
    ever on a prompt: before a token is kept, a probe is written, read and deleted."""

    def __init__(self, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._time_limit_s = time_limit_s

    async def get(self, origin: str) -> str | None:
        return await self._ask(lambda keyring: _get(keyring, origin))

    async def set(self, origin: str, token: str) -> None:
        await self._ask(lambda keyring: _set(keyring, origin, token))

    async def delete(self, origin: str) -> None:
        await self._ask(lambda keyring: _delete(keyring, origin))

    async def _ask(self, work: Callable[[ModuleType], T]) -> T:
        """A daemon thread: neither a blocked prompt nor our exit waits for the other."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def told(put: Callable[[], None]) -> None:
            if not answer.done():
                put()

        def ask() -> None:
            try:
                import keyring  # noqa: PLC0415 - slow to load, and not on the GUI thread

                result = work(keyring)
            except Exception as error:
                # Backends raise whatever they like.
                failure = KeyringError(_words(error))
                _call(loop, told, lambda: answer.set_exception(failure))
            else:
                _call(loop, told, lambda: answer.set_result(result))

        threading.Thread(target=ask, name="keyring", daemon=True).start()
        try:
            return await asyncio.wait_for(answer, self._time_limit_s)
        except TimeoutError:
            raise KeyringError("The system's keyring does not answer.") from None


def _words(error: Exception) -> str:
    """By the error's name: keyring is loaded late, and backends have errors of their own."""
    name = type(error).__name__
    if name == "NoKeyringError":
        return "This system has no keyring."
    return f"The system's keyring failed ({name})."


def _call(
    loop: asyncio.AbstractEventLoop,
    told: Callable[[Callable[[], None]], None],
    put: Callable[[], None],
) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(told, put)


def _get(keyring: ModuleType, origin: str) -> str | None:
    value = keyring.get_password(SERVICE, origin)
    return value if isinstance(value, str) and value else None


def _set(keyring: ModuleType, origin: str, token: str) -> None:
    keyring.set_password(SERVICE, PROBE, PROBE)
    if keyring.get_password(SERVICE, PROBE) != PROBE:
        raise RuntimeError("the keyring does not keep what it is given")
    keyring.delete_password(SERVICE, PROBE)
    keyring.set_password(SERVICE, origin, token)


def _delete(keyring: ModuleType, origin: str) -> None:
    if keyring.get_password(SERVICE, origin) is not None:
        keyring.delete_password(SERVICE, origin)
