"""Scenes at the sea: a boat, a lighthouse, a town by the water."""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet
from random import Random

from PIL import Image, ImageChops, ImageFilter

from dreamina_desktop.sandbox.pictures import mood, noise
from dreamina_desktop.sandbox.pictures.canvas import Canvas
from dreamina_desktop.sandbox.pictures.color import Color, darker, lighter, mix
from dreamina_desktop.sandbox.pictures.mood import Mood

Words = AbstractSet[str]


def boat(canvas: Canvas, words: Words) -> None:
    """A boat on still water, the light behind it."""
    look = mood.choose(words, canvas.random, (*mood.DAWN, *mood.DUSK))
    random = canvas.random
    horizon = random.uniform(0.5, 0.6)
    x, y = random.uniform(0.3, 0.7), horizon - random.uniform(0.1, 0.2)
    _open_sky(canvas, look, x, y, horizon)
    canvas.disc(x, y, 0.05, lighter(look.light, 0.5), look.light)
    for layer in range(2):
        heights = noise.ridge(random, 0.5, 8)
        body = mix(look.far, look.horizon, 0.5 - 0.3 * layer)
        canvas.shape(
            noise.outline(heights, horizon - 0.028 + 0.014 * layer, 0.045, horizon + 0.004),
            body,
            mix(body, look.horizon, 0.4),
        )
    canvas.veil(look.horizon, [(horizon - 0.1, 0), (horizon, 0.6), (horizon + 0.01, 0.5)], 0.5)
    canvas.mirror(horizon, mix(look.zenith, look.near, 0.35), 0.34)
    canvas.glints(horizon, lighter(look.light, 0.3), 130, x, 0.06)
    canvas.veil(
        look.horizon, [(horizon - 0.02, 0), (horizon + 0.02, 0.45), (horizon + 0.12, 0)], 0.6
    )
    where = min(0.8, max(0.2, x + random.choice((-1, 1)) * random.uniform(0.12, 0.22)))
    hull = look.accent if words & {"red", "boat", "wooden"} else darker(look.accent, 0.2)
    _boat(
        canvas, where, horizon + random.uniform(0.14, 0.24), random.uniform(0.17, 0.23), hull, look
    )


def _open_sky(canvas: Canvas, look: Mood, x: float, y: float, horizon: float) -> None:
    soft = canvas.smaller()
    soft.fill(
        [
            (0, look.zenith),
            (horizon * 0.55, look.middle),
            (horizon, look.horizon),
            (1, look.horizon),
        ]
    )
    soft.glow(x, y, 0.95, look.light, 0.85)
    soft.cloud(
        mix(look.horizon, look.light, 0.5),
        118,
        205,
        0.65,
        0.22,
        6,
        [(0, 0.5), (horizon * 0.7, 1), (horizon, 0.2)],
    )
    soft.cloud(
        mix(look.zenith, look.middle, 0.5), 135, 220, 0.4, 0.16, 7, [(0, 0.8), (horizon, 0.1)]
    )
    canvas.cover(soft)


def _boat(canvas: Canvas, x: float, y: float, size: float, color: Color, look: Mood) -> None:
    """A rowing boat with a mast and its image in the water; `size` in shorter sides."""
    wide, high = size * canvas.unit / canvas.width, size * canvas.unit / canvas.height
    hull = [
        (-1, -0.16),
        (-0.86, 0.02),
        (-0.66, 0.11),
        (0.62, 0.11),
        (0.84, 0.0),
        (1.05, -0.22),
        (0.6, -0.13),
        (0, -0.1),
        (-0.6, -0.115),
    ]
    inner = [
        (-0.93, -0.13),
        (-0.6, -0.09),
        (0, -0.075),
        (0.6, -0.105),
        (0.97, -0.185),
        (0.6, -0.13),
        (0, -0.1),
        (-0.6, -0.115),
    ]
    sail = [(0.06, -1.45), (0.085, -0.24), (0.72, -0.3), (0.5, -0.75), (0.25, -1.15)]
    jib = [(0.03, -1.38), (0.02, -0.25), (-0.7, -0.22), (-0.4, -0.6)]

    def place(points: list[tuple[float, float]], flip: float) -> list[tuple[float, float]]:
        return [(x + wide * px, y + high * (0.11 + (py - 0.11) * flip)) for px, py in points]

    cloth = mix(lighter(look.light, 0.2), look.horizon, 0.3)
    for flip, opacity in ((-0.8, 0.32), (1.0, 1.0)):
        canvas.line(
            place([(0.05, -1.5), (0.05, -0.05)], flip),
            size * 0.018,
            darker(look.near, 0.1),
            opacity,
        )
        canvas.shape(place(sail, flip), lighter(cloth, 0.25), darker(cloth, 0.12), opacity)
        canvas.shape(place(jib, flip), cloth, darker(cloth, 0.22), opacity * 0.95)
        canvas.shape(place(hull, flip), lighter(color, 0.08), darker(color, 0.5), opacity)
        canvas.shape(place(inner, flip), lighter(color, 0.45), lighter(color, 0.2), opacity)
    for step in range(7):
        offset = 0.13 + 0.045 * step
        half = wide * (1.15 - 0.1 * step)
        at = y + high * offset
        shift = wide * canvas.random.uniform(-0.15, 0.15)
        canvas.shape(
            [
                (x + shift - half, at),
                (x + shift, at - 0.0016),
                (x + shift + half, at),
                (x + shift, at + 0.0016),
            ],
            look.horizon,
            opacity=0.45,
        )


