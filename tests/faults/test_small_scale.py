"""Benches at their small scale, by the documented command; zeros where zeros are promised. Three
of them by default, one with half of its kills, and the others with `-m long`."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).with_name("bench.py")
BY_DEFAULT = {"network": "small", "kills": "10", "canary": "small"}
OTHERS = (
    "kills",
    "soak",
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
SEED = "1"
Rows = dict[str, dict[str, Any]]


def run(benches: Sequence[str], file: Path, scale: str = "small") -> Rows:
    """Rows by bench; they run together, for most of them wait most of the time."""
    only = [option for name in benches for option in ("--only", name)]
    options = ["--scale", scale, "--seed", SEED, "--json", str(file)]
    command = [sys.executable, str(BENCH), *only, *options]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert file.exists(), ended.stderr
    said = json.loads(file.read_text())
    return dict(zip(said["benches"], said["rows"], strict=True))


@pytest.fixture(scope="module")
def some_rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    folder = tmp_path_factory.mktemp("faults")

    def run_one(bench: str) -> Rows:
        return run([bench], folder / f"{bench}.json", BY_DEFAULT[bench])

    with ThreadPoolExecutor() as pool:
        return {bench: row for rows in pool.map(run_one, BY_DEFAULT) for bench, row in rows.items()}


@pytest.fixture(scope="module")
def other_rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return run(OTHERS, tmp_path_factory.mktemp("faults") / "rows.json")


@pytest.mark.parametrize("bench", BY_DEFAULT)
def test_nothing_is_lost(bench: str, some_rows: Rows) -> None:
    check(some_rows[bench])


@pytest.mark.long
@pytest.mark.parametrize("bench", OTHERS)
def test_nothing_is_lost_by_the_others(bench: str, other_rows: Rows) -> None:
    check(other_rows[bench])


def check(row: dict[str, Any]) -> None:
    """Zeros, and something that had to be zero."""
    missing = "; ".join(row["not_run"])
    assert row["lost"] or missing, "the bench promises nothing"
    assert row["findings"] == []
    assert not any(row["lost"].values())
    if missing:
        pytest.skip(f"this machine does not allow: {missing}")


def test_every_bench_is_tested() -> None:
    """bench.py is a script, and no module of ours."""
    (benches,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(BENCH.read_text()).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "BENCHES"
    )
    assert set(benches) == {*BY_DEFAULT, *OTHERS}
