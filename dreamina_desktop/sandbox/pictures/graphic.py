"""Scenes in flat colour: paper cut, leaves, a cup of tea, a planet, a portrait of shapes."""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet

from dreamina_desktop.sandbox.pictures import mood, noise
from dreamina_desktop.sandbox.pictures.canvas import Canvas
from dreamina_desktop.sandbox.pictures.color import Color, darker, lighter, mix, rgb
from dreamina_desktop.sandbox.pictures.noise import Point

Words = AbstractSet[str]
Palette = tuple[Color, ...]

PRINTS: tuple[Palette, ...] = tuple(
    tuple(map(rgb, text.split()))
    for text in (
        "f4ead8 d8572a db7c26 f7b538 2f4858 86615c",
        "f1ede4 26547c ef476f ffd166 06a77d 3d3a4b",
        "fbf3e4 9a031e fb8b24 e36414 0f4c5c 5f0f40",
        "eef0e5 304d30 b6c4b6 d9a05b 163020 7d8f69",
        "f6efe6 3d405b e07a5f 81b29a f2cc8f 6d597a",
    )
)


def paper(canvas: Canvas, words: Words) -> None:
    """Layers of cut paper, each with its shadow, around a deep middle."""
    random = canvas.random
    look = mood.choose(words, random, (*mood.WARM, *mood.DUSK, *mood.DAWN))
    x, y = random.uniform(0.36, 0.64), random.uniform(0.26, 0.36)
    soft = canvas.smaller()
    soft.fill([(0, lighter(look.horizon, 0.25)), (0.6, look.horizon), (1, look.middle)])
    soft.glow(x, y, 0.7, look.light, 0.9)
    canvas.cover(soft)
    canvas.cast_shadow(canvas.circle(x, y, 0.16), 0.015, 0.012, 0.3)
    canvas.disc(x, y, 0.16, lighter(look.far, 0.2), mix(look.far, look.near, 0.25))
    layers = 7
    for layer in range(layers):
        near = layer / (layers - 1)
        sharp = layer % 2 == 0 and bool(words & {"mountain", "mountains", "peaks"})
        heights = _folds(canvas) if sharp else noise.swell(random, 3)
        points = noise.outline(heights, 0.44 + 0.5 * near, 0.075 if sharp else 0.055)
        canvas.cast_shadow(points, 0.016, -0.016, 0.42)
        color = mix(lighter(look.far, 0.35 * (1 - near)), look.near, near**1.1)
        color = mix(color, look.accent, 0.78 if layer % 3 == 2 else 0.0)
        canvas.shape(points, lighter(color, 0.1), darker(color, 0.14))
    canvas.cloud((255, 255, 255), 120, 255, 0.10, 0.012, 1.0)


def _folds(canvas: Canvas) -> list[float]:
    """Straight-edged peaks."""
    random = canvas.random
    peaks = [
        random.uniform(-0.8, 1.5) if step % 2 else random.uniform(-1.4, -0.2) for step in range(12)
    ]
    steps = 240
    heights = []
    for step in range(steps + 1):
        place = step / steps * (len(peaks) - 1)
        first = min(int(place), len(peaks) - 2)
        heights.append(peaks[first] + (peaks[first + 1] - peaks[first]) * (place - first))
    return heights


def leaves(canvas: Canvas, _words: Words) -> None:
    """A print of stems and leaves before a disc, as on a poster."""
    random = canvas.random
    ground, *inks = random.choice(PRINTS)
    canvas.fill([(0, lighter(ground, 0.2)), (1, darker(ground, 0.06))])
    canvas.cloud(darker(ground, 0.35), 130, 240, 0.12, 0.02, 1.0)
    x, y = random.uniform(0.34, 0.66), random.uniform(0.3, 0.44)
    canvas.disc(x, y, random.uniform(0.22, 0.3), lighter(inks[2], 0.12), inks[2])
    canvas.disc(x + random.uniform(-0.16, 0.16), y + 0.14, 0.13, inks[1], opacity=0.8)
    stems = 9 if canvas.aspect > 1.2 else 7
    order = list(range(stems))
    random.shuffle(order)
    for number in order:
        foot = 0.5 + (number - (stems - 1) / 2) * 0.9 / stems
        _stem(canvas, foot, random.uniform(0.45, 0.86), random.choice(inks), number % 3)