def lighthouse(canvas: Canvas, words: Words) -> None:
    """A tower on a cliff, its beam in heavy weather."""
    random = canvas.random
    look = random.choice(mood.STORM if words & {"storm", "stormy"} else (*mood.DUSK, *mood.STORM))
    horizon = random.uniform(0.66, 0.72)
    side = random.choice((0.27, 0.36, 0.66, 0.73))
    foot, tall = horizon - 0.17, random.uniform(0.3, 0.36)
    lamp = foot - tall
    soft = canvas.smaller()
    soft.fill([(0, look.zenith), (0.45, look.middle), (horizon, look.horizon), (1, look.near)])
    soft.cloud(
        darker(look.zenith, 0.2), 95, 205, 0.85, 0.35, 2.6, [(0, 1), (0.5, 0.6), (horizon, 0)]
    )
    soft.cloud(
        lighter(look.horizon, 0.3), 130, 210, 0.5, 0.25, 4, [(0.1, 0), (0.5, 1), (horizon, 0.5)]
    )
    soft.glow(side, lamp, 0.5, look.accent, 0.55)
    _beam(soft, side, lamp, look.accent)
    canvas.cover(soft)
    _waves(canvas, look, horizon, 3, 0.0)
    _cliff(canvas, side, foot, look)
    _tower(canvas, side, foot, tall, look)
    canvas.glow(side, lamp - 0.012, 0.12, lighter(look.accent, 0.6), 1.0)
    _waves(canvas, look, horizon + 0.1, 5, 0.35)


def _beam(soft: Canvas, x: float, y: float, color: Color) -> None:
    """Two widening shafts of light."""
    light = soft.smaller()
    light.width, light.height = soft.width, soft.height
    light.image = Image.new("RGB", soft.image.size)
    tilt = soft.random.uniform(-0.08, 0.08)
    for way in (-1, 1):
        far = x + way * 1.1
        light.shape(
            [
                (x, y - 0.006),
                (far, y - 0.13 + way * tilt),
                (far, y + 0.07 + way * tilt),
                (x, y + 0.006),
            ],
            darker(color, 0.5),
        )
    blurred = light.image.filter(ImageFilter.GaussianBlur(soft.unit / 70))
    soft.image = ImageChops.screen(soft.image, blurred)


def _cliff(canvas: Canvas, x: float, top: float, look: Mood) -> None:
    """Basalt columns from the nearer edge of the picture to under the tower, then in steps down."""
    random = canvas.random
    way = 1 if x < 0.5 else -1
    lit = mix(look.far, look.near, 0.5)
    wide = 0.021 * canvas.unit / canvas.width
    end = x + way * 5.5 * wide
    for row in range(3):
        color = mix(lit, darker(look.near, 0.25), row / 2.4)
        reach = end + way * row * 3.2 * wide
        at = -0.02 if way > 0 else 1.02
        height = top + 0.075 * row
        while (reach - at) * way > -6 * wide:
            past = max(0.0, (at - reach) * way / wide)
            step = height + 0.02 * past**1.4 + random.uniform(-0.008, 0.012)
            if row == 0 and abs(at - x) < 3.4 * wide:
                step = top
            _column(
                canvas,
                at,
                step,
                wide * random.uniform(0.85, 1.15),
                mix(color, look.near, random.uniform(0, 0.28)),
                look,
            )
            at += way * wide * 0.97


