"""A prompt and an index -> a finished JPEG."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from random import Random

from dreamina_desktop.sandbox.pictures import graphic, landscape, water
from dreamina_desktop.sandbox.pictures.canvas import Canvas

Scene = Callable[[Canvas, AbstractSet[str]], None]

# The first scene that shares a word with the prompt is drawn.
_SCENES: tuple[tuple[Scene, frozenset[str]], ...] = (
    (graphic.paper, frozenset(("paper", "papercut", "origami", "cut"))),
    (graphic.portrait, frozenset(("portrait", "face", "woman", "man", "person", "girl", "boy"))),
    (graphic.tea, frozenset(("tea", "coffee", "cup", "kitchen", "breakfast"))),
    (landscape.aurora, frozenset(("aurora", "borealis", "northern"))),
    (water.lighthouse, frozenset(("lighthouse", "cliff", "tower"))),
    (water.boat, frozenset(("boat", "ship", "sail", "ocean", "sea", "harbour", "lake"))),
    (water.city, frozenset(("city", "skyline", "street", "neon", "tokyo", "buildings"))),
    (landscape.dunes, frozenset(("desert", "dunes", "dune", "sand", "camel"))),
    (landscape.forest, frozenset(("forest", "wood", "woods", "tree", "trees", "birch"))),
    (graphic.planet, frozenset(("planet", "space", "galaxy", "moon", "saturn", "ring"))),
    (landscape.meadow, frozenset(("meadow", "flowers", "flower", "poppies", "field"))),
    (graphic.leaves, frozenset(("leaves", "botanical", "plant", "garden", "poster"))),
    (landscape.mountains, frozenset(("mountain", "mountains", "alps", "peaks", "valley"))),
)
_OTHERWISE: tuple[Scene, ...] = (
    landscape.mountains,
    graphic.paper,
    graphic.leaves,
    water.boat,
    graphic.planet,
)


def draw(prompt: str, index: int, width: int, height: int) -> bytes:
    """A JPEG of this size in pixels; the same arguments give the same bytes."""
    words = frozenset(re.findall(r"\w+", prompt.lower()))
    canvas = Canvas(width, height, Random(f"{prompt} {index}"))
    _scene(prompt, words)(canvas, words)
    canvas.vignette(0.16)
    return canvas.jpeg()


def _scene(prompt: str, words: AbstractSet[str]) -> Scene:
    for scene, signs in _SCENES:
        if words & signs:
            return scene
    return Random(prompt).choice(_OTHERWISE)
