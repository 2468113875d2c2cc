"""When to ask again. Times in seconds; `jitter` is a number from 0 to 1, so that many programs
that failed together do not come back together."""

from __future__ import annotations

SLOWER_AFTER_S = 180.0  # twice the interval
SLOWEST_AFTER_S = 900.0  # six times the interval
MAX_BACKOFF_S = 300.0
LONGEST_REFUSAL_S = 3600.0  # between two tries of a link that is refused
REFUSED_FOR_S = 86_400.0  # then a fresh link is looked for
MAX_RETRY_AFTER_S = 3600.0
FIRST_PROBE_S = 5.0
LONGEST_PROBE_S = 300.0  # of an origin that answers badly
LONGEST_NETWORK_PROBE_S = 30.0  # nobody is bothered by a request that does not arrive
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
    return _spread(interval_s * 2.0 ** min(failures, 30), jitter, MAX_BACKOFF_S)


def refused_again_in(first_s: float, refusals: int, jitter: float) -> float:
    """After the `refusals`-th refusal of a link in a row (from 1): first x 2^n, at most an hour."""
    return _spread(first_s * 2.0 ** min(refusals, 30), jitter, LONGEST_REFUSAL_S)


def probe_in(interval_s: float, probes: int, jitter: float, *, network: bool) -> float:
    """To the next look whether an origin works again, after `probes` of them were in vain; at most
    300 s, or 30 s as long as no answer comes at all (`network`)."""
    longest_s = LONGEST_NETWORK_PROBE_S if network else LONGEST_PROBE_S
    return _spread(min(interval_s, FIRST_PROBE_S) * 2.0 ** min(probes, 30), jitter, longest_s)


def _spread(wait_s: float, jitter: float, longest_s: float) -> float:
    """Lengthened by the jitter; what would become too long is shortened by as much instead."""
    wait_s = min(wait_s, longest_s)
    lengthened = wait_s * (1 + _JITTER * jitter)
    return min(lengthened, 2 * longest_s - lengthened)
