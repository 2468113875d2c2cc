"""Both HTTP clients. Loading this takes a tenth of a second: app/adapters.py does it late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dreamina_desktop.api.client import DreaminaClient
from dreamina_desktop.api.http import make_tls_context
from dreamina_desktop.api.image_source import HttpImageSource
from dreamina_desktop.core.text.urls import ApiUrl
from dreamina_desktop.files.parts import PartFiles
from dreamina_desktop.services.traffic.server_clock import ServerClock


@dataclass(frozen=True, slots=True)
class Network:
    """The API's client, and the images' that knows no token."""

    client: DreaminaClient
    source: HttpImageSource

    async def aclose(self) -> None:
        await self.client.aclose()
        await self.source.aclose()


def make_network(
    api: ApiUrl,
    parts: PartFiles,
    server_clock: ServerClock,
    allows_fake_addresses: Callable[[], bool],
) -> Network:
    """Blocks: the system's certificates are read once, for both."""
    tls = make_tls_context()
    client = DreaminaClient(api, tls, server_clock.heard)
    source = HttpImageSource(
        parts,
        tls,
        allow_loopback=api.is_loopback,
        allows_fake_addresses=allows_fake_addresses,
        now=server_clock.time,
    )
    return Network(client, source)
