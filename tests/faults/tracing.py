"""strace around the program: what it writes, and errors in place of single calls."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CALLS = ("fsync", "fdatasync", "pwrite64", "ftruncate", "rename", "link", "mkdir")
_LINE = re.compile(r" *(?P<call>\w+)\((?P<arguments>.*)")


@dataclass(frozen=True)
class Point:
    """A call of some thread: the n-th of its kind there."""

    call: str
    nth: int


def recorder(trace: Path) -> list[str]:
    """A wrapper that writes every call of `CALLS` into a file."""
    return [*_strace(trace), "-e", f"trace={','.join(CALLS)}"]


def injector(trace: Path, point: Point, error: str, *, for_ever: bool) -> list[str]:
    """A wrapper under which each thread's n-th call fails, or each from there on."""
    when = f"{point.nth}+" if for_ever else str(point.nth)
    fault = f"inject={point.call}:error={error}:when={when}"
    return [*_strace(trace), "-e", f"trace={point.call}", "-e", fault]


def points(trace: Path, data: Path) -> set[Point]:
    """Every call that concerned the data folder, by its place in its thread."""
    counts: Counter[tuple[str, str]] = Counter()
    found = set()
    for thread, call, arguments in _calls(trace):
        counts[thread, call] += 1
        if str(data) in arguments:
            found.add(Point(call, counts[thread, call]))
    return found


def hits(trace: Path, data: Path) -> int:
    """How many calls failed that concerned the data folder."""
    return sum(
        "(INJECTED)" in arguments and str(data) in arguments for _, _, arguments in _calls(trace)
    )


def _strace(trace: Path) -> list[str]:
    return ["strace", "-D", "-f", "--seccomp-bpf", "-qq", "-y", "-s", "300", "-o", str(trace)]


def _calls(trace: Path) -> Iterator[tuple[str, str, str]]:
    """Thread, call and arguments; a call that another thread's interrupted is put together."""
    begun: dict[str, str] = {}
    for line in trace.read_text("utf-8", "replace").splitlines():
        thread, _, rest = line.partition(" ")
        if rest.endswith("<unfinished ...>"):
            begun[thread] = rest.removesuffix("<unfinished ...>")
            continue
        if "resumed>" in rest:
            rest = begun.pop(thread, "") + rest.partition("resumed>")[2]
        if found := _LINE.match(rest):
            yield thread, found["call"], found["arguments"]