def _column(canvas: Canvas, x: float, top: float, wide: float, color: Color, look: Mood) -> None:
    """One column: a dark side, and a paler top with a corner in front."""
    half = wide / 2
    front = top + wide * 0.22
    canvas.shape(
        [(x - half, top), (x, front), (x + half, top), (x + half, 1.02), (x - half, 1.02)],
        color,
        darker(look.near, 0.45),
    )
    canvas.shape(
        [(x, front), (x + half, top), (x + half, 1.02), (x, 1.02)],
        darker(color, 0.55),
        opacity=0.35,
    )
    canvas.shape(
        [(x - half, top), (x - half * 0.3, top - wide * 0.14), (x + half, top), (x, front)],
        mix(color, look.horizon, 0.32),
    )


def _tower(canvas: Canvas, x: float, foot: float, tall: float, look: Mood) -> None:
    wide = tall * 0.105 * canvas.height / canvas.width
    white, red = mix((244, 238, 226), look.horizon, 0.25), mix((196, 52, 44), look.near, 0.12)
    shade = darker(look.near, 0.1)

    def band(start: float, end: float, left: float = 1.0) -> list[tuple[float, float]]:
        low, high = 1 - 0.34 * start, 1 - 0.34 * end
        return [
            (x - wide * low, foot - tall * start),
            (x - wide * high, foot - tall * end),
            (x + wide * high * left, foot - tall * end),
            (x + wide * low * left, foot - tall * start),
        ]

    for number in range(5):
        canvas.shape(band(number * 0.17, (number + 1) * 0.17), red if number % 2 else white)
    right = [
        (x + wide * 0.12, foot),
        (x + wide * 0.08, foot - tall * 0.85),
        (x + wide * 0.71, foot - tall * 0.85),
        (x + wide, foot),
    ]
    canvas.shape(right, shade, opacity=0.4)
    top = foot - tall * 0.85
    canvas.shape(
        [
            (x - wide * 0.98, top),
            (x - wide * 0.98, top - tall * 0.022),
            (x + wide * 0.98, top - tall * 0.022),
            (x + wide * 0.98, top),
        ],
        shade,
    )
    canvas.shape(
        [
            (x - wide * 0.48, top - tall * 0.022),
            (x - wide * 0.48, top - tall * 0.12),
            (x + wide * 0.48, top - tall * 0.12),
            (x + wide * 0.48, top - tall * 0.022),
        ],
        lighter(look.accent, 0.55),
        look.accent,
    )
    canvas.shape(
        [
            (x - wide * 0.66, top - tall * 0.12),
            (x, top - tall * 0.2),
            (x + wide * 0.66, top - tall * 0.12),
        ],
        red,
        darker(red, 0.4),
    )
    for share in (0.22, 0.5, 0.7):
        at = foot - tall * share
        canvas.shape(
            [
                (x - wide * 0.09, at),
                (x - wide * 0.09, at - tall * 0.035),
                (x + wide * 0.09, at - tall * 0.035),
                (x + wide * 0.09, at),
            ],
            shade,
        )


def _waves(canvas: Canvas, look: Mood, start: float, count: int, near: float) -> None:
    """Rows of swell with pale crests."""
    for row in range(count):
        share = near + (1 - near) * row / count if near else 0.3 * row / count
        base = start + (1 - start) * row / count * (1.0 if near else 0.5)
        sea = mix(
            mix(look.middle, look.horizon, 0.35 * (1 - share)), look.near, 0.25 + 0.55 * share
        )
        crest = noise.swell(canvas.random, 5)
        reach = 0.006 + 0.02 * share
        fine = noise.ridge(canvas.random, 0.6, 8)
        heights = [value + 0.16 * fine[min(256, step)] for step, value in enumerate(crest)]
        canvas.shape(noise.outline(heights, base, reach), lighter(sea, 0.1), darker(sea, 0.35))
        _crests(
            canvas, noise.outline(heights, base, reach)[2:-2], share, lighter(look.horizon, 0.4)
        )


