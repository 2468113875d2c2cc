"""The client against servers that behave, lie, stall and break off, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from dreamina_desktop import __version__
from dreamina_desktop.api import client as client_module
from dreamina_desktop.api import http, pool
from dreamina_desktop.api.client import TRIAL_JOBID, DreaminaClient, path_segment
from dreamina_desktop.core.jobs.answer import (
    Found,
    JobAnswer,
    NotFound,
    Refused,
    Throttled,
    Trouble,
)
from dreamina_desktop.core.jobs.history import Asset, AssetPage
from dreamina_desktop.core.text.urls import ApiUrl, parse_api_url

JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
TOKEN = "user:12345-secret"
RECORD = json.dumps({"jobid": JOBID, "status": "created"}).encode()

Answer = Callable[..., bytes]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
NewClient = Callable[..., DreaminaClient]


@pytest_asyncio.fixture
async def new_client(tls: ssl.SSLContext) -> AsyncIterator[NewClient]:
    clients: list[DreaminaClient] = []

    def make(port: int, **options: Any) -> DreaminaClient:
        client = DreaminaClient(parse_api_url(f"http://127.0.0.1:{port}/v1/d"), tls, **options)
        client.use_token(TOKEN)
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
def client(server: Any, new_client: NewClient) -> DreaminaClient:
    return new_client(server.port)


def headers_of(request: bytes) -> dict[str, str]:
    lines = request.decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


async def test_a_job_is_asked_for_with_the_token_and_no_cookie(
    server: Any, client: DreaminaClient, answer: Answer
) -> None:
    server.says(answer(200, RECORD, set_cookie="a=b; Path=/"))
    assert isinstance(await client.job(JOBID), Found)
    found = await client.job(JOBID)
    assert isinstance(found, Found)
    assert found.raw == RECORD
    assert server.target == b"/v1/d/images/" + JOBID.encode()
    headers = headers_of(server.requests[-1])
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["user-agent"] == f"dreamina-desktop/{__version__}"
    assert "cookie" not in headers


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (404, {"error": "Job not found"}, NotFound()),
        (401, {"error": "Unauthorized"}, Refused(401, "Unauthorized")),
        (402, {"error": {"message": "No subscription"}}, Refused(402, "No subscription")),
        (403, {}, Trouble("The API answered 403.")),
        (404, {"error": "Not here"}, Trouble("The API answered 404: Not here")),
        (500, {}, Trouble("The API answered 500.")),
        (503, {"error": "Busy"}, Trouble("The API answered 503: Busy")),
        (596, {"error": "Bye"}, Trouble("The API answered 596: Bye", of_request=True)),
        (422, {"error": "What?"}, Trouble("The API answered 422: What?", of_request=True)),
    ],
)
async def test_each_status_has_its_meaning(
    status: int,
    body: Any,
    expected: JobAnswer,
    server: Any,
    client: DreaminaClient,
    answer: Answer,
) -> None:
    server.says(answer(status, json.dumps(body).encode()))
    assert await client.job(JOBID) == expected


async def test_429_carries_its_waiting_time(
    server: Any, client: DreaminaClient, answer: Answer
) -> None:
    server.says(answer(429, b"{}", retry_after=12))
    assert await client.job(JOBID) == Throttled(12.0)


@pytest.mark.parametrize(
    ("jobid", "segment"),
    [
        ("a?b", b"a%3Fb"),
        ("a#b", b"a%23b"),
        ("a/b", b"a%2Fb"),
        ("../../etc", b"..%2F..%2Fetc"),
        ("%2e%2e", b"%252e%252e"),
        ("a b", b"a%20b"),
        ("a\\b", b"a%5Cb"),
        ("a\r\nX-Evil: 1", b"a%0D%0AX-Evil%3A%201".replace(b"%3A", b":")),
        ("é", b"%C3%A9"),
        ("a'b\"c", b"a%27b%22c"),
        ("x" * 10_000, b"x" * 10_000),
        ("?" * 10_000, b"%3F" * 10_000),
        ("...", b"..."),
        ("US:user+1@example.com", b"US:user+1@example.com"),
    ],
)
async def test_an_id_is_exactly_one_segment_of_the_path(
    jobid: str, segment: bytes, server: Any, client: DreaminaClient, answer: Answer
) -> None:
    server.says(answer(404, b'{"error": "Job not found"}'))
    assert await client.job(jobid) == NotFound()
    assert server.target == b"/v1/d/images/" + segment


@pytest.mark.parametrize("jobid", ["", ".", "..", "\ud800"])
async def test_an_id_that_cannot_be_one_segment_is_not_sent(
    jobid: str, server: Any, client: DreaminaClient, answer: Answer
) -> None:
    server.says(answer(200, RECORD))
    answered = await client.job(jobid)
    assert isinstance(answered, Trouble)
    assert answered.reason.startswith("This ID cannot be sent")
    assert server.requests == []


@pytest.mark.parametrize("jobid", ["a/../b", "a;b", "a&b=c", "[::1]", "\x00", "%", "a%2Fb"])
def test_a_segment_has_no_character_that_divides_a_path(jobid: str) -> None:
    assert not set(path_segment(jobid)) & set(b"/?#\\ \x00")


@pytest.mark.parametrize("token", [None, ""])
async def test_without_a_token_nothing_is_sent(
    token: str | None, server: Any, client: DreaminaClient
) -> None:
    client.use_token(token)
    assert await client.job(JOBID) == Refused(0, "There is no token.")
    assert server.requests == []


@pytest.mark.parametrize(
    "token",
    ["user:1-a\r\nX-Evil: 1", "user:1-a\n", "user:1-é", "user:1 a", "\x7f", "\u200buser:1-a"],
)
async def test_a_token_that_no_header_can_carry_is_refused_in_words(
    token: str, server: Any, client: DreaminaClient
) -> None:
    client.use_token(token)
    for answered in (await client.job(JOBID), await client.try_token(token)):
        assert isinstance(answered, Refused)
        assert "character" in answered.message
        assert token not in answered.message
    assert server.requests == []


async def test_trying_a_token_asks_for_an_impossible_job_and_keeps_the_other(
    server: Any, client: DreaminaClient, answer: Answer
) -> None:
    server.says(answer(404, b'{"error": "Job not found"}'))
    assert await client.try_token("user:9-other") == NotFound()
    assert headers_of(server.requests[-1])["authorization"] == "Bearer user:9-other"
    assert server.target == b"/v1/d/images/" + TRIAL_JOBID.encode()
    await client.job(JOBID)
    assert headers_of(server.requests[-1])["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_trouble_and_its_host_never_sees_the_token(
    status: int, server: Any, servers: Any, client: DreaminaClient, answer: Answer
) -> None:
    other = await servers()
    other.says(answer(200, RECORD))
    server.says(answer(status, location=f"http://127.0.0.1:{other.port}/v1/d/images/x"))
    answered = await client.job(JOBID)
    assert isinstance(answered, Trouble)
    assert "redirect" in answered.reason
    assert other.requests == []
    assert len(server.requests) == 1


async def test_a_refused_connection_is_trouble_of_the_network(new_client: NewClient) -> None:
    reserved = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = reserved.sockets[0].getsockname()[1]
    reserved.close()
    await reserved.wait_closed()
    assert await new_client(port).job(JOBID) == Trouble(
        "The API does not answer: the connection was refused.", network=True
    )


async def test_a_name_that_does_not_resolve_is_trouble_of_the_network(
    tls: ssl.SSLContext,
) -> None:
    client = DreaminaClient(parse_api_url("https://api.invalid/v1"), tls)
    client.use_token(TOKEN)
    answered = await client.job(JOBID)
    await client.aclose()
    assert isinstance(answered, Trouble)
    assert answered.network


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + RECORD[:20],
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"job',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"\x00\xff\x13garbage\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    ],
)
@pytest.mark.parametrize("hard", [False, True])
async def test_nothing_half_and_garbage_are_trouble(
    said: bytes,
    hard: bool,
    server: Any,
    client: DreaminaClient,
    reset: Callable[[bytes], Talk],
) -> None:
    server.says(reset(said) if hard else said)
    answered = await client.job(JOBID)
    assert isinstance(answered, Trouble)
    assert answered.reason.startswith("The API")


async def test_a_server_that_says_nothing_is_trouble(
    server: Any, client: DreaminaClient, silence: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(http.API_TIMEOUTS, "read", 0.05)
    server.says(silence)
    assert await client.job(JOBID) == Trouble(
        "The API does not answer: no answer in time.", network=True
    )


@pytest.mark.long
async def test_an_api_that_needs_a_minute_gets_through(
    server: Any, client: DreaminaClient, answer: Answer
) -> None:
    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(62)
        writer.write(answer(200, RECORD))

    server.says(slowly)
    assert isinstance(await client.job(JOBID), Found)


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example.com"])
async def test_a_name_that_cannot_be_one_is_trouble(host: str, tls: ssl.SSLContext) -> None:
    client = DreaminaClient(parse_api_url(f"https://{host}/v1"), tls)
    client.use_token(TOKEN)
    assert await client.job(JOBID) == Trouble(
        "The API does not answer: its name cannot be resolved.", network=True
    )
    await client.aclose()


async def test_a_server_that_drips_is_given_up_and_takes_no_slot_along(
    server: Any, new_client: NewClient, answer: Answer
) -> None:
    client = new_client(server.port, total_timeout_s=0.05)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in answer(200, RECORD):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    server.says(*[drip] * 20, answer(200, RECORD))
    dripped = [await client.job(JOBID) for _ in range(20)]
    assert all(isinstance(answered, Trouble) and answered.network for answered in dripped)
    client._total_timeout_s = 60.0  # it has its slot; a busy machine has time for the answer
    assert isinstance(await client.job(JOBID), Found)


async def test_50_mb_are_cut_off(server: Any, client: DreaminaClient) -> None:
    sent = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
        while sent < 50_000_000:
            writer.write(b" " * 100_000)
            await writer.drain()
            sent += 100_000

    server.says(flood)
    answered = await client.job(JOBID)
    assert answered == Trouble("The API's answer was cut off: it is far too long.")
    assert sent < 50_000_000


async def test_a_compressed_bomb_is_cut_off(
    server: Any, client: DreaminaClient, answer: Answer
) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    server.says(answer(200, bomb, content_encoding="gzip"))
    answered = await client.job(JOBID)
    assert answered == Trouble("The API's answer was cut off: it is far too long.")


async def test_compression_that_was_not_asked_for_is_undone(
    server: Any, client: DreaminaClient, answer: Answer
) -> None:
    server.says(answer(200, gzip.compress(RECORD), content_encoding="gzip"))
    found = await client.job(JOBID)
    assert isinstance(found, Found)
    assert found.raw == RECORD
    assert headers_of(server.requests[0])["accept-encoding"] == "identity"


async def test_broken_compression_is_trouble(
    server: Any, client: DreaminaClient, answer: Answer
) -> None:
    server.says(answer(200, b"not gzip at all", content_encoding="gzip"))
    assert await client.job(JOBID) == Trouble(
        "The API's answer cannot be read: its compression is broken."
    )


@pytest.mark.parametrize(
    "body", [b"[1, 2]", b"<html>", b'{"jobid": 3}', b"\xff\xfe{}", b"[" * 100_000, b"NaN"]
)
async def test_what_is_no_record_is_trouble(
    body: bytes, server: Any, client: DreaminaClient, answer: Answer
) -> None:
    server.says(answer(200, body, content_type="application/json; charset=utf-7"))
    answered = await client.job(JOBID)
    assert isinstance(answered, Trouble)
    assert not answered.network


async def test_cancelled_requests_do_not_use_up_the_pool(
    server: Any,
    client: DreaminaClient,
    silence: Talk,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever httpx leaks: after at most one PoolTimeout the client works again."""
    monkeypatch.setattr(pool, "MAX_CONNECTIONS", 2)
    monkeypatch.setitem(http.API_TIMEOUTS, "pool", 0.05)
    server.says(*[silence] * 2, answer(200, RECORD))
    held = [asyncio.create_task(client.job(JOBID)) for _ in range(2)]
    await server.received(2)
    starved = await client.job(JOBID)
    assert starved == Trouble("The API does not answer: no connection was free.", network=True)
    assert isinstance(await client.job(JOBID), Found)
    for answered in await asyncio.gather(*held):
        assert isinstance(answered, Trouble)


