"""Fetch an image's bytes: without credentials, from public addresses, byte for byte.

Done with httpcore, the lower half of httpx: it sends a target as it is, keeps no cookies, knows
no netrc and follows no redirect. Behind a proxy only literal addresses can be checked, because
the proxy resolves the names.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace

import httpcore

from dreamina_desktop.api.addresses import is_allowed, literal_address
from dreamina_desktop.api.checked_network import CheckedNetwork, RefusedAddressError
from dreamina_desktop.api.content_coding import ContentDecoder, TooLongError
from dreamina_desktop.api.http import (
    FAULTS,
    TIMEOUTS,
    USER_AGENT,
    in_words,
)
from dreamina_desktop.api.part_writer import (
    MAX_IMAGE_BYTES,
    TOO_LARGE,
    WEB_PAGE,
    DiskError,
    NotAnImageError,
    PartFiles,
    PartWriter,
)
from dreamina_desktop.api.pool import decoded, open_pool
from dreamina_desktop.api.proxy import Proxy, proxy_for
from dreamina_desktop.api.transfer import (
    Interrupted,
    LeastRate,
    TooSlowError,
    Transfer,
    is_all,
    version_of,
)
from dreamina_desktop.api.transport import body_comes
from dreamina_desktop.api.wire import retry_after_s
from dreamina_desktop.core.jobs.answer import (
    DiskTrouble,
    Fetched,
    Gone,
    ImageAnswer,
    LinkDied,
    TryLater,
)
from dreamina_desktop.core.text.urls import ImageUrl, expires_at, parse_image_url, redirected

MAX_REDIRECTS = 3
HEAD_TIMEOUT_S = 60.0  # for a host that announces its answer again and again (103)
TOTAL_TIMEOUT_S = 7200.0  # of a body; a slow line may bring one for long
_REDIRECTS = (301, 302, 303, 307, 308)
_PASSING = (408, 425, 429)  # the 4xx that say nothing about the link


class HttpImageSource:
    """Implements services.ports.ImageSource."""

    def __init__(
        self,
        parts: PartFiles,
        tls: ssl.SSLContext,
        *,
        allow_loopback: bool,
        allows_fake_addresses: Callable[[], bool] = lambda: False,
        now: Callable[[], float] = time.time,
        head_timeout_s: float = HEAD_TIMEOUT_S,
        least_rate: LeastRate | None = None,
    ) -> None:
        """`allow_loopback`: the API itself is on loopback, so images may be too, and by http."""
        self._parts = parts
        self._tls = tls
        self._allow_loopback = allow_loopback
        self._allows_fake_addresses = allows_fake_addresses
        self._now = now
        self._head_timeout_s = head_timeout_s
        self._least_rate = least_rate or LeastRate()
        self._pools: dict[Proxy | None, httpcore.AsyncConnectionPool] = {}
        self._interrupted = Interrupted()
        self._under_way: dict[str, Transfer] = {}

    async def fetch(self, url: str) -> ImageAnswer:
        """A signed URL's bytes in a part file; what was cut goes on where the host sends the rest.
        Never raises for what a host can do."""
        if not url:
            return Gone("There is no link to this image.")
        answer = await self._transfer(url)
        if isinstance(answer, Gone | LinkDied) or (isinstance(answer, TryLater) and answer.refusal):
            expires = expires_at(url)
            if expires is not None and expires <= self._now():
                return LinkDied("The link had expired.")
        return answer

    def received(self, url: str) -> int:
        """How many bytes of it are here while it is fetched; 0 while it is not."""
        transfer = self._under_way.get(url)
        return transfer.writer.size if transfer and transfer.writer else 0

    def forget(self, url: str) -> None:
        """What was cut of this URL is not wanted any more."""
        self._interrupted.forget(url)

    async def aclose(self) -> None:
        """Close every connection; fetches under way end in TryLater."""
        self._interrupted.close()
        for proxy in tuple(self._pools):
            await self._drop(proxy)

    async def _transfer(self, url: str) -> ImageAnswer:
        transfer = self._under_way[url] = self._interrupted.take(url)
        try:
            answer = await self._follow(url, transfer)
        except BaseException:
            transfer.discard()
            raise
        finally:
            self._under_way.pop(url, None)
        if isinstance(answer, TryLater):
            self._interrupted.keep(url, transfer)
        else:
            transfer.discard()
        return answer

    async def _follow(self, text: str, transfer: Transfer) -> ImageAnswer:
        try:
            url = self._checked(text)
        except ValueError as error:
            return Gone(str(error))
        try:
            for _ in range(MAX_REDIRECTS + 1):
                asked_for_rest = transfer.can_go_on
                answer = await self._ask(url, transfer)
                if isinstance(answer, _OtherBytes) and asked_for_rest:
                    transfer.discard()
                    answer = await self._ask(url, transfer)
                if isinstance(answer, _OtherBytes):
                    return TryLater("The image host sent only a part of the image.")
                if not isinstance(answer, _Redirect):
                    return answer
                url = self._checked(redirected(url, answer.location))
        except ValueError as error:
            return TryLater(f"The image host leads astray. {error}", refusal=True)
        return TryLater(f"The link redirects more than {MAX_REDIRECTS} times.", refusal=True)

    def _checked(self, text: str) -> ImageUrl:
        """Raises ValueError with a sentence where a hop may not be taken."""
        url = parse_image_url(text, allow_http=self._allow_loopback)
        address = literal_address(url.host)
        if address and not is_allowed(address, allow_loopback=self._allow_loopback):
            raise ValueError("The link leads to an address of a private network.")
        return url

    async def _ask(
        self, url: ImageUrl, transfer: Transfer
    ) -> ImageAnswer | _Redirect | _OtherBytes:
        """One hop. A request that was cancelled half-way leaks its slot (see DreaminaClient)."""
        try:
            proxy = await self._proxy(url)
        except ValueError as error:
            return TryLater(f"The image host cannot be reached: {error}.", network=True)
        try:
            async with asyncio.timeout(self._head_timeout_s) as limit:
                return await self._exchange(self._pool(proxy), url, transfer, limit)
        except RefusedAddressError as error:
            return TryLater(str(error), network=True)
        except TooSlowError:
            return TryLater("The image host sends hardly anything.", network=True)
        except (httpcore.PoolTimeout, TimeoutError) as error:
            await self._drop(proxy)
            return _later(error)
        except FAULTS as error:
            return _later(error)

    async def _exchange(
        self,
        pool: httpcore.AsyncConnectionPool,
        url: ImageUrl,
        transfer: Transfer,
        limit: asyncio.Timeout,
    ) -> ImageAnswer | _Redirect | _OtherBytes:
        target = httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target)
        headers = [
            ("Host", url.authority),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),
            ("User-Agent", USER_AGENT),
            *transfer.headers(),
        ]
        extensions = {"timeout": TIMEOUTS}
        async with pool.stream("GET", target, headers=headers, extensions=extensions) as response:
            body_comes(response.extensions)
            limit.reschedule(asyncio.get_running_loop().time() + TOTAL_TIMEOUT_S)
            return await self._read(response, transfer)

    async def _read(
        self, response: httpcore.Response, transfer: Transfer
    ) -> ImageAnswer | _Redirect | _OtherBytes:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers
        }
        if response.status in _REDIRECTS and "location" in headers:
            return _Redirect(_as_utf8(headers["location"]))
        if response.status == 206 and not transfer.can_go_on and is_all(headers):
            transfer.discard()
        elif response.status == 206 or (response.status == 416 and transfer.can_go_on):
            if response.status == 416 or not transfer.is_continued_by(headers):
                return _OtherBytes()
            transfer.resumed = True
        elif 200 <= response.status < 300:
            transfer.discard()
            transfer.version = version_of(headers) if response.status == 200 else None
        else:
            return _without_picture(response.status, retry_after_s(headers, self._now()))
        return await self._receive(response, headers, transfer)

    async def _receive(
        self, response: httpcore.Response, headers: Mapping[str, str], transfer: Transfer
    ) -> ImageAnswer:
        if headers.get("content-type", "").strip().lower().startswith("text/html"):
            return WEB_PAGE
        try:
            decoder = ContentDecoder(headers.get("content-encoding", ""), MAX_IMAGE_BYTES)
            return await self._write(response, decoder, transfer)
        except NotAnImageError as error:
            return error.answer
        except TooLongError:
            return TOO_LARGE
        except DiskError as error:
            return DiskTrouble(f"The disk refused the image: {_disk_words(error)}.")
        except ValueError as error:
            return TryLater(f"The image host sent a body that cannot be read: {error}.")

    async def _write(
        self, response: httpcore.Response, decoder: ContentDecoder, transfer: Transfer
    ) -> Fetched:
        """The whole body in a part file, or an error; then the transfer has what came of it."""
        if transfer.writer is None:
            transfer.writer = await PartWriter.open(self._parts)
        writer = transfer.writer
        pace = self._least_rate.start()
        async with aclosing(decoded(response.aiter_stream(), decoder)) as pieces:
            async for piece in pieces:
                await writer.add(piece)
                pace.came(len(piece))
        decoder.finish()
        transfer.check_whole()
        fetched = await writer.finish()
        transfer.writer = None  # the file is the caller's
        return replace(fetched, resumed=transfer.resumed)

    async def _proxy(self, url: ImageUrl) -> Proxy | None:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, proxy_for, url.scheme, url.host)

    def _pool(self, proxy: Proxy | None) -> httpcore.AsyncConnectionPool:
        if proxy not in self._pools:
            self._pools[proxy] = self._open(proxy)
        return self._pools[proxy]

    def _open(self, proxy: Proxy | None) -> httpcore.AsyncConnectionPool:
        network = None
        if proxy is None:
            network = CheckedNetwork(
                allow_loopback=self._allow_loopback, allows_fake=self._allows_fake_addresses
            )
        return open_pool(self._tls, proxy, network)

    async def _drop(self, proxy: Proxy | None) -> None:
        """Close a pool; the next request opens another."""
        pool = self._pools.pop(proxy, None)
        if pool is not None:
            await pool.aclose()


@dataclass(frozen=True, slots=True)
class _Redirect:
    """The host names another place."""

    location: str


class _OtherBytes:
    """The host has not the rest of what was begun."""


def _without_picture(status: int, retry_s: float | None) -> ImageAnswer:
    """What a status outside 2xx means for an image."""
    if status >= 500 or status in _PASSING:
        return TryLater(f"The image host answered {status}.", retry_s)
    if status in (403, 404, 410):
        return LinkDied(f"The image host refused the link ({status}).")
    return TryLater(
        f"The image host answered {status} instead of a picture.", retry_s, refusal=True
    )


def _as_utf8(header: str) -> str:
    """Headers are read as Latin-1; browsers read the characters that hosts mean."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeDecodeError:
        return header


def _later(error: Exception) -> TryLater:
    return TryLater(f"The image host does not answer: {in_words(error)}.", network=True)


def _disk_words(error: DiskError) -> str:
    cause = error.__cause__
    return (isinstance(cause, OSError) and cause.strerror) or "input/output error"
