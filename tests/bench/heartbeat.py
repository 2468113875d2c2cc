"""How long the GUI thread does not answer: a timer that looks how late it comes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from types import TracebackType

from PySide6.QtCore import Qt, QTimer

BEAT_MS = 2


@dataclass(frozen=True, order=True)
class Stall:
    """Between two beats."""

    seconds: float
    cpu_s: float  # that this thread worked; what is missing, other processes took


class Heartbeat:
    """Beats while it is entered."""

    def __init__(self) -> None:
        self.longest = Stall(0.0, 0.0)
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def __enter__(self) -> Heartbeat:
        self._last = time.perf_counter(), time.thread_time()
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.stop()
        self._beat()

    def _beat(self) -> None:
        now = time.perf_counter(), time.thread_time()
        stall = Stall(now[0] - self._last[0] - BEAT_MS / 1000, now[1] - self._last[1])
        self.longest = max(self.longest, stall)
        self._last = now
