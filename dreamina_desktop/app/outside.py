"""The world outside of the services, opened: the API, image hosts, the disk, Pillow."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from dreamina_desktop.api.client import DreaminaClient
from dreamina_desktop.api.http import make_tls_context
from dreamina_desktop.api.image_source import HttpImageSource
from dreamina_desktop.core.api_url import ApiUrl
from dreamina_desktop.imaging.workers import ImagingWorkers
from dreamina_desktop.services.server_clock import ServerClock
from dreamina_desktop.storage.image_files import ImageFiles
from dreamina_desktop.storage.part_files import PARTS, PartFiles


@dataclass(frozen=True, slots=True)
class Outside:
    """Adapters, as the protocols of services.ports want them."""

    client: DreaminaClient
    source: HttpImageSource
    files: ImageFiles
    parts: PartFiles
    imaging: ImagingWorkers

    def use_images_folder(self, folder: Path) -> None:
        """New images go there from now on."""
        self.files.use_folder(folder)
        self.parts.use_folder(folder / PARTS)


async def open_outside(
    stack: AsyncExitStack, api: ApiUrl, images: Path, server_clock: ServerClock
) -> Outside:
    """Closed by `stack`. What blocks is done in a thread."""
    imaging = ImagingWorkers()
    stack.push_async_callback(imaging.aclose)
    disk = ThreadPoolExecutor(2, thread_name_prefix="disk")
    stack.callback(disk.shutdown, wait=False, cancel_futures=True)
    parts = PartFiles(images / PARTS)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(disk, parts.remove_leftovers)
    tls = await loop.run_in_executor(disk, make_tls_context)
    client = DreaminaClient(api, tls, server_clock.heard)
    stack.push_async_callback(client.aclose)
    source = HttpImageSource(parts, tls, allow_loopback=api.is_loopback, now=server_clock.time)
    stack.push_async_callback(source.aclose)
    return Outside(client, source, ImageFiles(images, disk), parts, imaging)
