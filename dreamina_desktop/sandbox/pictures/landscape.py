"""Scenes under an open sky: mountains, dunes, woods, meadows."""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet

from PIL import Image, ImageChops, ImageFilter

from dreamina_desktop.sandbox.pictures import mood, noise
from dreamina_desktop.sandbox.pictures.canvas import Canvas, gradient
from dreamina_desktop.sandbox.pictures.color import Color, darker, lighter, mix
from dreamina_desktop.sandbox.pictures.mood import Mood
from dreamina_desktop.sandbox.pictures.noise import Point

Words = AbstractSet[str]


def aurora(canvas: Canvas, _words: Words) -> None:
    """Curtains of light over ridges and a lake."""
    random = canvas.random
    look = random.choice(mood.NIGHT)
    horizon = canvas.random.uniform(0.66, 0.74)
    soft = canvas.smaller()
    soft.fill([(0, look.zenith), (0.45, look.middle), (horizon, look.horizon), (1, look.near)])
    soft.glow(random.uniform(0.3, 0.7), horizon, 0.9, look.accent, 0.25)
    for _ in range(random.choice((1, 2))):
        _curtain(soft, look, horizon)
    canvas.cover(soft)
    canvas.stars(170, horizon, lighter(look.light, 0.3))
    _ranges(canvas, look, horizon, layers=3, reach=0.13, light=look.accent)
    canvas.mirror(horizon, look.near, 0.62)
    _shore(canvas, look)


def _curtain(soft: Canvas, look: Mood, horizon: float) -> None:
    """One curtain: vertical rays along a winding line, green below and violet above."""
    random = soft.random
    path = noise.swell(random, 3, soft.width)
    rays = noise.spread(noise.ridge(random, 0.72, 8))
    base = horizon * random.uniform(0.5, 0.72)
    light = Image.new("RGB", (soft.width, soft.height))
    top = mix(look.accent, random.choice(((150, 80, 255), (255, 90, 170), (60, 140, 255))), 0.75)
    profile = gradient(
        (1, 128),
        [
            (0, (0, 0, 0)),
            (0.35, darker(top, 0.62)),
            (0.68, darker(look.accent, 0.3)),
            (0.84, lighter(look.accent, 0.12)),
            (0.9, darker(look.accent, 0.35)),
            (1, (0, 0, 0)),
        ],
    )
    for x in range(soft.width):
        ray = rays[round(x / soft.width * (len(rays) - 1))]
        strength = max(0.0, min(1.0, 0.15 + 0.85 * ray + 0.15 * path[x]))
        tall = max(2, round(soft.height * (0.16 + 0.26 * strength)))
        foot = round(soft.height * (base + 0.11 * path[x]))
        strip = profile.resize((1, tall)).point(
            lambda value, s=strength: round(value * (0.12 + 0.78 * s))
        )
        light.paste(strip, (x, foot - tall))
    light = light.filter(ImageFilter.GaussianBlur(soft.width / 320))
    wide = light.filter(ImageFilter.BoxBlur(soft.width / 28))
    soft.image = ImageChops.screen(ImageChops.screen(soft.image, light), wide)


def _ranges(
    canvas: Canvas, look: Mood, horizon: float, layers: int, reach: float, light: Color
) -> None:
    """Mountain ranges that stand on `horizon`, hazier the further away."""
    for layer in range(layers):
        near = (layer + 1) / layers
        heights = noise.ridge(canvas.random, 0.53 + 0.03 * layer)
        base = horizon - reach * (1.15 - near) * 0.9 - 0.02
        body = look.ground(0.15 + 0.7 * near)
        foot = mix(body, look.horizon, 0.55 * (1 - near) + 0.12)
        canvas.shape(
            noise.outline(heights, base, reach * (0.5 + 0.5 * near), horizon + 0.012), body, foot
        )
        canvas.veil(
            mix(look.horizon, light, 0.25),
            [(horizon - 0.12, 0), (horizon, 0.32 * (1.1 - near)), (horizon + 0.02, 0)],
        )