def _stem(canvas: Canvas, foot: float, tall: float, ink: Color, kind: int) -> None:
    """A bent stem with pairs of leaves of one kind."""
    random = canvas.random
    bend = random.uniform(-0.16, 0.16) / canvas.aspect
    steps = 30
    path = [
        (foot + bend * (step / steps) ** 1.8, 1.03 - tall * step / steps)
        for step in range(steps + 1)
    ]
    canvas.line(path, 0.006, darker(ink, 0.15))
    pairs = random.randint(5, 8)
    for pair in range(pairs):
        share = 0.3 + 0.7 * pair / (pairs - 1)
        x, y = path[round(share * steps)]
        size = (0.13 - 0.05 * share) * random.uniform(0.85, 1.15)
        sides = (-1, 1) if pair < pairs - 1 else (0,)
        for side in sides:
            angle = -math.pi / 2 + side * random.uniform(0.7, 1.05)
            color = mix(ink, (255, 255, 255), random.uniform(0, 0.16))
            _leaf(canvas, x, y, size, angle, color, (0.24, 0.4, 0.13)[kind])


def _leaf(
    canvas: Canvas, x: float, y: float, size: float, angle: float, color: Color, plump: float
) -> None:
    """A leaf from its stalk at (x, y); `plump`: half its width in lengths."""
    across, down = canvas.unit / canvas.width, canvas.unit / canvas.height
    turn, lift = math.cos(angle), math.sin(angle)

    def at(along: float, aside: float) -> Point:
        return (
            x + (along * turn - aside * lift) * size * across,
            y + (along * lift + aside * turn) * size * down,
        )

    steps = 22
    upper = [
        at(step / steps, plump * math.sin(math.pi * (step / steps) ** 0.8))
        for step in range(steps + 1)
    ]
    lower = [
        at(step / steps, -plump * math.sin(math.pi * (step / steps) ** 0.8))
        for step in range(steps, -1, -1)
    ]
    canvas.shape([*upper, *lower], color)
    canvas.shape([*upper, at(0, 0)], darker(color, 0.14))
    canvas.line([at(0, 0), at(0.94, 0)], size * 0.016, lighter(color, 0.4), 0.8)


def tea(canvas: Canvas, _words: Words) -> None:
    """A cup on a table in window light, steam above it."""
    random = canvas.random
    wall, *inks = random.choice(PRINTS)
    inks = sorted(inks, key=sum)
    table = mix(inks[2], rgb("8a5a3c"), 0.62)
    edge = random.uniform(0.6, 0.66)
    soft = canvas.smaller()
    soft.fill([(0, darker(wall, 0.18)), (edge, darker(wall, 0.05)), (1, wall)])
    soft.glow(random.choice((0.15, 0.85)), 0.12, 1.25, rgb("fff2d0"), 0.85)
    canvas.cover(soft)
    _window_light(canvas, edge)
    canvas.shape(
        [(-0.01, edge), (1.01, edge), (1.01, 1.02), (-0.01, 1.02)],
        lighter(table, 0.26),
        darker(table, 0.32),
    )
    for _ in range(42):
        y = edge + (1 - edge) * random.random() ** 1.3
        start = random.uniform(-0.2, 0.9)
        canvas.line(
            [(start, y), (start + random.uniform(0.1, 0.5), y + random.uniform(-0.004, 0.004))],
            0.0016,
            darker(table, 0.45),
            0.28,
        )
    x = random.uniform(0.42, 0.58)
    y = edge + 0.16
    _cup(canvas, x, y, random.uniform(0.2, 0.24), inks[3])
    _steam(canvas, x, y)
    _sprig(canvas, x + random.choice((-1, 1)) * 0.3 / canvas.aspect * 1.2, edge + 0.22, inks[1])


def _window_light(canvas: Canvas, edge: float) -> None:
    """Four slanted panes of light on the wall."""
    left = canvas.random.uniform(0.08, 0.5)
    for column in range(2):
        for row in range(2):
            x, y = left + column * 0.13, 0.08 + row * 0.22
            slant = 0.05
            canvas.shape(
                [
                    (x, y),
                    (x + 0.12, y - 0.02),
                    (x + 0.12 + slant, min(edge, y + 0.18)),
                    (x + slant, min(edge, y + 0.2)),
                ],
                rgb("fff4d6"),
                opacity=0.36,
            )


def _ellipse(canvas: Canvas, x: float, y: float, size: float, flat: float) -> list[Point]:
    return [(px, y + (py - y) * flat) for px, py in canvas.circle(x, y, size)]


