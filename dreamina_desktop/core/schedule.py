"""When to ask again. Times in seconds; `jitter` is a number from 0 to 1 and only lengthens."""

from __future__ import annotations

SLOWER_AFTER_S = 180.0  # twice the interval
SLOWEST_AFTER_S = 900.0  # six times the interval
MAX_BACKOFF_S = 300.0
MAX_RETRY_AFTER_S = 3600.0
_JITTER = 0.1  # of the time itself, at most


def next_check_in(interval_s: float, age_s: float, jitter: float) -> float:
    """After an answer that says the job still runs; `age_s` since it was tracked."""
    if age_s > SLOWEST_AFTER_S:
        interval_s *= 6
    elif age_s > SLOWER_AFTER_S:
        interval_s *= 2
    return interval_s * (1 + _JITTER * jitter)


def backoff(interval_s: float, failures: int, jitter: float) -> float:
    """After the `failures`-th trouble in a row (from 1): interval x 2^n, at most 300 s."""
    wait_s = interval_s * 2.0 ** min(failures, 30) * (1 + _JITTER * jitter)
    return min(wait_s, MAX_BACKOFF_S)
