"""The fault bench: attack the real program, count what was lost (docs/fault-bench.md)."""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from table import Row, findings, markdown, write_json

# Those that wait most of the time come first: the others have the processor meanwhile.
BENCHES = (
    "network",
    "soak",
    "canary",
    "kills",
    "large_kills",
    "disk",
    "disks_away",
    "power",
    "hostile_answers",
    "hostile_images",
    "hostile_names",
    "outage",
    "archives",
    "refused_images",
    "dripping_hosts",
    "decoders",
    "idle_ends",
    "large_texts",
    "edge_dates",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every bench that was run ended with zeros, else 1."""
    given = _parser().parse_args(arguments)
    names = given.only or BENCHES
    if len(names) == 1:
        rows = [_run(names[0], given.scale, given.seed)]
    else:
        with ThreadPoolExecutor(given.at_once) as pool:
            rows = list(pool.map(lambda name: _run_apart(name, given.scale, given.seed), names))
    if given.json:
        write_json(given.json, names, rows, scale=given.scale, seed=given.seed)
    sys.stdout.write(markdown(rows) + "\n")
    if said := findings(rows):
        sys.stdout.write(f"\n{said}\n")
    return 0 if all(row.is_good for row in rows) else 1


def _run(name: str, scale: str, seed: int) -> Row:
    """One bench, in this process."""
    bench = importlib.import_module(name)
    sizes = {"small": bench.SMALL, "full": bench.FULL}
    count = sizes[scale] if scale in sizes else int(scale)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"faults-{name}-") as scratch:
        row: Row = bench.run(count, seed, Path(scratch))
    row.seconds = round(time.monotonic() - began, 1)
    return row


def _run_apart(name: str, scale: str, seed: int) -> Row:
    """One bench, in a process of its own: they do not disturb each other's threads."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "row.json"
        options = ["--only", name, "--scale", scale, "--seed", str(seed), "--json", str(file)]
        ended = subprocess.run(
            [sys.executable, __file__, *options], capture_output=True, text=True, check=False
        )
        if not file.exists():
            row = Row(name)
            row.find("benches that broke", ended.stderr[-3000:])
            return row
        return Row(**json.loads(file.read_text())["rows"][0])


def _scale(text: str) -> str:
    if text not in ("small", "full") and not (text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError("small, full or a number of injections")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="The fault bench of Dreamina Desktop.")
    add = parser.add_argument
    add("--scale", type=_scale, default="small", help="small, full, or a number for each bench")
    add("--seed", type=int, default=1, help="the same seed injects the same faults")
    add("--only", action="append", choices=BENCHES, help="one bench; may be given again")
    add("--json", type=Path, metavar="FILE", help="write the rows with every finding")
    add("--at-once", type=int, default=3, help="benches at the same time (default 3)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
