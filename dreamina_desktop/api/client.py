"""Ask the API about jobs and accounts. The token goes to the API's origin and nowhere else."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar
from urllib.parse import quote

import httpx

from dreamina_desktop.api.content_coding import ContentDecoder, TooLongError
from dreamina_desktop.api.http import API_TIMEOUTS, FAULTS, USER_AGENT, in_words
from dreamina_desktop.api.json_fields import LONG_BYTES
from dreamina_desktop.api.pool import decoded, open_pool
from dreamina_desktop.api.proxy import Proxy, proxy_for
from dreamina_desktop.api.transport import body_comes
from dreamina_desktop.api.wire import read_answer, server_time
from dreamina_desktop.api.wire_assets import read_assets
from dreamina_desktop.core.jobs.answer import JobAnswer, Refused, Trouble
from dreamina_desktop.core.jobs.history import HistoryAnswer
from dreamina_desktop.core.text.redaction import without_tokens_in_bytes
from dreamina_desktop.core.text.urls import ApiUrl

T = TypeVar("T")
MAX_BODY_BYTES = 8_000_000
TOTAL_TIMEOUT_S = 120.0  # for a server that sends a byte now and then
# Well-formed and impossible: no user has the number 0. 404 for it means that a token is good.
TRIAL_JOBID = "j0101000000000000000i-u0-US:nobody@example.com-bot:dreamina"
ASSETS_A_PAGE = 100  # the most that the API gives at once
_THING = {b"/images/": "ID", b"/assets/": "account"}  # by the folder that it is asked from


@dataclass(frozen=True, slots=True)
class _Answered:
    """What came over the wire."""

    status: int
    headers: httpx.Headers
    body: bytes


class DreaminaClient:
    """Implements services.ports.JobApi and HistoryApi. Closed by `aclose`, also while requests
    are under way."""

    def __init__(
        self,
        api: ApiUrl,
        tls: ssl.SSLContext,
        on_server_time: Callable[[float], None] = lambda _time: None,
        now: Callable[[], float] = time.time,
        total_timeout_s: float = TOTAL_TIMEOUT_S,
    ) -> None:
        """`on_server_time` gets the Date of each answer, in Unix seconds."""
        self._base = httpx.URL(api.url)
        self._tls = tls
        self._on_server_time = on_server_time
        self._now = now
        self._total_timeout_s = total_timeout_s
        self._token: str | None = None
        self._http: httpx.AsyncClient | None = None

    def use_token(self, token: str | None) -> None:
        """Send this token from now on."""
        self._token = token

    async def job(self, jobid: str) -> JobAnswer:
        """What the API says about a job. Never raises for what a server or network can do."""
        return await self._ask(jobid, self._token)

    async def try_token(self, token: str) -> JobAnswer:
        """Ask with this token for a well-formed ID that cannot exist; `use_token`'s stays."""
        return await self._ask(TRIAL_JOBID, token)

    async def assets(self, account: str, offset: str | None = None) -> HistoryAnswer:
        """A page of an account's history, the first one without an offset. Never raises, as
        `job` does not."""
        page = {"count": str(ASSETS_A_PAGE)} | ({} if offset is None else {"offset": offset})
        answered = await self._get(b"/assets/", account, page, self._token)
        if not isinstance(answered, _Answered):
            return answered
        return await read_off_loop(
            answered.body,
            lambda: read_assets(answered.status, answered.headers, answered.body, self._now()),
        )

    async def aclose(self) -> None:
        """Close every connection; requests under way end in Trouble."""
        await self._drop(self._http)

    async def _ask(self, jobid: str, token: str | None) -> JobAnswer:
        answered = await self._get(b"/images/", jobid, {}, token)
        if not isinstance(answered, _Answered):
            return answered
        return await read_off_loop(
            answered.body,
            lambda: read_answer(
                answered.status, answered.headers, answered.body, jobid, self._now()
            ),
        )

    async def _get(
        self, folder: bytes, name: str, query: Mapping[str, str], token: str | None
    ) -> _Answered | Refused | Trouble:
        if not token:
            return Refused(0, "There is no token.")
        if not all("!" <= character <= "~" for character in token):
            return Refused(0, "The token has a character in it that no token has. Copy it anew.")
        try:
            request = self._request(folder + path_segment(name) + _query(query), token)
        except (ValueError, httpx.InvalidURL) as error:
            return Trouble(f"This {_THING[folder]} cannot be sent: {error}", of_request=True)
        answered = await self._send(request)
        if not isinstance(answered, _Answered):
            return answered
        return replace(answered, body=without_tokens_in_bytes(answered.body, token))

    def _request(self, target: bytes, token: str) -> httpx.Request:
        """Built without the client: no default header, no cookie, no parameter gets in."""
        path = self._base.raw_path.rstrip(b"/") + target
        url = self._base.copy_with(raw_path=path)
        request = httpx.Request(
            "GET", url, headers=_headers(token), extensions={"timeout": API_TIMEOUTS}
        )
        if request.url.raw_path != path or _origin(request.url) != _origin(self._base):
            raise ValueError("it would change where the request goes")
        return request

    async def _send(self, request: httpx.Request) -> _Answered | Trouble:
        try:
            http = await self._client()
        except ValueError as error:
            return Trouble(f"The API cannot be reached: {error}.", network=True)
        try:
            answered = await self._exchange(http, request)
        except TooLongError:
            return Trouble("The API's answer was cut off: it is far too long.")
        except FAULTS as error:
            return Trouble(f"The API does not answer: {in_words(error)}.", network=True)
        except ValueError as error:
            return Trouble(f"The API's answer cannot be read: {error}.")
        if (sent_at := server_time(answered.headers)) is not None:
            self._on_server_time(sent_at)
        return answered

    async def _exchange(self, http: httpx.AsyncClient, request: httpx.Request) -> _Answered:
        """A request that was cancelled half-way leaks its slot in httpx 0.28, until every request
        ends in PoolTimeout: then a new pool is the only cure."""
        try:
            async with asyncio.timeout(self._total_timeout_s):
                return await _send(http, request)
        except (httpx.PoolTimeout, TimeoutError):
            await self._drop(http)
            raise

    async def _client(self) -> httpx.AsyncClient:
        """Raises ValueError with words where the proxy cannot be used."""
        if self._http is None:
            loop = asyncio.get_running_loop()
            proxy = await loop.run_in_executor(None, proxy_for, self._base.scheme, self._base.host)
            self._http = self._http or _open(self._tls, proxy)
        return self._http

    async def _drop(self, http: httpx.AsyncClient | None) -> None:
        """Close a client; the next request opens another."""
        if http is self._http:
            self._http = None
        if http is not None:
            await http.aclose()


