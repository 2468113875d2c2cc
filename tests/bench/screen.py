"""A display of its own (Xvfb), whose pixels are watched from outside: no program knows of it."""

from __future__ import annotations

import mmap
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WIDTH, HEIGHT = 1280, 800
LOOK_S = 0.004
LINES = 48  # of the screen: what changes fewer is a status line or a cursor, no picture
QUIET_S = 2.0  # without a change: settled
LIMIT_S = 60.0


@dataclass(frozen=True)
class Seen:
    """Seconds since the program was started."""

    first_s: float
    settled_s: float


class Screen:
    """A running Xvfb."""

    def __init__(self, display: str, pixels: mmap.mmap) -> None:
        self.display = display
        self._pixels = pixels

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            k: v for k, v in os.environ.items() if k not in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")
        }
        return kept | {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def start(
        self, command: Sequence[str | Path], **variables: str
    ) -> tuple[subprocess.Popen[bytes], Seen]:
        """Run a program until its picture has settled."""
        before = self._pixels[:]
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            env=self.environment | variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        first, last = self._watch(before, began)
        return process, Seen(first - began, last - began)

    def settle(self) -> float:
        """Wait for quiet; seconds to the last change."""
        began = time.perf_counter()
        return self._watch(self._pixels[:], began, may_stay=True)[1] - began

    def cleared(self) -> None:
        """Until nothing of an ended program is to be seen: the next one starts on black."""
        began = time.perf_counter()
        while any(self._pixels[len(self._pixels) // 2 :]) and time.perf_counter() - began < QUIET_S:
            time.sleep(LOOK_S)

    def keys(self, *names: str) -> None:
        subprocess.run(["xdotool", "key", *names], env=self.environment, check=True)

    def focus(self) -> None:
        """A click into the pictures; there is no window manager that would give the keys."""
        subprocess.run(
            ["xdotool", "mousemove", "700", "400", "click", "1"], env=self.environment, check=True
        )

    def _watch(self, before: bytes, began: float, *, may_stay: bool = False) -> tuple[float, float]:
        first, last = 0.0, began
        while True:
            now = time.perf_counter()
            seen = self._pixels[:]
            if seen != before and _changed_lines(seen, before) >= LINES:
                first, last, before = first or now, now, seen
            if (first or may_stay) and now - last > QUIET_S:
                return first, last
            if now - began > LIMIT_S:
                return first or now, last
            time.sleep(LOOK_S)


def _changed_lines(one: bytes, other: bytes) -> int:
    line = WIDTH * 4
    return sum(one[at : at + line] != other[at : at + line] for at in range(0, len(one), line))


@contextmanager
def screen() -> Iterator[Screen]:
    with tempfile.TemporaryDirectory(prefix="dreamina-bench-") as folder:
        told, tells = os.pipe()
        server = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(tells), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"),
                *("-fbdir", folder, "-nolisten", "tcp"),
            ],
            pass_fds=(tells,),
            stderr=subprocess.DEVNULL,
        )
        os.close(tells)
        try:
            with os.fdopen(told) as said:
                display = f":{said.readline().strip()}"
            with (Path(folder) / "Xvfb_screen0").open("rb") as file:
                pixels = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
                yield Screen(display, pixels)
                pixels.close()
        finally:
            server.terminate()
            server.wait()


def end(process: subprocess.Popen[bytes]) -> None:
    """And wait for it."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def family_pss_mb(pid: int) -> float:
    """Memory of a process and of those that it started."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat[1])
    family, size = {pid}, 0
    while len(family) != size:
        size = len(family)
        family |= {child for child, parent in parents.items() if parent in family}
    return sum(map(_pss_mb, family))


def _pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
