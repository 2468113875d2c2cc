"""The arrows of docs/architecture.md hold, and what they cannot say."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "dreamina_desktop"


def sources(*folders: str) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        for file in sorted((PACKAGE / folder).rglob("*.py")):
            yield file.relative_to(ROOT), file.read_text(encoding="utf-8")


def hits(pattern: str, *folders: str) -> list[str]:
    return [
        f"{file}: {found[0]}"
        for file, text in sources(*folders)
        for found in re.finditer(pattern, text)
    ]


def test_the_arrows_between_the_packages() -> None:
    linted = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert "0 broken" in linted.stdout


def test_the_window_never_nests_an_event_loop() -> None:
    """But for a drag, for which Qt has no other way: an event of Qt begins it, and no task
    (docs/architecture.md, Traps)."""
    nested = r"\.exec\(|\.exec_\(|processEvents|QMessageBox\.\w+\(|QFileDialog\.get\w+\("
    drag = "dreamina_desktop/ui/gallery/drag_source.py: .exec("
    assert hits(nested, "ui", "app") == [drag]


def test_services_and_core_open_no_file() -> None:
    assert hits(r"(?<![\w.])open\((?!\))", "services", "core") == []


def test_times_from_elsewhere_are_read_in_one_place() -> None:
    """The first and the last days of the calendar have no local time: core.text.dates knows."""
    found = hits(r"\.astimezone\(\)|datetime\.fromtimestamp\(", ".")
    own = "dreamina_desktop/core/text/dates.py: "
    assert [hit for hit in found if "/sandbox/" not in hit and not hit.startswith(own)] == []


@pytest.mark.parametrize(
    "word", [r"/home/\w", r"/root/", r"/work/", "files." + "pythonhosted", "pypi" + r"\.org"]
)
def test_no_file_names_a_machines_path_or_a_registry(word: str) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode:
        pytest.skip("not a checkout")
    files = [ROOT / name for name in tracked.stdout.split("\0") if name]
    texts = ((file, file.read_bytes()) for file in files if file.is_file())
    found = [
        str(file.relative_to(ROOT))
        for file, text in texts
        if file.suffix not in (".png", ".jpg")
        and file.name != Path(__file__).name
        and re.search(word.encode(), text)
    ]
    assert found == []
