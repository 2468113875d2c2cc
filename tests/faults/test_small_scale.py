"""Every bench at its small scale, by the documented command; zeros where zeros are promised."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).with_name("bench.py")
# As in bench.py, which is a script and no module of ours.
BENCHES = (
    "network",
    "soak",
    "canary",
    "kills",
    "large_kills",
    "disk",
    "power",
    "hostile_answers",
    "hostile_images",
    "hostile_names",
    "outage",
    "archives",
    "refused_images",
)
SEED = "1"


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The table, by bench: all are run together, which takes a minute or two."""
    file = tmp_path_factory.mktemp("faults") / "rows.json"
    command = [sys.executable, str(BENCH), "--scale", "small", "--seed", SEED, "--json", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert file.exists(), ended.stderr
    said = json.loads(file.read_text())
    return dict(zip(said["benches"], said["rows"], strict=True))


@pytest.mark.parametrize("bench", BENCHES)
def test_nothing_is_lost(bench: str, rows: dict[str, dict[str, Any]]) -> None:
    row = rows[bench]
    missing = "; ".join(row["not_run"])
    assert row["lost"] or missing, "the bench promises nothing"
    assert row["findings"] == []
    assert not any(row["lost"].values())
    if missing:
        pytest.skip(f"this machine does not allow: {missing}")


def test_every_bench_is_in_the_table(rows: dict[str, dict[str, Any]]) -> None:
    assert set(rows) == set(BENCHES)
