"""A picture in the making: places and sizes are shares of its width, height or shorter side."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from dreamina_desktop.sandbox.pictures import noise
from dreamina_desktop.sandbox.pictures.color import BLACK, Color, mix
from dreamina_desktop.sandbox.pictures.noise import Point

Stops = Sequence[tuple[float, Color]]
Box = tuple[int, int, int, int]

SMOOTHING = 2  # edges are drawn this many times larger, then reduced
BAND = 512  # rows
RIM = 180  # what Pillow's radial gradient says in the middle of its edges
SOFT = 4  # what has no edges is drawn this many times smaller, then enlarged


class Canvas:
    """Draws on `image` (RGB). What is drawn later lies above."""

    def __init__(self, width: int, height: int, random: Random) -> None:
        self.width = width
        self.height = height
        self.random = random
        self.image = Image.new("RGB", (width, height))

    @property
    def unit(self) -> int:
        """The shorter side in pixels."""
        return min(self.width, self.height)

    @property
    def aspect(self) -> float:
        """Width of the picture in heights."""
        return self.width / self.height

    def smaller(self) -> Canvas:
        """A small canvas for what has no edges."""
        return Canvas(max(8, self.width // SOFT), max(8, self.height // SOFT), self.random)

    def cover(self, soft: Canvas) -> None:
        """Fill this canvas with an enlarged small one."""
        self.image = soft.image.resize((self.width, self.height), Image.Resampling.BICUBIC)

    def fill(self, stops: Stops) -> None:
        """A gradient from top (0) to bottom (1) over everything."""
        self.image.paste(gradient(self.image.size, stops))

    def glow(self, x: float, y: float, radius: float, color: Color, strength: float = 1.0) -> None:
        """Light around a point; `radius` in shorter sides, full at the middle."""
        reach = radius * self.unit
        around = (x * self.width, y * self.height)
        box = self._clip(
            (around[0] - reach, around[1] - reach, around[0] + reach, around[1] + reach)
        )
        if box is None:
            return
        side = 256
        curve = [round(255 * strength * max(0.0, 1 - step / RIM) ** 2.0) for step in range(256)]
        disc = Image.radial_gradient("L").point(curve)
        left, top = around[0] - reach, around[1] - reach
        scale = side / (2 * reach)
        part = (
            max(0.0, (box[0] - left) * scale),
            max(0.0, (box[1] - top) * scale),
            min(float(side), (box[2] - left) * scale),
            min(float(side), (box[3] - top) * scale),
        )
        size = (box[2] - box[0], box[3] - box[1])
        mask = disc.resize(size, Image.Resampling.BICUBIC, box=part)
        region = self.image.crop(box)
        lit = ImageChops.screen(region, Image.new("RGB", size, color))
        self.image.paste(lit, box[:2], mask)

    def shape(
        self,
        points: Sequence[Point],
        color: Color,
        below: Color | None = None,
        opacity: float = 1.0,
    ) -> None:
        """A filled polygon with smooth edges; `below`: the colour at its lowest point."""
        box = self._box(points)
        if box is None:
            return
        mask = self._polygon_mask(points, box)
        self._paint(box, mask, color, below, opacity)

    def disc(
        self,
        x: float,
        y: float,
        radius: float,
        color: Color,
        below: Color | None = None,
        opacity: float = 1.0,
    ) -> None:
        """A circle; `radius` in shorter sides."""
        self.shape(self.circle(x, y, radius), color, below, opacity)

    def circle(self, x: float, y: float, radius: float, steps: int = 160) -> list[Point]:
        """A circle's outline; `radius` in shorter sides."""
        wide, high = radius * self.unit / self.width, radius * self.unit / self.height
        angles = [math.tau * step / steps for step in range(steps)]
        return [(x + wide * math.cos(angle), y + high * math.sin(angle)) for angle in angles]

    def line(
        self, points: Sequence[Point], width: float, color: Color, opacity: float = 1.0
    ) -> None:
        """A line with smooth edges; `width` in shorter sides."""
        reach = width * self.unit
        box = self._box(points, margin=reach)
        if box is None:
            return
        size = ((box[2] - box[0]) * SMOOTHING, (box[3] - box[1]) * SMOOTHING)
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).line(
            self._pixels(points, box),
            fill=255,
            width=max(1, round(reach * SMOOTHING)),
            joint="curve",
        )
        self._paint(box, mask.reduce(SMOOTHING), color, None, opacity)

    def cast_shadow(self, points: Sequence[Point], blur: float, drop: float, depth: float) -> None:
        """The soft shadow that a polygon throws on what lies below; in shorter sides."""
        small = (max(8, self.width // SOFT), max(8, self.height // SOFT))
        mask = Image.new("L", small)
        shift = drop * self.unit / self.height
        ImageDraw.Draw(mask).polygon(
            [(x * small[0], (y + shift) * small[1]) for x, y in points], fill=round(255 * depth)
        )
        mask = mask.filter(ImageFilter.BoxBlur(blur * min(small))).filter(
            ImageFilter.BoxBlur(blur * min(small) * 0.6)
        )
        self.image.paste(BLACK, (0, 0), mask.resize(self.image.size, Image.Resampling.BILINEAR))

    def veil(self, color: Color, stops: Sequence[tuple[float, float]], torn: float = 0.0) -> None:
        """Mist: opacity (0 to 1) by height; `torn` (0 to 1) lets it hang in clouds."""
        size = (max(8, self.width // SOFT), max(8, self.height // SOFT))
        mask = gradient(
            size, [(place, (round(255 * share),) * 3) for place, share in stops]
        ).getchannel(0)
        if torn:
            holes = noise.contrast(noise.clouds(self.random, size, 0.3, 4.0), 70, 190)
            whole = Image.new("L", size, 255)
            mask = ImageChops.multiply(mask, Image.blend(whole, holes, torn))
        self.image.paste(color, (0, 0), mask.resize(self.image.size, Image.Resampling.BICUBIC))

    def cloud(
        self,
        color: Color,
        low: int,
        high: int,
        strength: float,
        cell: float = 0.4,
        stretch: float = 3.0,
        stops: Sequence[tuple[float, float]] = (),
    ) -> None:
        """Clouds of one colour: denser with a smaller `low`; `stops`: opacity by height."""
        size = self.image.size
        mask = noise.contrast(noise.clouds(self.random, size, cell, stretch), low, high, strength)
        if stops:
            fade = gradient(size, [(place, (round(255 * share),) * 3) for place, share in stops])
            mask = ImageChops.multiply(mask, fade.getchannel(0))
        self.image.paste(color, (0, 0), mask)

    def stars(self, count: int, lowest: float, color: Color) -> None:
        """Points of light above `lowest` (share of the height), more of them small."""
        for _ in range(count):
            size = 0.0006 + 0.0016 * self.random.random() ** 3
            x, y = self.random.random(), lowest * self.random.random() ** 1.15
            shine = self.random.uniform(0.25, 1.0)
            self._dot(x, y, size, color, shine)

    def mirror(self, horizon: float, tint: Color, depth: float, ripple: float = 1.0) -> None:
        """Still water below `horizon`: what is above, turned over, darkened and rippled."""
        line = round(horizon * self.height)
        deep = self.height - line
        source = self.image.crop((0, max(0, line - deep), self.width, line))
        water = source.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(
            (self.width, deep), Image.Resampling.BILINEAR
        )
        soft = water.resize((self.width // 3, max(2, deep // 10)), Image.Resampling.BOX)
        water = Image.blend(water, soft.resize(water.size, Image.Resampling.BICUBIC), 0.7)
        water = _rippled(water, self.random, ripple * self.unit)
        shade = gradient(
            water.size, [(0, (round(255 * depth * 0.55),) * 3), (1, (round(255 * depth),) * 3)]
        )
        water.paste(tint, (0, 0), shade.getchannel(0))
        self.image.paste(water, (0, line))

    def glints(
        self,
        horizon: float,
        color: Color,
        count: int,
        x: float,
        spread: float,
        strength: float = 0.7,
    ) -> None:
        """Short bright strokes on water, around `x`, wider and longer towards the viewer."""
        for _ in range(count):
            near = self.random.random() ** 1.6
            y = horizon + (1 - horizon) * near * 0.98 + 0.004
            centre = self.random.gauss(x, spread * (0.25 + near))
            half = (0.004 + 0.03 * near) * self.random.uniform(0.3, 1.0)
            thick = (0.0007 + 0.0028 * near) * self.random.uniform(0.5, 1.0)
            opacity = strength * self.random.uniform(0.2, 0.9) * (1 - 0.5 * near)
            lens = [
                (centre - half, y),
                (centre, y - thick),
                (centre + half, y),
                (centre, y + thick),
            ]
            self.shape(lens, color, opacity=opacity)

    def vignette(self, depth: float) -> None:
        """Darker corners."""
        curve = [round(255 * depth * (step / 255) ** 2.4) for step in range(256)]
        size = (max(8, self.width // 8), max(8, self.height // 8))
        mask = Image.radial_gradient("L").resize(size, Image.Resampling.BICUBIC).point(curve)
        self.image.paste(BLACK, (0, 0), mask.resize(self.image.size, Image.Resampling.BILINEAR))

    def jpeg(self, grain: int = 4, quality: int = 87) -> bytes:
        """The finished picture as a JPEG file."""
        film = noise.grain(self.random, (self.width, BAND), grain)
        film = Image.merge("RGB", (film,) * 3)
        # In bands: ImageChops lets no other thread of the process run meanwhile.
        for top in range(0, self.height, BAND):
            band = self.image.crop((0, top, self.width, min(self.height, top + BAND)))
            self.image.paste(ImageChops.add(band, film, 1.0, -grain), (0, top))
        file = io.BytesIO()
        self.image.save(file, "JPEG", quality=quality, subsampling=2)
        return file.getvalue()

    def _dot(self, x: float, y: float, radius: float, color: Color, shine: float) -> None:
        self.shape(self.circle(x, y, radius, 12), color, opacity=shine)

    def _paint(
        self, box: Box, mask: Image.Image, color: Color, below: Color | None, opacity: float
    ) -> None:
        if opacity < 1.0:
            mask = mask.point([round(value * opacity) for value in range(256)])
        if below is None:
            self.image.paste(color, box, mask)
        else:
            size = (box[2] - box[0], box[3] - box[1])
            self.image.paste(gradient(size, [(0, color), (1, below)]), box[:2], mask)

    def _polygon_mask(self, points: Sequence[Point], box: Box) -> Image.Image:
        size = ((box[2] - box[0]) * SMOOTHING, (box[3] - box[1]) * SMOOTHING)
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon(self._pixels(points, box), fill=255)
        return mask.reduce(SMOOTHING)

    def _pixels(self, points: Iterable[Point], box: Box) -> list[Point]:
        return [
            ((x * self.width - box[0]) * SMOOTHING, (y * self.height - box[1]) * SMOOTHING)
            for x, y in points
        ]

    def _box(self, points: Sequence[Point], margin: float = 0.0) -> Box | None:
        """The pixels that a polygon may touch; None when it lies outside."""
        across = [x * self.width for x, _ in points]
        down = [y * self.height for _, y in points]
        edge = margin + 1
        return self._clip(
            (min(across) - edge, min(down) - edge, max(across) + edge, max(down) + edge)
        )

    def _clip(self, box: tuple[float, float, float, float]) -> Box | None:
        left, top = max(0, math.floor(box[0])), max(0, math.floor(box[1]))
        right, bottom = min(self.width, math.ceil(box[2])), min(self.height, math.ceil(box[3]))
        return (left, top, right, bottom) if left < right and top < bottom else None


def gradient(size: tuple[int, int], stops: Stops) -> Image.Image:
    """Colours from top to bottom."""
    strip = Image.new("RGB", (1, 256))
    strip.putdata([_at(stops, row / 255) for row in range(256)])
    return strip.resize(size, Image.Resampling.BICUBIC)


def _at(stops: Stops, place: float) -> Color:
    if place <= stops[0][0]:
        return stops[0][1]
    for (start, first), (end, second) in pairwise(stops):
        if place <= end:
            return mix(first, second, (place - start) / (end - start))
    return stops[-1][1]


def _rippled(water: Image.Image, random: Random, unit: float) -> Image.Image:
    """Rows pushed sideways, further and in taller bands towards the viewer."""
    result = water.copy()
    row, phase = 0, random.uniform(0, math.tau)
    while row < water.height:
        near = row / water.height
        tall = max(1, round(unit * (0.0008 + 0.0022 * near)))
        phase += random.uniform(0.5, 1.3)
        push = round(unit * (0.001 + 0.007 * near) * math.sin(phase) * random.uniform(0.4, 1.0))
        band = water.crop((0, row, water.width, min(water.height, row + tall)))
        result.paste(band, (push, row))
        row += tall
    return result
