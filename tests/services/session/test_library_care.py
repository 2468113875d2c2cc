"""The daily backup: looked after each hour, and a failure said once."""

from __future__ import annotations

from world import World, with_world

from dreamina_desktop.services.session.library_care import BackupKeeper


class FakeDatabase:
    def __init__(self) -> None:
        self.looks = 0
        self.broken = False

    async def back_up_if_due(self) -> None:
        self.looks += 1
        if self.broken:
            raise OSError("It needs 200 MB on the disk, and 3 MB are free.")


@with_world()
async def test_it_is_looked_at_at_the_start_and_each_hour(world: World) -> None:
    database = FakeDatabase()
    keeper = BackupKeeper(database, world.clock, world.messages)
    world.supervisor.spawn(keeper.run(), "backups")
    await world.advance(1)
    assert database.looks == 1
    await world.advance(24 * 3600)
    assert database.looks == 25
    assert world.said == []


@with_world()
async def test_a_failure_is_said_once_a_run_and_it_is_tried_again(world: World) -> None:
    database = FakeDatabase()
    database.broken = True
    keeper = BackupKeeper(database, world.clock, world.messages)
    world.supervisor.spawn(keeper.run(), "backups")
    await world.advance(5 * 3600 + 1)
    assert database.looks == 5 + 1
    words = "The daily backup could not be made. It needs 200 MB on the disk, and 3 MB are free."
    assert world.said == [words]
