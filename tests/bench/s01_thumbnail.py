"""S1: a thumbnail made from a JPEG of 2560x1440, beside the decoding alone by libjpeg-turbo."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from figure import Figure, interleaved
from libraries import photograph
from opened import cpu
from script import run

from dreamina_desktop.imaging.thumbnail import thumbnail

PHOTOGRAPHS, TIMES = 6, 10
LIMIT = "libjpeg-turbo decoding at 1/8 only (simplejpeg)"
GOAL = "at least 0.90 of it; 0.75 with Pillow alone"
GOAL_WITH_PILLOW = 0.75


def measure(rounds: int) -> list[Figure]:
    what = "thumbnail made, scaled and encoded from a 2560x1440 JPEG, CPU time"
    try:
        limit = fastest_decoder()
    except ImportError:
        return [Figure("S1", what, LIMIT, GOAL, "not measured", reason="needs simplejpeg")]
    with photographs(PHOTOGRAPHS) as files:
        ratio = interleaved(
            lambda: cpu(lambda: _all(limit, files)),
            lambda: cpu(lambda: _all(thumbnail, files)),
            rounds,
        )
    return [
        Figure(
            *("S1", what, LIMIT, GOAL, f"{ratio} with Pillow alone"),
            is_met=ratio.median >= GOAL_WITH_PILLOW,
            ratio=ratio.median,
            spread=(ratio.low, ratio.high),
        )
    ]


def fastest_decoder() -> Callable[[Path], object]:
    """The smallest picture that libjpeg-turbo decodes of one of 2560x1440. Raises ImportError."""
    import simplejpeg

    return lambda file: simplejpeg.decode_jpeg(
        file.read_bytes(), "RGB", min_height=180, min_width=320
    )


@contextmanager
def photographs(count: int) -> Iterator[list[Path]]:
    """Files of so many, gone afterwards."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory(prefix="dreamina-bench-") as folder:
        files = [Path(folder) / f"{n}.jpeg" for n in range(count)]
        for file in files:
            file.write_bytes(photograph(rng, (2560, 1440)))
        yield files


def _all(work: Callable[[Path], object], files: list[Path]) -> None:
    for _ in range(TIMES):
        for file in files:
            work(file)


if __name__ == "__main__":
    run(measure)
