"""The adapters of one run: the API, image hosts, the disk and Pillow, loaded in a thread when they
are first used: the first frame does not wait for them, and a library with nothing to do never
loads them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from dreamina_desktop.core.jobs.answer import ImageAnswer, JobAnswer, Verdict
from dreamina_desktop.core.jobs.history import HistoryAnswer
from dreamina_desktop.core.text.urls import ApiUrl
from dreamina_desktop.files.images import ImageFiles
from dreamina_desktop.files.parts import PARTS, PartFiles
from dreamina_desktop.services.traffic.server_clock import ServerClock

if TYPE_CHECKING:
    from dreamina_desktop.api.client import DreaminaClient
    from dreamina_desktop.app.network import Network
    from dreamina_desktop.files.export_target import ExportTarget
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


class Exports:
    """Work on the disk is done by `executor`."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def target(self, place: str) -> ExportTarget:
        """A folder, or a zip."""
        from dreamina_desktop.files.export_target import ExportTarget  # noqa: PLC0415

        return ExportTarget(Path(place), self._executor, rewrite)

    async def read_packet(self, file: str) -> bytes | None:
        """A file's XMP. Raises OSError, and ValueError where it is no picture."""
        from dreamina_desktop.imaging.metadata import read_xmp_file  # noqa: PLC0415

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, read_xmp_file, Path(file))


def rewrite(data: bytes, packet: bytes | None, keeps_credentials: bool) -> bytes:
    """A copy with this XMP, or without any metadata. One whose Content Credentials stay is the
    file itself. Raises ValueError where metadata cannot be told apart: nothing goes to others
    then."""
    from dreamina_desktop.imaging import metadata  # noqa: PLC0415

    if packet is None:
        return metadata.stripped(data)
    try:
        bare = metadata.without_credentials(data)
        return data if keeps_credentials and bare != data else metadata.with_xmp(bare, packet)
    except ValueError:
        return data  # for its owner: the record is beside it


@dataclass(frozen=True, slots=True)
class Outside:
    """Adapters, as the protocols of services.ports want them."""

    client: LateApi
    source: LateImageSource
    files: ImageFiles
    parts: PartFiles
    imaging: LateImaging
    exports: Exports

    def use_images_folder(self, folder: str, marker: str) -> None:
        """New images go there from now on, as long as the marker is there."""
        self.files.use_folder(Path(folder), marker)
        self.parts.use_folder(Path(folder) / PARTS, marker)


async def open_outside(
    stack: AsyncExitStack,
    api: ApiUrl,
    images: Path,
    server_clock: ServerClock,
    allows_fake_addresses: Callable[[], bool],
    *,
    is_read_only: bool,
) -> Outside:
    """Closed by `stack`. `allows_fake_addresses`: Preferences. What blocks, or takes long to load,
    is done in a thread."""
    disk = ThreadPoolExecutor(2, thread_name_prefix="disk")
    stack.callback(disk.shutdown, wait=False, cancel_futures=True)
    parts = PartFiles(images / PARTS)
    if not is_read_only:
        await asyncio.get_running_loop().run_in_executor(disk, parts.remove_leftovers)
    network = Late(lambda: _make_network(api, parts, server_clock, allows_fake_addresses))
    imaging = Late(_make_imaging)
    stack.push_async_callback(imaging.aclose)
    stack.push_async_callback(network.aclose)
    return Outside(
        LateApi(network),
        LateImageSource(network),
        ImageFiles(images, disk),
        parts,
        LateImaging(imaging),
        Exports(disk),
    )


def _make_network(
    api: ApiUrl,
    parts: PartFiles,
    server_clock: ServerClock,
    allows_fake_addresses: Callable[[], bool],
) -> Network:
    from dreamina_desktop.app.network import make_network  # noqa: PLC0415 - httpx takes long

    return make_network(api, parts, server_clock, allows_fake_addresses)


def _make_imaging() -> ImagingWorkers:
    from dreamina_desktop.imaging.workers import ImagingWorkers  # noqa: PLC0415 - so does Pillow

    return ImagingWorkers()
