from __future__ import annotations

from world import World, with_world

from dreamina_desktop.services.session.accounts import Accounts


def jobid(account: str, index: int) -> str:
    return f"j0302140530{index:09d}i-u12345-{account}-bot:dreamina"


FIRST, SECOND = jobid("US:first@example.com", 1), jobid("CA:second@example.com", 2)


@with_world()
async def test_accounts_are_lettered_in_the_order_of_tracking(world: World) -> None:
    accounts = Accounts(world.library, world.preferences)
    await world.track(SECOND, FIRST)
    assert [label.name for label in accounts.all().values()] == ["A", "B"]
    label = accounts.label(FIRST)
    assert label is not None
    assert label.name == "B"
    assert accounts.label("no account") is None
    assert accounts.label(None) is None


@with_world()
async def test_a_removed_job_does_not_change_letters(world: World) -> None:
    accounts = Accounts(world.library, world.preferences)
    await world.track(FIRST)
    await world.tracker.remove([1])
    await world.track(SECOND)
    label = accounts.label(SECOND)
    assert label is not None
    assert label.name == "B"


@with_world()
async def test_a_name_of_the_users_own_is_kept_and_taken_back(world: World) -> None:
    accounts = Accounts(world.library, world.preferences)
    heard: list[list[str]] = []
    accounts.subscribe(lambda: heard.append([label.name for label in accounts.all().values()]))
    await world.track(FIRST)
    accounts.rename("US:first@example.com", " Studio ")
    accounts.rename("US:first@example.com", "")
    assert heard == [["A"], ["Studio"], ["A"]]


@with_world()
async def test_addresses_are_masked(world: World) -> None:
    accounts = Accounts(world.library, world.preferences)
    await world.track(FIRST)
    masked = accounts.masked(f"{FIRST} and other@example.com")
    assert "@" not in masked
    assert "US:A-bot" in masked
