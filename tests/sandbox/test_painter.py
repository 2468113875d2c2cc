"""Pictures: whole JPEGs of the true size, different where they should be."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from dreamina_desktop.sandbox.catalog import PROMPTS
from dreamina_desktop.sandbox.pictures.painter import draw

SIZES = [(320, 180), (180, 320), (240, 240), (378, 162)]


def opened(file: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(file), formats=("JPEG",))
    picture.load()
    return picture


@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_prompt_gives_a_whole_picture_in_every_shape(prompt: str) -> None:
    for index, size in enumerate(SIZES):
        picture = opened(draw(prompt, index, *size))
        assert (picture.mode, picture.size) == ("RGB", size)
        colours = picture.getcolors(1 << 20)
        assert colours is not None
        assert len(colours) > 500


def test_prompts_and_indexes_give_different_pictures() -> None:
    files = [draw(prompt, index, 160, 90) for prompt in PROMPTS for index in range(4)]
    assert len(set(files)) == len(files)


def test_the_same_prompt_and_index_give_the_same_bytes() -> None:
    assert draw(PROMPTS[0], 2, 160, 90) == draw(PROMPTS[0], 2, 160, 90)


@pytest.mark.parametrize("prompt", ["", "…", "月と海", "x" * 1600])
def test_any_prompt_can_be_drawn(prompt: str) -> None:
    assert opened(draw(prompt, 0, 160, 90)).size == (160, 90)
