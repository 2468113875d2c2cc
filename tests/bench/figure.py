"""What a bench script measured: a figure, and the table of all of them."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROUNDS = 5


@dataclass
class Figure:
    """One row of the table. `ratio`: the median of the rounds' ratios, ours to the reference's;
    `details`: what else was measured, by name."""

    id: str  # S1 to S21, as docs/bench.md lists them
    what: str
    against: str
    goal: str
    value: str  # as it stands in the table
    is_met: bool | None = None  # None: there is no goal, or it was not measured here
    ratio: float | None = None
    spread: tuple[float, float] | None = None  # the lowest and the highest round
    details: dict[str, str] = field(default_factory=dict)
    reason: str = ""  # why a goal is missed, or why nothing was measured


@dataclass(frozen=True)
class Ratio:
    """Of two things measured side by side, round by round."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


def interleaved(
    ours: Callable[[], float], reference: Callable[[], float], rounds: int = ROUNDS
) -> Ratio:
    """Measure both in turn, `rounds` times; each returns its cost (seconds, or bytes)."""
    return ratio_of([(ours(), reference()) for _ in range(max(rounds, ROUNDS))])


def ratio_of(pairs: Sequence[tuple[float, float]]) -> Ratio:
    """`pairs`: a round's cost of ours and of the reference."""
    ratios = [ours / reference for ours, reference in pairs]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that `percent` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def markdown(figures: Iterable[Figure]) -> str:
    """The table of the README."""
    lines = [
        "| # | figure | against | goal | measured | |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for f in figures:
        verdict = {True: "met", False: "missed", None: ""}[f.is_met]
        notes = "; ".join([*(f"{k} {v}" for k, v in f.details.items()), *filter(None, [f.reason])])
        measured = f"{f.value} ({notes})" if notes else f.value
        lines.append(f"| {f.id} | {f.what} | {f.against} | {f.goal} | {measured} | {verdict} |")
    return "\n".join(lines)


def write_json(file: Path, figures: Iterable[Figure], **about: object) -> None:
    """`about`: date, cores, versions."""
    rows = [asdict(figure) for figure in figures]
    file.write_text(json.dumps({**about, "figures": rows}, indent=1, ensure_ascii=False))
