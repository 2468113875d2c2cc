"""PySide6 6.12.0 ends the process on Python 3.11 ("none_dealloc"): see docs/architecture.md."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"

MANY_TURNS = """
import asyncio
from PySide6.QtWidgets import QApplication
from dreamina_desktop.app.qt.event_loop import EventLoop

async def main():
    for _ in range(20_000):
        await asyncio.sleep(0)

application = QApplication([])
loop = EventLoop(application)
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
print("alive")
"""


def test_the_rule_leaves_out_the_version_that_crashes() -> None:
    wanted = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
    rules = [Requirement(line) for line in wanted if line.startswith("PySide6-Essentials")]
    for version in ("3.11", "3.12", "3.13"):
        (rule,) = [r for r in rules if r.marker and r.marker.evaluate({"python_version": version})]
        assert (Version("6.12.0") in rule.specifier) == (version != "3.11")


def test_the_installed_version_obeys_the_rule() -> None:
    installed = Version(importlib.metadata.version("PySide6-Essentials"))
    assert sys.version_info >= (3, 12) or installed < Version("6.12")


def test_thousands_of_event_loop_turns_leave_the_process_alive() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", MANY_TURNS],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, "alive"), ended.stderr
