"""What every script of the bench does when it is run by itself."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from figure import ROUNDS, Figure, markdown, write_json

# A start is measured as users have it: from the second one on, Python's byte code is kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def run(measure: Callable[[int], list[Figure]]) -> None:
    """`measure` gets the number of rounds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    figures = measure(given.rounds)
    sys.stdout.write(markdown(figures) + "\n")
    if given.json:
        write_json(given.json, figures)
