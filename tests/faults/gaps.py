"""How long a client waited between two tries, as the server saw it, and how long it had to.

A gap is measured from before the server ended its answer, so that it is never shorter here than
it was for the client: what is too early here was too early.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from faults import LOOP, Effect
from scripted_server import Exchange
from vendor import ScriptedJob, Vendor

FIRST_RETRY_S = 1.0  # of images: doubled before the first retry
# With so many failures among the last answers an origin counts as out for a client that may have
# had them in another order; once it is back nobody waits out a back-off.
OUT_AFTER, OF_LAST = 3, 8
# Answers that end so close together may have come in any order: a busy server's thread is put off
# between the look at the clock and the sending.
AT_ONCE_S = 0.2
STARTING = 4  # good answers of an image host until it is asked at full speed again
_FAILED = (Effect.CUT, Effect.TROUBLE, Effect.PASSING, Effect.THROTTLE)
_FINAL = (Effect.GONE, Effect.SPOILT)


def too_early(vendor: Vendor, jobs: Sequence[ScriptedJob], interval_s: float) -> Iterator[str]:
    """Each broken promise in words."""
    back_at = _back_at(vendor.api.exchanges, 1)
    host_back_at = _back_at(vendor.images.exchanges, STARTING)
    for job in jobs:
        asked = vendor.asked(job)
        yield from _check(f"job {job.number}", asked, interval_s, back_at)
        for index in range(len(job.pictures)):
            # Hops of one try are no tries of their own.
            hops = LOOP.encode()
            fetched = [one for one in vendor.fetched(job, index) if hops not in one.target]
            name = f"image {job.number}-{index + 1}"
            yield from _check(name, fetched, FIRST_RETRY_S, host_back_at)
            for before, after in itertools.pairwise(fetched):
                if effect_of(before) in _FINAL and before.target == after.target:
                    yield f"{name}: the same link after {before.note.name}"


def _check(
    name: str, exchanges: Sequence[Exchange], first_s: float, back_at: Sequence[float]
) -> Iterator[str]:
    """Each failure in a row doubles the gap; a pause that was asked for is waited out."""
    failures = 0
    for before, after in itertools.pairwise(exchanges):
        effect = effect_of(before)
        failures = failures + 1 if effect in _FAILED else 0
        if not failures or any(before.ended_at - AT_ONCE_S <= at <= after.at for at in back_at):
            continue
        promised = first_s * 2**failures
        if effect is Effect.THROTTLE:
            promised = before.note.wait_s
        gap = after.at - before.ended_at
        if gap < promised:
            yield f"{name}: {gap:.3f} s after {before.note.name}, {promised:.3f} s promised"


def _back_at(exchanges: Sequence[Exchange], starting: int) -> Sequence[float]:
    """When the first good answers came after so many failures that the origin was out."""
    found, left = [], 0
    ordered = sorted(exchanges, key=lambda one: one.ended_at)
    for exchange in ordered:
        if _is_failure(exchange):
            left = starting if left > 0 else 0  # it starts anew
        else:
            is_back = _failures_before(exchange, ordered) >= OUT_AFTER
            left = starting if is_back else left - 1
            found += [exchange.ended_at] if left > 0 else []
    return found


def _failures_before(good: Exchange, ordered: Sequence[Exchange]) -> int:
    """Failures that the client may have had among the last answers up to this one: it knows of a
    cut only when the connection ends, after what ended here a moment later."""
    failures = 0
    ended_at = [one.ended_at for one in ordered if one.ended_at < good.ended_at]
    for one in ordered:
        if _is_failure(one) and one.ended_at <= good.ended_at + AT_ONCE_S:
            surely_between = len(ended_at) - bisect_right(ended_at, one.ended_at + AT_ONCE_S)
            failures += surely_between < OF_LAST - 1
    return failures


def _is_failure(exchange: Exchange) -> bool:
    return effect_of(exchange) in (Effect.CUT, Effect.TROUBLE)


def effect_of(exchange: Exchange) -> Effect | None:
    """None for an answer without a fault."""
    return exchange.note.effect if exchange.note else None