def _cup(canvas: Canvas, x: float, y: float, size: float, glaze: Color) -> None:
    across, down = canvas.unit / canvas.width, canvas.unit / canvas.height
    canvas.cast_shadow(
        _ellipse(canvas, x + 0.03, y + size * down * 0.34, size * 1.5, 0.26), 0.03, 0.0, 0.5
    )
    plate = mix(glaze, (255, 255, 255), 0.45)
    canvas.shape(
        _ellipse(canvas, x, y + size * down * 0.34, size * 1.42, 0.27),
        lighter(plate, 0.25),
        darker(plate, 0.22),
    )
    canvas.shape(
        _ellipse(canvas, x, y + size * down * 0.31, size * 1.05, 0.2),
        darker(plate, 0.12),
        lighter(plate, 0.15),
    )
    handle = [
        (
            x
            + across * size * (0.72 + 0.6 * math.sin(step / 24 * math.pi) ** 0.8 * (1 - step / 60)),
            y - size * down * (0.46 - 0.56 * step / 24),
        )
        for step in range(25)
    ]
    canvas.line(handle, size * 0.13, darker(glaze, 0.22))
    canvas.line(handle[:16], size * 0.045, lighter(glaze, 0.15), 0.7)
    bowl = [
        (
            x + across * size * math.cos(step / 40 * math.pi),
            y - size * down * (0.62 - 1.02 * math.sin(step / 40 * math.pi) ** 0.62),
        )
        for step in range(41)
    ]
    canvas.shape(bowl, lighter(glaze, 0.16), darker(glaze, 0.28))
    for number in range(10):
        inner = 1 - 0.085 * number
        half = [point for point in bowl if point[0] >= x]
        within = [(x + (px - x) * inner, py) for px, py in reversed(half)]
        canvas.shape([*half, *within], darker(glaze, 0.6), opacity=0.07)
    rim = y - size * down * 0.62
    canvas.shape(_ellipse(canvas, x, rim, size, 0.24), lighter(glaze, 0.5), lighter(glaze, 0.2))
    canvas.shape(
        _ellipse(canvas, x, rim + size * down * 0.02, size * 0.93, 0.225),
        darker(glaze, 0.35),
        darker(glaze, 0.1),
    )
    canvas.shape(
        _ellipse(canvas, x, rim + size * down * 0.06, size * 0.84, 0.18),
        rgb("7a3b12"),
        rgb("c9822f"),
    )
    canvas.shape(
        _ellipse(canvas, x - across * size * 0.3, rim + size * down * 0.05, size * 0.24, 0.12),
        rgb("ffe3a8"),
        opacity=0.5,
    )


def _steam(canvas: Canvas, x: float, y: float) -> None:
    """Three rising, widening wisps, drawn soft."""
    random = canvas.random
    for number in range(3):
        start = x + (number - 1) * 0.06 / canvas.aspect
        phase = random.uniform(0, math.tau)
        for step in range(46):
            share = step / 46
            at = y - 0.2 - 0.42 * share
            shift = 0.035 * share * math.sin(phase + share * 7) + 0.012 * math.sin(
                phase * 2 + share * 13
            )
            canvas.glow(
                start + shift, at, 0.035 + 0.06 * share, (255, 255, 250), 0.2 * (1 - share) ** 1.1
            )


def _sprig(canvas: Canvas, x: float, y: float, ink: Color) -> None:
    for step in range(5):
        for side in (-1, 1):
            _leaf(
                canvas,
                x + 0.02 * step,
                y - 0.012 * step,
                0.07,
                -0.3 + side * 0.8,
                mix(ink, (255, 255, 255), 0.06 * step),
                0.26,
            )


def planet(canvas: Canvas, _words: Words) -> None:
    """A banded planet with a ring and moons among stars."""
    random = canvas.random
    look = random.choice((*mood.NIGHT, *mood.DUSK))
    soft = canvas.smaller()
    soft.fill([(0, darker(look.zenith, 0.55)), (1, darker(look.middle, 0.55))])
    soft.cloud(mix(look.middle, look.accent, 0.35), 120, 230, 0.55, 0.5, 1.4)
    soft.cloud(mix(look.horizon, look.light, 0.2), 140, 235, 0.4, 0.4, 1.8)
    canvas.cover(soft)
    canvas.stars(360, 1.0, look.light)
    x, y, size = random.uniform(0.4, 0.6), random.uniform(0.44, 0.56), random.uniform(0.25, 0.3)
    tilt = random.uniform(-0.32, 0.32)
    body = random.choice((look.horizon, look.accent, lighter(look.far, 0.2)))
    _ring(canvas, x, y, size, tilt, look.light, behind=True)
    canvas.glow(x, y, size * 1.7, body, 0.4)
    _globe(canvas, x, y, size, tilt, body, look.light)
    _ring(canvas, x, y, size, tilt, look.light, behind=False)
    canvas.disc(
        x + 0.3 / canvas.aspect * 1.5,
        y - 0.26,
        0.03,
        lighter(look.horizon, 0.4),
        darker(look.horizon, 0.4),
    )


