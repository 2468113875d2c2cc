"""`packaging/dev.py test`: the whole suite over all processors, what is named in one process."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = "tests/packaging/test_dev_command.py"


@pytest.mark.parametrize("options", [[], ["-x"], ["-m", "long"], ["-k", "gallery"], ["-n", "0"]])
def test_all_of_it_is_spread_over_the_processors(options: list[str]) -> None:
    assert workers_of(options) >= 1


@pytest.mark.parametrize(
    "options", [[FILE], ["-x", f"{FILE}::test_it"], ["tests/packaging"], ["--pdb"], ["-s"]]
)
def test_what_is_named_or_looked_into_runs_in_one_process(options: list[str]) -> None:
    assert workers_of(options) == 0


def workers_of(options: list[str]) -> int:
    """How many worker processes pytest is told to start, unless the options tell otherwise."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "packaging" / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    dev = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dev)
    spread = dev.spread(options)
    return int(spread[spread.index("-n") + 1]) if spread else 0
