"""Hosts that give and hosts that drip, in virtual time."""

from __future__ import annotations

import asyncio

from fake_clock import WALL_AT_START
from world import World, with_world

from dreamina_desktop.core.jobs.answer import Fetched, ImageAnswer, TryLater
from dreamina_desktop.core.jobs.job import ImageState
from dreamina_desktop.services.traffic.host_gates import host_of

FETCH_S = 0.2
GIVEN_UP_S = 60.0
HOSTS = ["drips", "a", "b", "c", "d"]


class Drips:
    """What `fetch` of a source does where some hosts send `bytes_per_s` and are given up."""

    def __init__(self, world: World, *hosts: str, bytes_per_s: int = 100) -> None:
        self.hosts = set(hosts)
        self.bytes_per_s = bytes_per_s
        self.under_way: list[tuple[float, str, int]] = []  # when a request starts: with how many
        self._world = world
        self._now: list[str] = []
        world.source.fetch = self.fetch  # type: ignore[method-assign]

    async def fetch(self, url: str) -> ImageAnswer:
        world, host = self._world, host_of(url).split(".")[0]
        self._now.append(host)
        self.under_way.append((world.clock.monotonic(), host, self._now.count(host)))
        world.source.fetched.append((world.clock.monotonic(), url))
        try:
            return await (self._drip(url) if host in self.hosts else self._give())
        finally:
            self._now.remove(host)
            world.source.here.pop(url, None)

    async def _give(self) -> Fetched:
        await asyncio.sleep(FETCH_S)
        return self._world.source.whole()

    async def _drip(self, url: str) -> TryLater:
        for second in range(int(GIVEN_UP_S)):
            self._world.source.here[url] = second * self.bytes_per_s
            await asyncio.sleep(1)
        return TryLater("The image host sends hardly anything.", network=True)


def dying(host: str, in_s: float) -> str:
    at = WALL_AT_START + in_s
    return f"https://{host}.example.com/{in_s:.0f}?x-expires={at:.0f}"


def saved_at(world: World, host: str) -> float:
    """When the last image of a host was asked for."""
    return max(at for at, url in world.source.fetched if host_of(url).startswith(f"{host}."))


@with_world()
async def test_one_host_of_five_that_drips_delays_nobody(world: World) -> None:
    """And its images would be the first to die."""
    drips = Drips(world, "drips")
    for place, host in enumerate(HOSTS):
        await world.add_completed(
            *(dying(host, 9000 * min(place, 1) + 90 * n + place) for n in range(1, 21)),
            index=place + 1,
        )
    await world.start(polls=False)
    await world.advance(20)
    for number in range(2, 6):
        assert all(image.state is ImageState.SAVED for image in world.job(number).images)
    # 80 images, four at once: a quarter of the slots was lost for two seconds.
    assert max(saved_at(world, host) for host in HOSTS[1:]) <= 80 / 4 * FETCH_S + 0.25 * 2 + FETCH_S
    early = [count for at, host, count in drips.under_way if host == "drips" and at < 1]
    assert early == [1]
    assert max(count for _, host, count in drips.under_way if host == "drips") == 4


@with_world()
async def test_among_hosts_that_give_the_soonest_to_die_go_first(world: World) -> None:
    Drips(world, "drips")
    for place, host in enumerate(HOSTS):
        await world.add_completed(
            *(dying(host, 100 * n + place) for n in range(1, 21)), index=place + 1
        )
    await world.start(polls=False)
    await world.advance(20)
    given = [url for url in world.source.urls() if "drips" not in url]
    deaths = [int(url.rpartition("=")[2]) for url in given]
    assert sorted(deaths[:4]) == sorted(deaths)[:4]
    assert deaths[4:] == sorted(deaths[4:])
    assert len(deaths) == 80


@with_world()
async def test_a_host_that_begins_to_drip_leaves_its_slots_to_the_others(world: World) -> None:
    drips = Drips(world)
    await world.add_completed(*(dying("turns", n) for n in range(1, 41)))
    await world.start(polls=False)
    await world.advance(1)
    drips.hosts.add("turns")
    await world.advance(0.5)
    await world.add_completed(*(dying("a", 9000 + n) for n in range(40)), index=2)
    await world.advance(2 + 40 / 4 * FETCH_S + FETCH_S)
    assert all(image.state is ImageState.SAVED for image in world.job(2).images)
    assert sum(image.state is ImageState.SAVED for image in world.job(1).images) < 40


@with_world()
async def test_a_host_that_gives_again_is_as_the_others(world: World) -> None:
    drips = Drips(world, "drips")
    await world.add_completed(*(dying("drips", 9000 + n) for n in range(4)))
    await world.start(polls=False)
    await world.advance(10)
    assert not world.downloader._hosts.slots._gives["drips.example.com"]
    drips.bytes_per_s = 100_000
    await world.advance(10)
    assert world.downloader._hosts.slots._gives["drips.example.com"]
    drips.hosts.clear()
    await world.advance(600)
    assert all(image.state is ImageState.SAVED for image in world.job().images)


@with_world()
async def test_two_hosts_that_drip_share_what_is_for_those(world: World) -> None:
    drips = Drips(world, "drips", "drops")
    await world.add_completed(*(dying("drips", n) for n in range(1, 21)))
    await world.add_completed(*(dying("drops", 9000 + n) for n in range(1, 21)), index=2)
    await world.add_completed(*(dying("a", 9000 + n) for n in range(1, 21)), index=3)
    await world.start(polls=False)
    await world.advance(30)
    assert all(image.state is ImageState.SAVED for image in world.job(3).images)
    most = {host: count for _, host, count in drips.under_way}
    assert (most["drips"], most["drops"]) == (2, 2)


@with_world()
async def test_a_host_that_is_alone_has_all_slots(world: World) -> None:
    Drips(world, "drips")
    await world.add_completed(*(dying("drips", n) for n in range(1, 21)))
    await world.start(polls=False)
    await world.advance(0.1)
    assert world.downloader.status.fetching == 4
    await world.advance(30)
    assert world.downloader.status.fetching == 4
