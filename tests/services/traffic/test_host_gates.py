from __future__ import annotations

from pathlib import Path

import pytest
from world import World, with_world

from dreamina_desktop.core.jobs.answer import (
    DiskTrouble,
    Fetched,
    Gone,
    ImageAnswer,
    LinkDied,
    TryLater,
    Unusable,
)
from dreamina_desktop.services.traffic.host_gates import Hosts, host_of

A, B = "https://a.example.com/1", "https://b.example.com/1"
BAD = TryLater("The image host answered 503.")
GOOD = Fetched(Path("1.part"), 1000, "5ha")


def hosts(world: World) -> tuple[Hosts, list[str]]:
    recovering: list[str] = []
    return Hosts(world.clock, lambda: 0.0, 4, on_recovering=recovering.append), recovering


@with_world()
async def test_hosts_wait_for_themselves(world: World) -> None:
    made, _ = hosts(world)
    assert made.wait("https://a.example.com/1", 60.0) == 60.0
    assert made.wait("https://A.example.com/2", 5.0) == 60.0
    assert made.opens_at("https://a.example.com/3") == 60.0
    assert made.opens_at("https://b.example.com/3") == 0.0
    assert made.opens_at("https://[") == 0.0
    assert made.wait("https://b.example.com/1", 1e9) == pytest.approx(3600)


@with_world()
async def test_a_host_that_fails_five_times_is_probed_and_others_are_not_touched(
    world: World,
) -> None:
    made, recovering = hosts(world)
    for _ in range(5):
        assert not made.is_down(A)
        made.heard(A, BAD)
    assert made.is_down(A)
    assert made.failing_since(A) == 0.0
    assert made.opens_at(A) == 1.0
    made.started(A)
    assert made.opens_at(A) > 1.0  # looked at again while the probe is under way
    made.ended(A)
    assert made.opens_at(B) == 0.0
    assert made.failing_since(B) is None
    made.heard(A, GOOD)
    assert recovering == ["a.example.com"]
    assert made.failing_since(A) is None


@pytest.mark.parametrize(
    "answer", [GOOD, Gone("404"), LinkDied("403"), Unusable("It is too large.")]
)
@with_world()
async def test_any_real_answer_says_that_a_host_works(world: World, answer: ImageAnswer) -> None:
    made, _ = hosts(world)
    for _ in range(3):
        for _ in range(4):
            made.heard(A, BAD)
        made.heard(A, answer)
    assert not made.is_down(A)


@pytest.mark.parametrize("answer", [DiskTrouble("Full."), TryLater("429", 5.0)])
@with_world()
async def test_our_disk_and_a_pause_say_nothing_about_a_host(
    world: World, answer: ImageAnswer
) -> None:
    made, _ = hosts(world)
    for _ in range(9):
        made.heard(A, answer)
    assert not made.is_down(A)
    for _ in range(5):
        made.heard(A, BAD)
        made.heard(A, answer)
    assert made.is_down(A)


@with_world()
async def test_more_and_more_requests_start_after_an_outage(world: World) -> None:
    made, recovering = hosts(world)
    for _ in range(5):
        made.heard(A, BAD)
    for under_way in range(4):
        made.heard(A, GOOD)
        assert made.opens_at(A) == 0.0
        made.started(A)
        assert (made.opens_at(A) > 0.0) is (under_way < 4)
    assert len(recovering) == 4
    made.heard(A, GOOD)
    assert len(recovering) == 4  # back at full speed: nobody waits for it


@with_world()
async def test_retries_of_a_host_have_a_budget_of_their_own(world: World) -> None:
    made, _ = hosts(world)
    for _ in range(10):
        assert made.opens_at(A, retry=True) <= world.clock.monotonic()
        made.started(A, retry=True)
        made.ended(A)
    assert made.opens_at(A, retry=True) == pytest.approx(6.0)
    assert made.opens_at(A) == 0.0
    assert made.opens_at(B, retry=True) <= world.clock.monotonic()


def test_a_host_is_named_with_its_port_and_in_small_letters() -> None:
    assert host_of("https://A.example.com:8443/x") == "a.example.com:8443"
    assert host_of("https://[") == ""
    assert host_of("") == ""
