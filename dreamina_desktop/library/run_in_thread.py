"""A call on a thread of one's own, which runs whole also when its caller is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

T = TypeVar("T")


async def call_in(thread: Executor, work: Callable[[], T]) -> T:
    """Raises what `work` raises, unless nobody waits for it any more."""
    future = asyncio.get_running_loop().run_in_executor(thread, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        future.add_done_callback(_seen)
        raise


def _seen(future: asyncio.Future[T]) -> None:
    """Else asyncio would tell of its exception as lost."""
    if not future.cancelled():
        future.exception()
