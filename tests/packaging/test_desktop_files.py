"""The files by which Linux desktops know the program."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dreamina_desktop import __version__

PACKAGING = Path(__file__).parents[2] / "packaging"
NAME = "io.github.dreamina_desktop.DreaminaDesktop"


@pytest.mark.parametrize(
    ("command", "file"),
    [
        (["desktop-file-validate"], f"{NAME}.desktop"),
        (["appstreamcli", "validate", "--no-net"], f"{NAME}.metainfo.xml"),
    ],
)
def test_the_desktops_own_tools_accept_them(command: list[str], file: str) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    checked = subprocess.run(
        [*command, PACKAGING / file], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_metainfo_names_this_version() -> None:
    text = (PACKAGING / f"{NAME}.metainfo.xml").read_text(encoding="utf-8")
    assert re.findall(r'<release version="([^"]+)"', text)[0] == __version__
