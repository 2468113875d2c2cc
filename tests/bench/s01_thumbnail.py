"""S1: the CPU time of a thumbnail, made by the program's own function, and of libjpeg-turbo's
decoding of the same JPEG at an eighth.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from figure import Figure, Ratio, ratio_of
from libraries import photograph
from limit import MISSING, decode, is_there
from opened import cpu
from script import run

from dreamina_desktop.imaging.thumbnail import thumbnail

WHAT, AGAINST = "a thumbnail made from a JPEG of 2560x1440: CPU time", "libjpeg-turbo at 1/8 only"
GOAL, GOAL_ALONE = 0.9, 0.75
AT_LEAST = f"at least {GOAL} of the limit, {GOAL_ALONE} with Pillow alone, as here"
PHOTOGRAPHS, TURNS = 12, 3  # a round decodes each so often
QUALITY, FINER = 90, 97  # of the figure, and of files of nearly twice the size


def measure(rounds: int) -> list[Figure]:
    if not is_there():
        return [Figure("S1", WHAT, AGAINST, AT_LEAST, "–", reason=MISSING)]
    ratio, ours, limit = _measured(rounds, QUALITY)
    finer, *_ = _measured(rounds, FINER)
    return [
        Figure(
            "S1",
            WHAT,
            AGAINST,
            AT_LEAST,
            str(ratio),
            ratio.median >= GOAL_ALONE,
            ratio.median,
            (ratio.low, ratio.high),
            {
                "ours": f"{ours * 1000:.1f} ms",
                "the limit": f"{limit * 1000:.1f} ms",
                f"from JPEGs of quality {FINER}": str(finer),
            },
        )
    ]


def _measured(rounds: int, quality: int) -> tuple[Ratio, float, float]:
    """The limit's time by ours, and both."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory(prefix="dreamina-bench-") as folder:
        files = [Path(folder) / f"{number}.jpeg" for number in range(PHOTOGRAPHS)]
        for file in files:
            file.write_bytes(photograph(rng, (2560, 1440), quality))
        pairs = [(_cost(decode, files), _cost(thumbnail, files)) for _ in range(max(rounds, 5) + 1)]
    pairs = pairs[1:]  # the first one warms up
    limit, ours = (statistics.median(costs) for costs in zip(*pairs, strict=True))
    return ratio_of(pairs), ours, limit


def _cost(work: Callable[[Path], object], files: list[Path]) -> float:
    """Of one."""
    seconds = cpu(lambda: [work(file) for _ in range(TURNS) for file in files])
    return seconds / (TURNS * len(files))


if __name__ == "__main__":
    run(measure)
