"""What runs the program by itself: systemd's units, and the examples for other systems."""

from __future__ import annotations

import configparser
import os
import plistlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dreamina_desktop.app.cli.options import parse

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "packaging" / "systemd"
DOCUMENT = (ROOT / "docs" / "background.md").read_text(encoding="utf-8")


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNITS / name, encoding="utf-8")
    return parser


def test_systemds_own_tool_accepts_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--user", *sorted(UNITS.iterdir())],
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    if "Failed to initialize manager" in checked.stderr:
        pytest.skip(f"systemd-analyze does not work here: {checked.stderr}")
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_timer_runs_a_service_that_works_until_idle_and_ends() -> None:
    assert {file.name for file in UNITS.iterdir()} == {
        "dreamina-desktop.service",
        "dreamina-desktop.timer",
    }
    service = unit("dreamina-desktop.service")["Service"]
    assert service["Type"] == "oneshot"
    program, *arguments = service["ExecStart"].removeprefix("/usr/bin/env ").split()
    assert program == "dreamina-desktop"
    assert parse(arguments).until_idle
    assert unit("dreamina-desktop.timer")["Install"]["WantedBy"] == "timers.target"


def test_the_example_for_launchd_is_a_property_list_with_options_that_work() -> None:
    (text,) = re.findall(r"```xml\n(.*?)```", DOCUMENT, re.DOTALL)
    agent = plistlib.loads(text.encode())
    assert parse(agent["ProgramArguments"][1:]).until_idle
    assert agent["StartInterval"] <= 3600  # links may die after an hour and a half


def test_the_example_for_windows_has_options_that_work() -> None:
    (arguments,) = re.findall(r'dreamina-desktop\.exe\\"(.*?)"$', DOCUMENT, re.MULTILINE)
    assert parse(arguments.split()).until_idle


def test_no_unit_holds_a_token() -> None:
    assert not any("USEAPI_TOKEN" in file.read_text() for file in UNITS.iterdir())
