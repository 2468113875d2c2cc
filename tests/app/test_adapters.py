"""What is loaded late is made once, in a thread, and with what was said meanwhile."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from dreamina_desktop.app.adapters import Late, LateApi, LateImageSource


class FakeNetwork:
    """Says what it was told."""

    def __init__(self) -> None:
        self.tokens: list[str | None] = []
        self.closed = 0
        self.client: Any = SimpleNamespace(use_token=self.tokens.append, job=self._job)
        self.forgotten: list[str] = []
        self.source: Any = SimpleNamespace(forget=self.forgotten.append)

    async def _job(self, jobid: str) -> str:
        return f"{jobid} with {self.tokens[-1]}"

    async def aclose(self) -> None:
        self.closed += 1


class Maker:
    """Makes networks in threads, when a test lets it."""

    def __init__(self) -> None:
        self.made: list[FakeNetwork] = []
        self.threads: set[threading.Thread] = set()
        self.may_go_on = threading.Event()
        self.broken = False

    def __call__(self) -> Any:
        self.may_go_on.wait(60)
        self.threads.add(threading.current_thread())
        if self.broken:
            raise OSError("No certificates.")
        self.made.append(FakeNetwork())
        return self.made[-1]


async def test_it_is_made_once_and_not_on_the_loops_thread() -> None:
    maker = Maker()
    late = Late(maker)
    asked = [asyncio.create_task(late.get()) for _ in range(5)]
    await asyncio.sleep(0)
    maker.may_go_on.set()
    assert len({id(one) for one in await asyncio.gather(*asked)}) == 1
    assert await late.get() is maker.made[0]
    assert len(maker.made) == 1
    assert threading.main_thread() not in maker.threads
    await late.aclose()
    assert maker.made[0].closed == 1


async def test_what_failed_is_tried_again_by_the_next_who_asks() -> None:
    maker = Maker()
    maker.may_go_on.set()
    maker.broken = True
    late = Late(maker)
    with pytest.raises(OSError, match="certificates"):
        await late.get()
    maker.broken = False
    assert await late.get() is maker.made[0]


async def test_a_cancelled_caller_does_not_keep_the_others_from_it() -> None:
    maker = Maker()
    late = Late(maker)
    first, second = (asyncio.create_task(late.get()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    maker.may_go_on.set()
    assert await second is maker.made[0]
    assert len(maker.made) == 1


async def test_a_token_that_was_given_before_or_meanwhile_is_sent() -> None:
    maker = Maker()
    api = LateApi(Late(maker))
    api.use_token("first")
    asked = asyncio.create_task(api.job("j1"))
    await asyncio.sleep(0)
    api.use_token("second")
    maker.may_go_on.set()
    assert await asked == "j1 with second"  # type: ignore[comparison-overlap]
    api.use_token(None)
    assert maker.made[0].tokens[-1] is None


async def test_nothing_is_loaded_to_forget_a_link_or_to_close() -> None:
    maker = Maker()
    late = Late(maker)
    LateImageSource(late).forget("https://a.example.com/1")
    await late.aclose()
    assert maker.made == []


@pytest.mark.parametrize("module", ["httpx", "httpcore", "PIL", "keyring"])
def test_the_window_is_built_without_what_is_loaded_late(module: str) -> None:
    code = (
        "import sys; import dreamina_desktop.app.window, dreamina_desktop.app.program; "
        f"sys.exit({module!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
