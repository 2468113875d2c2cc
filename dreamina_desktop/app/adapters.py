"""Adapters that take long to load, loaded in a thread when they are first used: the first frame
does not wait for them, and a library with nothing to do never loads them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from dreamina_desktop.core.jobs.answer import ImageAnswer, JobAnswer, Verdict
from dreamina_desktop.core.jobs.history import HistoryAnswer

if TYPE_CHECKING:
    from dreamina_desktop.api.client import DreaminaClient
    from dreamina_desktop.app.network import Network
    from dreamina_desktop.imaging.workers import ImagingWorkers


class Closeable(Protocol):
    """What a program closes at its end."""

    async def aclose(self) -> None: ...


T = TypeVar("T", bound=Closeable)


class Late(Generic[T]):
    """One object, made once. Where making it fails, the next who asks tries again."""

    def __init__(self, make: Callable[[], T]) -> None:
        """`make` is called in a thread."""
        self._make = make
        self._making: asyncio.Future[T] | None = None
        self.made: T | None = None

    async def get(self) -> T:
        if self.made is not None:
            return self.made
        if self._making is None:
            self._making = asyncio.get_running_loop().run_in_executor(None, self._make)
        try:
            self.made = await asyncio.shield(self._making)
        finally:
            if self._making is not None and self._making.done():
                self._making = None
        return self.made

    async def aclose(self) -> None:
        """What was made by now."""
        if self.made is not None:
            await self.made.aclose()


class LateApi:
    """Implements services.ports.JobApi and HistoryApi."""

    def __init__(self, network: Late[Network]) -> None:
        self._network = network
        self._token: str | None = None

    async def job(self, jobid: str) -> JobAnswer:
        return await (await self._client()).job(jobid)

    async def assets(self, account: str, offset: str | None = None) -> HistoryAnswer:
        return await (await self._client()).assets(account, offset)

    async def try_token(self, token: str) -> JobAnswer:
        return await (await self._client()).try_token(token)

    def use_token(self, token: str | None) -> None:
        self._token = token
        if self._network.made is not None:
            self._network.made.client.use_token(token)

    async def _client(self) -> DreaminaClient:
        """With the token that was given last, also while it was made."""
        client = (await self._network.get()).client
        client.use_token(self._token)
        return client


class LateImageSource:
    """Implements services.ports.ImageSource."""

    def __init__(self, network: Late[Network]) -> None:
        self._network = network

    async def fetch(self, url: str) -> ImageAnswer:
        return await (await self._network.get()).source.fetch(url)

    def received(self, url: str) -> int:
        return 0 if self._network.made is None else self._network.made.source.received(url)

    def forget(self, url: str) -> None:
        if self._network.made is not None:
            self._network.made.source.forget(url)


class LateImaging:
    """Implements services.ports.Imaging."""

    def __init__(self, imaging: Late[ImagingWorkers]) -> None:
        self._imaging = imaging

    async def verify(self, file: Path) -> Verdict:
        return await (await self._imaging.get()).verify(file)

    async def thumbnails(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        return await (await self._imaging.get()).thumbnails(files)

    async def previews(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        return await (await self._imaging.get()).previews(files)
