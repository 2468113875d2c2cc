"""The bench: what the program costs beside a reference, figure by figure (docs/bench.md)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from figure import Figure, markdown, write_json

HERE = Path(__file__).parent


def main() -> int:
    """0 when every script ran; a missed goal is no error."""
    given = _parser().parse_args()
    figures = [figure for script in _scripts(given.only) for figure in _run(script, given.rounds)]
    date, cores, python = f"{datetime.now(UTC):%Y-%m-%d}", os.cpu_count(), platform.python_version()
    sys.stdout.write(f"{date}, {cores} cores, Python {python}\n\n{markdown(figures)}\n")
    if given.json:
        write_json(given.json, figures, date=date, cores=cores, python=python)
    return 0 if all(figure.what != _BROKE for figure in figures) else 1


_BROKE = "broke"


def _scripts(only: list[str] | None) -> list[Path]:
    """Scripts are named for their figure: s03_gallery_paint.py measures S3."""
    scripts = sorted(HERE.glob("s[0-9][0-9]_*.py"))
    return [s for s in scripts if not only or f"S{int(s.name[1:3])}" in only]


def _run(script: Path, rounds: int) -> list[Figure]:
    """In a process of its own: one figure's caches and threads are not another's."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.json"
        ended = subprocess.run(
            [sys.executable, script, "--rounds", str(rounds), "--json", file], check=False
        )
        if ended.returncode or not file.exists():
            return [Figure(f"S{int(script.name[1:3])}", _BROKE, "", "", script.name)]
        return [Figure(**row) for row in json.loads(file.read_text())["figures"]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", metavar="S3", help="a figure; several times")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