def _shore(canvas: Canvas, look: Mood) -> None:
    """A dark near bank with reeds or firs at one side."""
    random = canvas.random
    heights = noise.ridge(random, 0.5, 7)
    side = random.choice((-1, 1))
    slope = [
        height * 0.25 + side * (step / (len(heights) - 1) - 0.5) * 2
        for step, height in enumerate(heights)
    ]
    canvas.shape(noise.outline(slope, 1.0, 0.05), darker(look.near, 0.2))
    for _ in range(9):
        x = 0.5 + side * random.uniform(0.2, 0.52)
        foot = 1.0 - 0.05 * side * (x - 0.5) * 2 + 0.02
        _fir(canvas, x, foot, random.uniform(0.10, 0.26), darker(look.near, 0.35))


def _fir(canvas: Canvas, x: float, foot: float, tall: float, color: Color) -> None:
    """A fir: ragged branches that widen downwards; `tall` as a share of the height."""
    random = canvas.random
    tiers = max(7, round(tall * 70))
    left: list[Point] = []
    right: list[Point] = []
    for tier in range(tiers):
        down = (tier + 1) / tiers
        wide = tall * 0.19 * down / canvas.aspect
        y = foot - tall + tall * 0.94 * down
        notch = 0.42
        left += [(x - wide * random.uniform(0.75, 1.1), y), (x - wide * notch, y - tall * 0.012)]
        right += [(x + wide * random.uniform(0.75, 1.1), y), (x + wide * notch, y - tall * 0.012)]
    trunk = tall * 0.014 / canvas.aspect
    stem = [
        (x - trunk, foot - tall * 0.07),
        (x - trunk, foot),
        (x + trunk, foot),
        (x + trunk, foot - tall * 0.07),
    ]
    canvas.shape([(x, foot - tall), *left, *stem, *reversed(right)], color)


def mountains(canvas: Canvas, words: Words) -> None:
    """Range behind range in haze, with a low sun or a moon."""
    look = mood.choose(words, canvas.random, mood.DAWN + mood.DUSK)
    random = canvas.random
    x, y = random.uniform(0.25, 0.75), random.uniform(0.24, 0.4)
    soft = canvas.smaller()
    soft.fill([(0, look.zenith), (0.35, look.middle), (0.62, look.horizon), (1, look.horizon)])
    soft.glow(x, y, 0.95, look.light, 0.75)
    soft.cloud(lighter(look.horizon, 0.35), 120, 215, 0.5, 0.3, 5, [(0, 0.2), (0.3, 1), (0.6, 0)])
    canvas.cover(soft)
    if "snow" not in words and "storm" not in words:
        canvas.disc(x, y, 0.055, lighter(look.light, 0.4), look.light)
    layers = 6
    for layer in range(layers):
        near = layer / (layers - 1)
        heights = noise.ridge(random, 0.5 + 0.02 * layer)
        base = 0.46 + 0.46 * near**1.15
        body = mix(look.far, look.near, near**0.9)
        body = mix(body, look.horizon, 0.35 * (1 - near))
        foot = mix(body, look.horizon, 0.6 - 0.4 * near)
        canvas.shape(
            noise.outline(heights, base, 0.13 - 0.03 * near, min(1.05, base + 0.33)), body, foot
        )
        if layer < layers - 1:
            canvas.veil(
                look.horizon,
                [(base, 0), (base + 0.16, 0.5 * (1 - near * 0.6)), (base + 0.3, 0)],
                0.7,
            )
    for _ in range(26):
        _fir(
            canvas,
            random.random(),
            random.uniform(0.98, 1.06),
            random.uniform(0.06, 0.19),
            darker(look.near, 0.25),
        )


def dunes(canvas: Canvas, _words: Words) -> None:
    """Sand in long curves, one side lit and one in shade."""
    look = canvas.random.choice(mood.WARM)
    random = canvas.random
    x, y = random.uniform(0.2, 0.8), random.uniform(0.17, 0.34)
    soft = canvas.smaller()
    soft.fill([(0, look.zenith), (0.28, look.middle), (0.5, look.horizon), (1, look.horizon)])
    soft.glow(x, y, 0.9, look.light, 0.85)
    canvas.cover(soft)
    canvas.disc(x, y, 0.07, lighter(look.light, 0.5), look.light)
    layers = 5
    for layer in range(layers):
        near = layer / (layers - 1)
        lit = mix(lighter(look.far, 0.42 - 0.2 * near), look.near, 0.16 * near)
        shade = mix(look.far, look.near, 0.35 + 0.6 * near)
        _dune(canvas, 0.47 + 0.42 * near, 0.05 + 0.075 * near, lit, shade, look)
    canvas.cloud(look.near, 150, 255, 0.10, 0.01, 9, [(0.5, 0), (1, 1)])


