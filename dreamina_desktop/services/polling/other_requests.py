"""Requests that are not about a job, and wait for their turns among those that are."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Besides:
    """First come, first served."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._under_way = 0

    def __len__(self) -> int:
        """How many wait or are under way."""
        return self.waiting + self._under_way

    @property
    def waiting(self) -> int:
        return sum(not turn.done() for turn in self._waiting)

    @property
    def under_way(self) -> int:
        return self._under_way

    def enter(self) -> asyncio.Future[None]:
        """Wait for a turn: it has come when the future is done."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        return turn

    def start(self) -> bool:
        """It is the next one's turn. False when nobody waits."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():  # a waiter may have been cancelled
                turn.set_result(None)
                self._under_way += 1
                return True
        return False

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around a request whose turn has come."""
        try:
            yield
        finally:
            self._under_way -= 1