def _crests(canvas: Canvas, top: list[tuple[float, float]], share: float, foam: Color) -> None:
    """Foam along parts of a wave's edge, thin at both ends."""
    for _ in range(6):
        long = canvas.random.randint(12, 44)
        first = canvas.random.randint(0, len(top) - long)
        edge = top[first : first + long]
        thick = (0.0012 + 0.005 * share) * canvas.random.uniform(0.5, 1.2)
        foot = [
            (px, py + thick * math.sin(math.pi * step / (long - 1)))
            for step, (px, py) in enumerate(edge)
        ]
        canvas.shape([*edge, *reversed(foot)], foam, opacity=canvas.random.uniform(0.2, 0.55))


def city(canvas: Canvas, _words: Words) -> None:
    """Towers with lit windows, and their lights in the water."""
    random = canvas.random
    look = random.choice((*mood.DUSK, mood.NIGHT[1]))
    horizon = random.uniform(0.68, 0.74)
    x = random.uniform(0.3, 0.7)
    soft = canvas.smaller()
    soft.fill([(0, look.zenith), (0.4, look.middle), (horizon, look.horizon), (1, look.horizon)])
    soft.glow(x, horizon, 1.0, look.light, 0.55)
    soft.cloud(
        mix(look.middle, look.light, 0.4), 125, 215, 0.5, 0.2, 6, [(0, 0.4), (0.4, 1), (horizon, 0)]
    )
    canvas.cover(soft)
    canvas.stars(60, 0.35, look.light)
    for layer in range(4):
        near = layer / 3
        body = mix(mix(look.far, look.horizon, 0.5), darker(look.near, 0.15), near)
        _towers(canvas, horizon, near, body, look, x)
        if layer < 3:
            canvas.veil(
                mix(look.horizon, look.light, 0.2),
                [(horizon - 0.32, 0), (horizon, 0.36), (horizon + 0.01, 0)],
            )
    canvas.mirror(horizon, darker(look.near, 0.1), 0.42, 1.5)
    canvas.glints(horizon, look.light, 90, x, 0.3, 0.4)


def _towers(canvas: Canvas, horizon: float, near: float, body: Color, look: Mood, x: float) -> None:
    random = canvas.random
    left = -0.02
    while left < 1.02:
        wide = random.uniform(0.026, 0.062) * canvas.unit / canvas.width * 1.7
        centre = max(0.0, 1 - abs(left + wide / 2 - x) * 1.9)
        tall = (0.07 + (0.13 + 0.24 * (1 - 0.55 * near)) * centre) * random.uniform(0.55, 1.15)
        top = horizon - tall
        cap = random.choice((0.0, 0.0, 0.02, 0.045))
        middle = left + wide / 2
        roof = [
            (left, top),
            (left + wide * 0.25, top),
            (left + wide * 0.25, top - cap),
            (left + wide * 0.75, top - cap),
            (left + wide * 0.75, top),
            (left + wide, top),
        ]
        canvas.shape(
            [(left, horizon + 0.005), *roof, (left + wide, horizon + 0.005)],
            body,
            mix(body, look.horizon, 0.3 * (1 - near)),
        )
        if cap > 0.03:
            canvas.line([(middle, top - cap - 0.06), (middle, top - cap)], 0.002, body)
        if near > 0.3:
            _windows(canvas, random, (left, top, wide, tall), look, near)
        left += wide * random.uniform(0.82, 1.25)


def _windows(
    canvas: Canvas,
    random: Random,
    house: tuple[float, float, float, float],
    look: Mood,
    near: float,
) -> None:
    """Lit windows in a grid, drawn as small rectangles of whole pixels."""
    left, top, wide, tall = house
    size = max(2, round(canvas.unit * 0.0034))
    step = size * 2.4
    columns = int(wide * canvas.width * 0.84 // step)
    rows = int(tall * canvas.height * 0.92 // (step * 1.15))
    lit = random.uniform(0.2, 0.55)
    warm = ((255, 214, 140), (255, 236, 190), mix((255, 200, 120), look.accent, 0.3))
    for row in range(rows):
        for column in range(columns):
            if random.random() > lit:
                continue
            px = round(left * canvas.width + wide * canvas.width * 0.09 + column * step)
            py = round(top * canvas.height + step * 0.7 + row * step * 1.15)
            color = mix(random.choice(warm), look.near, random.uniform(0, 0.45) * (1.3 - near))
            canvas.image.paste(color, (px, py, px + size, py + round(size * 1.3)))
