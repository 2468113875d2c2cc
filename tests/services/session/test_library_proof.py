"""A library that turns out to be damaged is said to be, and nothing else is."""

from __future__ import annotations

import pytest
from world import World, with_world

from dreamina_desktop.core.errors import DamagedError, DatabaseError
from dreamina_desktop.services.session.library_care import prove_library
from dreamina_desktop.services.session.messages import Condition


class FakeDatabase:
    def __init__(self, trouble: DatabaseError | None = None) -> None:
        self.trouble = trouble

    async def prove(self) -> None:
        if self.trouble:
            raise self.trouble


@with_world()
async def test_a_whole_library_is_not_spoken_of(world: World) -> None:
    await prove_library(FakeDatabase(), world.clock, world.messages)
    assert world.messages.lasting is None


@pytest.mark.parametrize(
    ("trouble", "condition"),
    [
        (DamagedError("It is damaged. Start again."), Condition.DAMAGED),
        (DatabaseError("The disk reported an error."), Condition.DATABASE),
    ],
)
@with_world()
async def test_what_is_wrong_is_said_and_stays(
    world: World, trouble: DatabaseError, condition: Condition
) -> None:
    await prove_library(FakeDatabase(trouble), world.clock, world.messages)
    assert world.messages.lasting is not None
    assert world.messages.lasting.text == str(trouble)
    world.messages.lift(condition)
    assert world.messages.lasting is None