@lru_cache(maxsize=1)
def _headers(token: str) -> httpx.Headers:
    return httpx.Headers(
        {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": USER_AGENT,
            "Authorization": f"Bearer {token}",
        }
    )


def path_segment(name: str) -> bytes:
    """An ID or account as exactly one segment of a path. Raises ValueError where it cannot be
    one: no quoting keeps `.` and `..` from being resolved."""
    if name in ("", ".", ".."):
        raise ValueError("it is not one segment of a path")
    return quote(name, safe=":@+").encode("ascii")


def _query(values: Mapping[str, str]) -> bytes:
    text = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
    return f"?{text}".encode("ascii") if text else b""


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _open(tls: ssl.SSLContext, proxy: Proxy | None) -> httpx.AsyncClient:
    """A client that takes nothing from the environment (no proxy, no netrc) by itself."""
    return httpx.AsyncClient(
        transport=_Transport(tls, proxy), trust_env=False, follow_redirects=False
    )


class _Transport(httpx.AsyncHTTPTransport):
    """Only what opens connections differs from its base class."""

    def __init__(self, tls: ssl.SSLContext, proxy: Proxy | None) -> None:
        self._pool = open_pool(tls, proxy, None)


async def read_off_loop(body: bytes, read: Callable[[], T]) -> T:
    """What a body says; a long one is read in a thread, where every step is short."""
    return read() if len(body) < LONG_BYTES else await asyncio.to_thread(read)


async def _send(http: httpx.AsyncClient, request: httpx.Request) -> _Answered:
    response = await http.send(request, stream=True)
    try:
        body_comes(response.extensions)
        return _Answered(response.status_code, response.headers, await _read(response))
    finally:
        await response.aclose()


async def _read(response: httpx.Response) -> bytes:
    """The body, decompressed: that size counts, so that a bomb is cut off too. Where the
    compression is cut, what is missing shows when the answer is read."""
    body = bytearray()
    decoder = ContentDecoder(response.headers.get("content-encoding", ""), MAX_BODY_BYTES)
    async with aclosing(decoded(response.aiter_raw(), decoder)) as pieces:
        async for piece in pieces:
            body += piece
    return bytes(body)