async def test_a_kept_connection_that_the_server_closed_is_not_used(
    server: Any, client: DreaminaClient, answer: Answer
) -> None:
    closed = asyncio.Event()

    async def answer_and_close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept_alive = answer(200, RECORD).replace(b"Connection: close\r\n", b"")
        writer.write(kept_alive)
        writer.close()
        await writer.wait_closed()
        closed.set()

    server.says(answer_and_close, answer(200, RECORD))
    assert isinstance(await client.job(JOBID), Found)
    await closed.wait()
    assert isinstance(await client.job(JOBID), Found)
    assert len(server.requests) == 2


async def test_a_kept_connection_is_used_again(
    server: Any, client: DreaminaClient, answer: Answer
) -> None:
    connections = 0

    async def answer_twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        kept_alive = answer(200, RECORD).replace(b"Connection: close\r\n", b"")
        writer.write(kept_alive)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(kept_alive)

    server.says(answer_twice)
    for _ in range(2):
        assert isinstance(await client.job(JOBID), Found)
    assert connections == 1


async def test_closing_ends_a_request_under_way_in_trouble(
    server: Any, client: DreaminaClient, silence: Talk
) -> None:
    server.says(silence)
    asked = asyncio.create_task(client.job(JOBID))
    await server.received(1)
    await client.aclose()
    assert isinstance(await asyncio.wait_for(asked, 20), Trouble)


