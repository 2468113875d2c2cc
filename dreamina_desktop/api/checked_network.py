"""Connections to public addresses only: a name is resolved once, and what was checked is what
is connected to. TLS goes on with the name, so the certificate is checked against it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence

import httpcore

from dreamina_desktop.api.addresses import Address, is_allowed, is_fake

_PER_ADDRESS_S = 4.0  # a host with a dead IPv6 address is reached by its next one
_MOST_ADDRESSES = 6
_PRIVATE = (
    "For now, the name of the image host leads to an address of a private network. Where a network "
    "asks to sign in, sign in; then it is tried again by itself."
)
_FAKE = (
    "A proxy on this computer answers the name of the image host with an address of its own "
    "(198.18.0.0/15). Allow such addresses in the settings, or let the proxy resolve real ones."
)


class RefusedAddressError(Exception):
    """For now, all addresses of the host are such as are not for images. In words."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """A network backend of httpcore that looks before it connects."""

    def __init__(
        self, *, allow_loopback: bool, allows_fake: Callable[[], bool] = lambda: False
    ) -> None:
        """`allows_fake`: whether addresses are believed that a proxy on this machine made up."""
        self._allow_loopback = allow_loopback
        self._allows_fake = allows_fake
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises RefusedAddressError, httpcore.ConnectError or httpcore.ConnectTimeout."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
                return await self._connect(addresses, port, local_address, socket_options)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error

    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)

    async def _resolve(self, host: str, port: int) -> Sequence[Address]:
        """Those addresses of a host that are for images: beside them, such proxies and some
        networks give private ones."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [ipaddress.ip_address(str(entry[4][0])) for entry in found]
        allowed = list(dict.fromkeys(filter(self._is_allowed, addresses)))
        if addresses and not allowed:
            raise RefusedAddressError(_FAKE if any(map(is_fake, addresses)) else _PRIVATE)
        return allowed[:_MOST_ADDRESSES]

    def _is_allowed(self, address: Address) -> bool:
        if is_allowed(address, allow_loopback=self._allow_loopback):
            return True
        return is_fake(address) and self._allows_fake()

    async def _connect(
        self,
        addresses: Sequence[Address],
        port: int,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                return await self._plain.connect_tcp(
                    str(address), port, _PER_ADDRESS_S, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure
