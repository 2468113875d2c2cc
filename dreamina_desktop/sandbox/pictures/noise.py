"""Random shapes that look natural: ridges, waves, clouds, grain. Seeded, so repeatable."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops

Point = tuple[float, float]


def ridge(random: Random, roughness: float, levels: int = 9) -> list[float]:
    """Heights from about -1 to 1 at 2**levels + 1 even steps, by midpoint displacement."""
    heights = [random.uniform(-0.6, 0.6), random.uniform(-0.6, 0.6)]
    reach = 0.8
    for _ in range(levels):
        finer = [heights[0]]
        for left, right in pairwise(heights):
            finer += [(left + right) / 2 + random.uniform(-reach, reach), right]
        heights = finer
        reach *= roughness
    return heights


def spread(heights: list[float]) -> list[float]:
    """The same curve from exactly 0 to 1."""
    low, high = min(heights), max(heights)
    return [(height - low) / (high - low) for height in heights]


def swell(random: Random, waves: int, steps: int = 240) -> list[float]:
    """A smooth curve from about -1 to 1: a few sines of falling height."""
    parts = [
        (random.uniform(0.6, 1.4) * (number + 1), random.uniform(0, math.tau), 1 / (number + 1))
        for number in range(waves)
    ]
    scale = sum(height for _, _, height in parts)
    return [
        sum(
            height * math.sin(turns * math.pi * step / steps * 2 + phase)
            for turns, phase, height in parts
        )
        / scale
        for step in range(steps + 1)
    ]


def outline(heights: list[float], base: float, reach: float, floor: float = 1.05) -> list[Point]:
    """A polygon under a curve, in shares of the picture: `base` is the curve's middle line."""
    last = len(heights) - 1
    top = [(step / last, base - height * reach) for step, height in enumerate(heights)]
    return [(-0.01, floor), (-0.01, top[0][1]), *top, (1.01, top[-1][1]), (1.01, floor)]


def clouds(random: Random, size: tuple[int, int], cell: float, stretch: float = 3.0) -> Image.Image:
    """Soft noise (mode L). `cell` is a blob's height as a share of the picture's."""
    result = None
    share = 0.5
    for octave in range(4):
        rows = max(2, round(2**octave / cell))
        columns = max(2, round(rows * size[0] / size[1] / stretch))
        grid = Image.frombytes("L", (columns, rows), random.randbytes(columns * rows))
        layer = grid.resize(size, Image.Resampling.BICUBIC)
        result = layer if result is None else Image.blend(result, layer, share)
        share *= 0.62
    assert result is not None
    return result


def contrast(mask: Image.Image, low: int, high: int, strength: float = 1.0) -> Image.Image:
    """A mask (mode L) that is 0 up to `low` and full from `high` on, with a smooth step."""
    steps = (min(1.0, max(0.0, (value - low) / (high - low))) for value in range(256))
    return mask.point([round(255 * strength * step * step * (3 - 2 * step)) for step in steps])


def grain(random: Random, size: tuple[int, int], reach: int) -> Image.Image:
    """Film grain (mode L) from 0 to 2 * `reach`, mostly near `reach`."""
    side = 512
    first, second = (
        Image.frombytes("L", (side, side), random.randbytes(side * side)) for _ in range(2)
    )
    levels = [value * 2 * reach // 255 for value in range(256)]
    tile = ImageChops.add(first, second, 2.0).point(levels)
    whole = Image.new("L", size)
    for top in range(0, size[1], side):
        for left in range(0, size[0], side):
            whole.paste(tile, (left, top))
    return whole