def _globe(
    canvas: Canvas, x: float, y: float, size: float, tilt: float, body: Color, light: Color
) -> None:
    """Bands across a ball: chords of the circle, tilted, then the shade of its far side."""
    random = canvas.random
    canvas.disc(x, y, size, lighter(body, 0.1), darker(body, 0.2))
    wide, high = size * canvas.unit / canvas.width, size * canvas.unit / canvas.height
    low = -0.95
    while low < 0.9:
        top = min(0.95, low + random.uniform(0.07, 0.24))
        color = mix(
            body,
            random.choice((light, darker(body, 0.5), lighter(body, 0.5))),
            random.uniform(0.15, 0.5),
        )
        angles = [math.asin(low), math.asin(top)]
        right = [angles[0] + (angles[1] - angles[0]) * step / 16 for step in range(17)]
        rim = [(math.cos(angle), math.sin(angle)) for angle in right]
        sag = [(-1 + 2 * step / 24) for step in range(25)]
        upper = [
            (share * math.cos(angles[1]), math.sin(angles[1]) + 0.07 * (1 - share * share))
            for share in reversed(sag)
        ]
        lower = [
            (share * math.cos(angles[0]), math.sin(angles[0]) + 0.07 * (1 - share * share))
            for share in sag
        ]
        left = [(-px, py) for px, py in reversed(rim)]
        points = [*lower, *rim, *upper, *left]
        turned = [
            (px * math.cos(tilt) - py * math.sin(tilt), px * math.sin(tilt) + py * math.cos(tilt))
            for px, py in points
        ]
        inside = [
            (px / max(1.0, math.hypot(px, py)), py / max(1.0, math.hypot(px, py)))
            for px, py in turned
        ]
        canvas.shape([(x + wide * px, y + high * py) for px, py in inside], color, opacity=0.8)
        low = top + random.uniform(0.02, 0.12)
    for step in range(14):
        share = step / 14
        arc = [math.pi / 2 - math.pi * number / 60 for number in range(61)]
        outer = [(math.cos(angle), math.sin(angle)) for angle in arc]
        inner = [
            (math.cos(angle) * (0.95 - 1.5 * share), math.sin(angle)) for angle in reversed(arc)
        ]
        canvas.shape(
            [(x + wide * px, y + high * py) for px, py in (*outer, *inner)],
            (4, 4, 16),
            opacity=0.085,
        )


def _ring(
    canvas: Canvas, x: float, y: float, size: float, tilt: float, color: Color, *, behind: bool
) -> None:
    wide, high = size * canvas.unit / canvas.width, size * canvas.unit / canvas.height
    start = math.pi if behind else 0.0
    for number in range(9):
        reach = 1.42 + 0.075 * number
        points = []
        for step in range(81):
            angle = start + math.pi * step / 80
            px, py = reach * math.cos(angle), reach * 0.2 * math.sin(angle)
            points.append(
                (
                    x + wide * (px * math.cos(tilt) - py * math.sin(tilt)),
                    y + high * (px * math.sin(tilt) + py * math.cos(tilt)),
                )
            )
        canvas.line(
            points, size * (0.034 if number % 3 else 0.05), color, 0.2 + 0.35 * (number % 4) / 4
        )