def _dune(canvas: Canvas, base: float, reach: float, lit: Color, shade: Color, look: Mood) -> None:
    """One dune: the lit body, and the slip face that falls from its crest in a curve."""
    random = canvas.random
    crest = noise.swell(random, 2)
    last = len(crest) - 1
    canvas.shape(noise.outline(crest, base, reach, base + 0.45), lit, mix(lit, look.near, 0.45))
    peak = max(range(30, last - 30), key=lambda step: crest[step])
    span = random.randint(60, 110)
    start, end = max(0, peak - span), min(last, peak + span)
    side = random.choice((-1, 1))
    edge: list[Point] = [
        (step / last, base - crest[step] * reach) for step in range(start, end + 1)
    ]
    count = len(edge)
    foot = [
        (
            x + side * 0.10 * math.sin(math.pi * step / count) * (1 + 0.25 * math.sin(step / 9)),
            y + reach * 3.2 * math.sin(math.pi * step / count) ** 1.5,
        )
        for step, (x, y) in enumerate(edge)
    ]
    canvas.shape([*edge, *reversed(foot)], shade, mix(shade, lit, 0.75), opacity=0.9)
    canvas.line(edge, 0.0022, lighter(lit, 0.45), 0.7)


def forest(canvas: Canvas, words: Words) -> None:
    """Trunks in mist, paler the further away, with shafts of light."""
    look = mood.choose(words - {"night"}, canvas.random, (*mood.DAWN, *mood.DAY))
    random = canvas.random
    x = random.uniform(0.3, 0.7)
    green = mix(look.near, (24, 58, 44), 0.55)
    haze = mix(look.horizon, (226, 232, 190), 0.5)
    soft = canvas.smaller()
    soft.fill([(0, mix(look.middle, green, 0.35)), (0.5, haze), (1, mix(haze, green, 0.35))])
    soft.glow(x, 0.3, 1.0, look.light, 0.9)
    soft.cloud(mix(haze, green, 0.45), 110, 210, 0.55, 0.16, 1.2, [(0, 1), (0.35, 0.35), (0.55, 0)])
    canvas.cover(soft)
    layers = 5
    for layer in range(layers):
        near = layer / (layers - 1)
        color = mix(mix(haze, green, 0.28), darker(green, 0.45), near**0.85)
        for _ in range(17 - 3 * layer):
            _trunk(
                canvas,
                random.uniform(-0.02, 1.02),
                0.006 + 0.028 * near**1.6,
                0.70 + 0.32 * near,
                color,
            )
        heights = noise.ridge(random, 0.62, 8)
        canvas.shape(
            noise.outline(heights, 0.72 + 0.27 * near, 0.03),
            color,
            mix(color, haze, 0.25 * (1 - near)),
        )
        if layer < layers - 1:
            canvas.veil(haze, [(0, 0.08), (0.62, 0.3), (0.8, 0.36 * (1 - near)), (1, 0.1)], 0.5)
    _shafts(canvas, x, mix(look.light, (255, 226, 150), 0.5))


def _trunk(canvas: Canvas, x: float, thick: float, foot: float, color: Color) -> None:
    random = canvas.random
    lean = random.uniform(-0.025, 0.025)
    half = thick * canvas.unit / canvas.width * random.uniform(0.6, 1.2)
    canvas.shape(
        [
            (x + lean - half * 0.62, -0.01),
            (x + lean + half * 0.62, -0.01),
            (x + half, foot - 0.03),
            (x + half * 1.9, foot + 0.02),
            (x - half * 1.9, foot + 0.02),
            (x - half, foot - 0.03),
        ],
        color,
    )
    for _ in range(random.randint(2, 4)):
        y = random.uniform(0.0, 0.42)
        side = random.choice((-1, 1))
        reach = half * random.uniform(4, 9)
        canvas.line(
            [
                (x + lean * (1 - y), y + 0.05),
                (x + side * reach * 0.5, y + 0.01),
                (x + side * reach, y - 0.04),
            ],
            thick * 0.16,
            color,
        )


