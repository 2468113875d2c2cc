"""What a bench injected and what was lost: its row, and the table of all rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

_SHOWN = 5  # findings of a row that are printed


@dataclass
class Row:
    """A bench's result. `lost`: what has to be zero, by name; `findings`: each one in words."""

    bench: str
    injected: str = ""
    lost: dict[str, int] = field(default_factory=dict)
    measured: dict[str, str] = field(default_factory=dict)  # not promised to be zero
    not_run: list[str] = field(default_factory=list)  # parts that this machine does not allow
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def find(self, kind: str, words: str) -> None:
        """Something that must not be was seen."""
        self.lost[kind] = self.lost.get(kind, 0) + 1
        self.findings.append(f"{kind}: {words}")

    @property
    def is_good(self) -> bool:
        """All that was run ended with zeros."""
        return not any(self.lost.values())

    @property
    def verdict(self) -> str:
        missing = f"not run: {'; '.join(self.not_run)}" if self.not_run else ""
        if not self.lost:
            return missing or "nothing was run"
        zeros = "ok" if self.is_good else "FAILED"
        return f"{zeros}; {missing}" if missing else zeros


def markdown(rows: Iterable[Row]) -> str:
    """The table of the README."""
    lines = ["| bench | injected | lost | result |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {row.bench} | {row.injected} | {_counts(row.lost, row.measured)} | {row.verdict} |"
        for row in rows
    ]
    return "\n".join(lines)


def findings(rows: Iterable[Row]) -> str:
    """The first few of each bench, a line each."""
    lines: list[str] = []
    for row in rows:
        lines += [f"{row.bench}: {words}" for words in row.findings[:_SHOWN]]
        if (more := len(row.findings) - _SHOWN) > 0:
            lines.append(f"{row.bench}: and {more} more")
    return "\n".join(lines)


def write_json(
    file: Path, benches: Sequence[str], rows: Sequence[Row], *, scale: str, seed: int
) -> None:
    """The whole result, with every finding."""
    said = {"scale": scale, "seed": seed, "benches": benches, "rows": [asdict(row) for row in rows]}
    file.write_text(json.dumps(said, indent=2))


def _counts(lost: Mapping[str, int], measured: Mapping[str, str]) -> str:
    words = [f"{count:,} {name}" for name, count in lost.items()]
    return ", ".join([*words, *(f"{name} {value}" for name, value in measured.items())]) or "–"