async def test_an_untrusted_certificate_is_trouble_and_the_token_stays_here(
    servers: Any, tls: ssl.SSLContext, self_signed: ssl.SSLContext, answer: Answer
) -> None:
    server = await servers(self_signed)
    server.says(answer(200, RECORD))
    client = DreaminaClient(parse_api_url(f"https://localhost:{server.port}/v1"), tls)
    client.use_token(TOKEN)
    assert await client.job(JOBID) == Trouble(
        "The API does not answer: its certificate is not valid.", network=True
    )
    assert server.requests == []
    await client.aclose()


async def test_a_proxy_is_used_for_the_api_and_the_token_is_not_for_it(
    servers: Any, tls: ssl.SSLContext, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = await servers()
    proxy.says(answer(502))
    monkeypatch.setenv("HTTPS_PROXY", f"http://name:word@127.0.0.1:{proxy.port}")
    client = DreaminaClient(parse_api_url("https://api.example.com/v1"), tls)
    client.use_token(TOKEN)
    answered = await client.job(JOBID)
    await client.aclose()
    assert answered == Trouble("The API does not answer: the proxy refused.", network=True)
    assert proxy.requests[0].startswith(b"CONNECT api.example.com:443 ")
    assert b"Proxy-Authorization: Basic " in proxy.requests[0]
    assert TOKEN.encode() not in b"".join(proxy.requests)


async def test_a_proxy_is_not_used_on_loopback(
    server: Any, client: DreaminaClient, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.says(answer(200, RECORD))
    assert isinstance(await client.job(JOBID), Found)


async def test_a_proxy_that_cannot_be_used_is_trouble_in_words(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:9")
    client = DreaminaClient(parse_api_url("https://api.example.com/v1"), tls)
    client.use_token(TOKEN)
    assert await client.job(JOBID) == Trouble(
        "The API cannot be reached: proxies of the kind socks5 are not supported.", network=True
    )


@pytest.mark.parametrize("path", ["", "/", "/v1/d", "/v1/d/", "/a%20b"])
async def test_the_path_of_the_base_url_goes_before_the_images(
    path: str, server: Any, tls: ssl.SSLContext, answer: Answer
) -> None:
    server.says(answer(200, RECORD))
    api: ApiUrl = parse_api_url(f"http://127.0.0.1:{server.port}{path}")
    client = DreaminaClient(api, tls)
    client.use_token(TOKEN)
    assert isinstance(await client.job(JOBID), Found)
    await client.aclose()
    assert server.target == path.rstrip("/").encode() + b"/images/" + JOBID.encode()


async def test_nothing_of_the_environment_gets_into_a_request(
    server: Any,
    client: DreaminaClient,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password thing\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.says(answer(200, RECORD))
    await client.job(JOBID)
    names = set(headers_of(server.requests[0])) - {""}
    assert names == {"host", "accept", "accept-encoding", "user-agent", "authorization"}


@pytest.mark.parametrize("status", [200, 404, 503])
async def test_the_date_of_each_answer_is_told(
    status: int, server: Any, tls: ssl.SSLContext, answer: Answer
) -> None:
    told: list[float] = []
    client = DreaminaClient(parse_api_url(f"http://127.0.0.1:{server.port}/v1"), tls, told.append)
    client.use_token(TOKEN)
    server.says(
        answer(status, RECORD, date="Mon, 02 Mar 2026 08:26:40 GMT"),
        answer(status, RECORD, date="yesterday"),
        answer(status, RECORD),
    )
    for _ in range(3):
        await client.job(JOBID)
    await client.aclose()
    assert told == [1_772_440_000.0]


def test_the_client_has_no_default_token_header(client: DreaminaClient) -> None:
    opened = client_module._open(client._tls, None)
    assert "authorization" not in opened.headers
    assert isinstance(opened, httpx.AsyncClient)


# -- an account's history ----------------------------------------------------------------------

ACCOUNT = "US:user@example.com"
PAGE = json.dumps({"assets": [{"itemId": "7", "imageUrl": "https://h/a"}]}).encode()


async def test_a_history_is_asked_for_in_whole_pages_with_the_token(
    server: Any, client: DreaminaClient, answer: Answer
) -> None:
    server.says(answer(200, PAGE))
    assert await client.assets(ACCOUNT) == AssetPage((Asset("7", "https://h/a"),))
    assert server.target == b"/v1/d/assets/US:user@example.com?count=100"
    await client.assets(ACCOUNT, "100")
    assert server.target == b"/v1/d/assets/US:user@example.com?count=100&offset=100"
    headers = headers_of(server.requests[-1])
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert "cookie" not in headers


@pytest.mark.parametrize(
    ("account", "offset", "target"),
    [
        ("a/b?c#d", None, b"a%2Fb%3Fc%23d?count=100"),
        ("../images", None, b"..%2Fimages?count=100"),
        ("US:\u00e9@example.com", None, b"US:%C3%A9@example.com?count=100"),
        (
            ACCOUNT,
            "a&b=c/..#\r\nX: 1",
            b"US:user@example.com?count=100&offset=a%26b%3Dc%2F..%23%0D%0AX%3A%201",
        ),
    ],
)
async def test_an_account_is_one_segment_and_an_offset_one_value(
    account: str,
    offset: str | None,
    target: bytes,
    server: Any,
    client: DreaminaClient,
    answer: Answer,
) -> None:
    server.says(answer(200, PAGE))
    assert isinstance(await client.assets(account, offset), AssetPage)
    assert server.target == b"/v1/d/assets/" + target


@pytest.mark.parametrize(
    ("account", "offset"),
    [("", None), (".", None), ("..", None), ("\ud800", None), (ACCOUNT, "\ud800")],
)
async def test_an_account_that_cannot_be_one_segment_is_not_sent(
    account: str, offset: str | None, server: Any, client: DreaminaClient, answer: Answer
) -> None:
    server.says(answer(200, PAGE))
    answered = await client.assets(account, offset)
    assert isinstance(answered, Trouble)
    assert answered.reason.startswith("This account cannot be sent")
    assert server.requests == []


async def test_a_history_is_not_followed_elsewhere_and_not_asked_for_without_a_token(
    server: Any, servers: Any, client: DreaminaClient, answer: Answer
) -> None:
    other = await servers()
    other.says(answer(200, PAGE))
    server.says(answer(302, location=f"http://127.0.0.1:{other.port}/"))
    assert isinstance(await client.assets(ACCOUNT), Trouble)
    assert other.requests == []
    client.use_token(None)
    assert await client.assets(ACCOUNT) == Refused(0, "There is no token.")
    assert len(server.requests) == 1


async def test_a_history_without_end_is_cut_off(
    server: Any, client: DreaminaClient, answer: Answer
) -> None:
    server.says(answer(200, gzip.compress(b" " * 50_000_000), content_encoding="gzip"))
    assert await client.assets(ACCOUNT) == Trouble(
        "The API's answer was cut off: it is far too long."
    )