def _shafts(canvas: Canvas, x: float, color: Color) -> None:
    """Slanting rays from above, soft-edged."""
    random = canvas.random
    soft = canvas.smaller()
    slant = random.uniform(-0.35, 0.35)
    for _ in range(6):
        start = x + random.uniform(-0.3, 0.3)
        wide = random.uniform(0.015, 0.06)
        soft.shape(
            [
                (start, -0.05),
                (start + wide * 0.4, -0.05),
                (start + slant + wide * 1.8, 1.0),
                (start + slant - wide, 1.0),
            ],
            darker(color, 0.55),
        )
    soft.image = soft.image.filter(ImageFilter.GaussianBlur(soft.unit / 60))
    fade = gradient(soft.image.size, [(0, (255, 255, 255)), (0.85, (0, 0, 0))])
    rays = ImageChops.multiply(soft.image, fade).resize(
        canvas.image.size, Image.Resampling.BILINEAR
    )
    canvas.image = ImageChops.screen(canvas.image, rays)


def meadow(canvas: Canvas, words: Words) -> None:
    """Hills of flowers, small and many far away, large and few in front."""
    look = mood.choose(words - {"blue"}, canvas.random, (*mood.DAY, *mood.DUSK))
    random = canvas.random
    x, y = random.uniform(0.2, 0.8), random.uniform(0.2, 0.34)
    soft = canvas.smaller()
    soft.fill([(0, look.zenith), (0.3, look.middle), (0.52, look.horizon), (1, look.horizon)])
    soft.glow(x, y, 0.8, look.light, 0.7)
    soft.cloud(
        lighter(look.horizon, 0.55), 122, 190, 0.8, 0.28, 3, [(0, 0.3), (0.25, 1), (0.5, 0.1)]
    )
    canvas.cover(soft)
    green = mix(look.near, (86, 128, 62), 0.62)
    for layer in range(5):
        near = layer / 4
        color = mix(mix(green, look.horizon, 0.62), darker(green, 0.35), near)
        base = 0.50 + 0.32 * near
        canvas.shape(
            noise.outline(noise.swell(random, 3), base, 0.05),
            mix(color, look.light, 0.18),
            darker(color, 0.3 * near),
        )
    petals = (
        look.accent,
        lighter(look.accent, 0.25),
        mix(look.accent, (255, 200, 90), 0.6),
        lighter(look.light, 0.2),
    )
    for step in range(420):
        near = (step / 420) ** 1.4
        foot = 0.60 + 0.46 * near + random.uniform(-0.02, 0.02)
        _flower(
            canvas,
            random.random(),
            foot,
            0.0035 + 0.034 * near**1.7,
            random.choice(petals),
            darker(green, 0.45),
        )


def _flower(canvas: Canvas, x: float, y: float, size: float, petal: Color, stem: Color) -> None:
    """A poppy seen from the side; `size` in shorter sides."""
    random = canvas.random
    sway = random.uniform(-0.4, 0.4) * size
    if size > 0.008:
        canvas.line(
            [(x, y + size * 5), (x + sway * 0.4, y + size * 2), (x + sway, y)], size * 0.09, stem
        )
    wide, high = size * canvas.unit / canvas.width, size * canvas.unit / canvas.height
    steps = 8 if size < 0.008 else 28
    top: list[Point] = []
    for step in range(steps):
        angle = math.tau * step / steps
        edge = 1 + 0.14 * math.sin(angle * 5 + x * 40)
        top.append(
            (x + sway + wide * edge * math.cos(angle), y + high * 0.72 * edge * math.sin(angle))
        )
    canvas.shape(top, lighter(petal, 0.12), darker(petal, 0.25))
    if size > 0.008:
        canvas.disc(x + sway, y + high * 0.1, size * 0.24, darker(petal, 0.75), opacity=0.85)
