"""Connections to public addresses only: a name is resolved once, and what was checked is what
is connected to. TLS goes on with the name, so the certificate is checked against it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence

import httpcore

from dreamina_desktop.api.addresses import Address, is_allowed

_PER_ADDRESS_S = 4.0  # a host with a dead IPv6 address is reached by its next one
_MOST_ADDRESSES = 6


class RefusedAddressError(Exception):
    """The host is on an address that is not for images. In words."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """A network backend of httpcore that looks before it connects."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._allow_loopback = allow_loopback
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
        """Every address of a host; none of them may be a refused one."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        for address in addresses:
            if not is_allowed(address, allow_loopback=self._allow_loopback):
                raise RefusedAddressError("The link leads to an address of a private network.")
        return list(dict.fromkeys(addresses))[:_MOST_ADDRESSES]

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
