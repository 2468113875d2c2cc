"""The world outside of the services, opened: the API, image hosts, the disk, Pillow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dreamina_desktop.app.adapters import Late, LateApi, LateImageSource, LateImaging
from dreamina_desktop.app.exports import Exports
from dreamina_desktop.core.text.urls import ApiUrl
from dreamina_desktop.files.images import ImageFiles
from dreamina_desktop.files.parts import PARTS, PartFiles
from dreamina_desktop.services.traffic.server_clock import ServerClock

if TYPE_CHECKING:
    from dreamina_desktop.app.network import Network
    from dreamina_desktop.imaging.workers import ImagingWorkers


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
