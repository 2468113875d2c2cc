"""The colours of a scene, chosen by the words of its prompt."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from random import Random

from dreamina_desktop.sandbox.pictures.color import Color, mix, rgb


@dataclass(frozen=True, slots=True)
class Mood:
    """A sky from top to horizon, its light, and the ground from far to near."""

    zenith: Color
    middle: Color
    horizon: Color
    light: Color
    far: Color
    near: Color
    accent: Color

    def ground(self, share: float) -> Color:
        """The ground's colour at a distance: 0 far, 1 near."""
        return mix(self.far, self.near, share)


def _mood(text: str) -> Mood:
    return Mood(*map(rgb, text.split()))


NIGHT = (
    _mood("070b1f 10224a 1f4a6e bfe9ff 1c3a5c 050912 59f0b4"),
    _mood("0a0820 251a4d 4c3a7a e6d7ff 33305f 08071a 8de0ff"),
    _mood("04121c 0b3140 1c5d66 d6fff2 1b4650 030b10 b8ff9a"),
)
DAWN = (
    _mood("39507f b98a9c f7c59f fff1c9 8d8aa6 23283f e4572e"),
    _mood("2d5d7b 8fb8bd fbdcb2 fff6d8 86a5ab 1d3640 d9483b"),
    _mood("5a5a92 d59ab0 ffd7b5 fffbe0 a294b4 2d2a4a f06543"),
)
DUSK = (
    _mood("1d1b47 8a3f6e f58a5c ffd98a 7d4a6f 190f2b ffd166"),
    _mood("132a4f 6b4f86 f3936f ffe2a6 65577f 0f1730 ffe08a"),
    _mood("31193f b24760 fbb161 ffeeb0 8a4a5d 200d24 7ee0d0"),
)
DAY = (
    _mood("2f7fc0 8cc3e6 e6f3f5 fffbe9 9dbfc9 2f5d50 e8503a"),
    _mood("3a91b5 9fd6d9 f3f0dc fffdf0 a6c8bd 33623f f2a93b"),
    _mood("4d86c6 a9c9ea f7efe4 ffffff a7b8cf 3c5a74 d94f6b"),
)
STORM = (
    _mood("1a222c 46535e 9aa5a4 f4ecd2 5d6a73 11161c f2c14e"),
    _mood("17202b 3b4f63 8b9caf e8f0ff 52657a 0d131b ff9f45"),
)
WARM = (
    _mood("c8643c eea15a fbdca0 fff3cf d9853f 6b2a1e 28506e"),
    _mood("8fb7bd f0d9b5 fbe7c6 fffaf0 e0a24e 7d3f24 2f4d74"),
    _mood("6d3b5e d9776b fac78f ffefc4 c97f5b 4a1d2f 2a7f8e"),
)

_WORDS: tuple[tuple[tuple[Mood, ...], frozenset[str]], ...] = (
    (STORM, frozenset(("storm", "stormy", "rain", "fog", "foggy", "snow", "winter"))),
    (
        NIGHT,
        frozenset(("night", "midnight", "aurora", "moon", "moonlit", "stars", "space", "galaxy")),
    ),
    (DAWN, frozenset(("dawn", "morning", "sunrise", "mist", "misty", "pastel"))),
    (DUSK, frozenset(("dusk", "sunset", "evening", "neon", "twilight", "golden"))),
    (WARM, frozenset(("desert", "dunes", "ochre", "autumn", "terracotta", "warm"))),
    (DAY, frozenset(("noon", "summer", "spring", "blue", "meadow"))),
)


def choose(words: AbstractSet[str], random: Random, otherwise: tuple[Mood, ...]) -> Mood:
    """One mood that fits the words; each picture of a prompt may get another."""
    for moods, signs in _WORDS:
        if words & signs:
            return random.choice(moods)
    return random.choice(otherwise)