def portrait(canvas: Canvas, _words: Words) -> None:
    """A head of a few large shapes, as a poster: hair, face, neck, shoulders, a sun behind."""
    random = canvas.random
    ground, *inks = random.choice(PRINTS)
    random.shuffle(inks)
    canvas.fill([(0, lighter(ground, 0.1)), (1, darker(ground, 0.1))])
    x, y = random.uniform(0.44, 0.56), 0.43
    across, down = canvas.unit / canvas.width, canvas.unit / canvas.height

    def at(px: float, py: float) -> Point:
        return (x + px * across, y + py * down)

    for number in range(5):
        canvas.shape(
            canvas.circle(*at(0.0, 0.02), 0.62 - 0.09 * number),
            mix(inks[0], ground, 0.86 - 0.17 * number),
        )
    skin = random.choice((rgb("d99a6c"), rgb("8d5a3b"), rgb("f0c19c"), rgb("5f3a2a")))
    hair = darker(inks[1], 0.35)
    shoulders = [
        at(-0.5 + step / 40, 0.56 - 0.17 * math.sin(math.pi * step / 40) ** 0.6)
        for step in range(41)
    ]
    canvas.shape(canvas.circle(*at(-0.03, -0.06), 0.275), hair, darker(hair, 0.3))
    fall = [
        at(-0.3, -0.1),
        at(-0.33, 0.2),
        at(-0.28, 0.42),
        at(0.0, 0.46),
        at(0.24, 0.4),
        at(0.25, 0.1),
        at(0.24, -0.1),
    ]
    canvas.shape(_rounded(fall), hair, darker(hair, 0.3))
    canvas.shape(
        [at(-0.09, 0.1), at(0.085, 0.1), at(0.1, 0.45), at(-0.12, 0.45)],
        darker(skin, 0.2),
        darker(skin, 0.32),
    )
    canvas.shape([*shoulders, at(0.54, 0.9), at(-0.54, 0.9)], inks[2], darker(inks[2], 0.3))
    face = [
        at(
            0.165
            * math.sin(step / 60 * math.tau)
            * (1 - 0.16 * max(0, -math.cos(step / 60 * math.tau))),
            -0.005 - 0.215 * math.cos(step / 60 * math.tau),
        )
        for step in range(60)
    ]
    canvas.shape(face, lighter(skin, 0.1), skin)
    half = [point for point in face if point[0] > x]
    canvas.shape(
        [*half, at(0.02, 0.2), at(-0.01, 0.05), at(0.035, -0.02), at(0.0, -0.2)],
        darker(skin, 0.3),
        opacity=0.45,
    )
    fringe = [
        at(-0.18, 0.02),
        at(-0.19, -0.16),
        at(-0.08, -0.26),
        at(0.09, -0.25),
        at(0.19, -0.14),
        at(0.185, 0.0),
        at(0.12, -0.13),
        at(-0.02, -0.15),
        at(-0.12, -0.1),
    ]
    canvas.shape(_rounded(fringe), hair)
    for side in (-1, 1):
        lid = [
            at(
                side * 0.074 + 0.042 * math.cos(math.pi * step / 12),
                -0.01 + 0.02 * math.sin(math.pi * step / 12),
            )
            for step in range(13)
        ]
        canvas.line(lid, 0.007, darker(hair, 0.4))
        brow = [
            at(side * 0.074 - 0.048, -0.055 - 0.004 * side),
            at(side * 0.074, -0.068),
            at(side * 0.074 + 0.048, -0.055 + 0.004 * side),
        ]
        canvas.line(brow, 0.008, darker(hair, 0.2))
        canvas.disc(*at(side * 0.088, 0.062), 0.03, inks[3], opacity=0.28)
    canvas.line([at(0.012, -0.02), at(0.028, 0.055), at(0.0, 0.064)], 0.006, darker(skin, 0.5))
    mouth = [
        at(-0.048, 0.118),
        at(-0.018, 0.107),
        at(0.0, 0.112),
        at(0.018, 0.107),
        at(0.048, 0.118),
        at(0.0, 0.143),
    ]
    canvas.shape(_rounded(mouth), mix(rgb("c4413d"), skin, 0.2))
    canvas.disc(*at(-0.168, 0.13), 0.024, inks[3])
    canvas.disc(*at(0.165, 0.13), 0.024, inks[3])
    for number in range(5):
        angle = -2.3 + 0.42 * number
        _leaf(
            canvas,
            *at(0.24 * math.cos(angle) - 0.02, 0.24 * math.sin(angle) - 0.05),
            0.15,
            angle + 0.25,
            inks[number % 4],
            0.24,
        )
    canvas.cloud(darker(ground, 0.5), 130, 245, 0.10, 0.02, 1.0)


def _rounded(points: list[Point]) -> list[Point]:
    """The polygon with its corners cut twice (Chaikin)."""
    for _ in range(3):
        finer: list[Point] = []
        for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
            finer += [
                (ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25),
                (ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75),
            ]
        points = finer
    return points
