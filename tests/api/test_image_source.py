"""Fetching images over real sockets: whole ones, cut ones, and hosts that do us no good."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import socket
import ssl
import threading
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpcore
import pytest
import pytest_asyncio

from dreamina_desktop.api import checked_network, http, image_source, part_writer, pool, transfer
from dreamina_desktop.api.checked_network import CheckedNetwork
from dreamina_desktop.api.image_source import HttpImageSource
from dreamina_desktop.api.transfer import LeastRate
from dreamina_desktop.core.jobs.answer import (
    DiskTrouble,
    Fetched,
    Gone,
    ImageAnswer,
    LinkDied,
    TryLater,
    Unusable,
)

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4000 + b"\xff\xd9"  # a megabyte
WEB_PAGE = LinkDied("The image host sent a web page instead of a picture.")
EXPIRED = LinkDied("The link had expired.")
PRIVATE = Gone("The link leads to an address of a private network.")
FOR_NOW = TryLater(checked_network._PRIVATE)

SHA256 = hashlib.sha256(JPEG).hexdigest()

Answer = Callable[..., bytes]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
NewSource = Callable[..., HttpImageSource]


class Part:
    """A part file; `faults` are raised by the calls of these names."""

    def __init__(self, path: Path, faults: dict[str, OSError]) -> None:
        self.path = path
        self._faults = faults
        self.file = path.open("wb", buffering=0)

    def write(self, data: bytes) -> None:
        if "write" in self._faults:
            raise self._faults["write"]
        self.file.write(data)

    def close(self) -> None:
        if "close" in self._faults:
            raise self._faults["close"]
        self.file.close()

    def discard(self) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)


class Parts:
    """Part files in a test's own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: dict[str, OSError] = {}
        self.opened = 0

    def new(self) -> Part:
        if "new" in self.faults:
            raise self.faults["new"]
        self.opened += 1
        return Part(self.folder / f"{self.opened}.part", self.faults)

    @property
    def left(self) -> list[Path]:
        return list(self.folder.iterdir())


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    folder = tmp_path / "parts"
    folder.mkdir()
    return Parts(folder)


@pytest_asyncio.fixture
async def new_source(parts: Parts, tls: ssl.SSLContext) -> AsyncIterator[NewSource]:
    sources: list[HttpImageSource] = []

    def make(**options: Any) -> HttpImageSource:
        arguments = {"tls": tls, "allow_loopback": True, "now": lambda: 1000.0} | options
        sources.append(HttpImageSource(parts, **arguments))
        return sources[-1]

    yield make
    for source in sources:
        await source.aclose()


@pytest.fixture
def source(new_source: NewSource) -> HttpImageSource:
    return new_source()


@pytest.fixture
def url(server: Any) -> str:
    return f"http://127.0.0.1:{server.port}/a.jpeg"


async def test_a_whole_body_is_in_the_part_file(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    server.says(answer(200, JPEG, content_type="image/jpeg"))
    fetched = await source.fetch(url)
    assert isinstance(fetched, Fetched)
    assert fetched.part.read_bytes() == JPEG
    assert fetched.size_bytes == len(JPEG)
    assert fetched.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert parts.left == [fetched.part]


@pytest.mark.parametrize("size", [1, 511, 512, 513, 262_144, 262_145])
async def test_a_body_of_any_size_arrives(
    size: int, server: Any, source: HttpImageSource, url: str, answer: Answer
) -> None:
    server.says(answer(200, JPEG[:size]))
    fetched = await source.fetch(url)
    assert isinstance(fetched, Fetched)
    assert fetched.part.read_bytes() == JPEG[:size]


async def test_the_signed_url_goes_out_byte_for_byte(
    server: Any, source: HttpImageSource, answer: Answer
) -> None:
    target = (
        "/a%2Fb/../c/./%2e%2e//~tplv.jpeg?x-signature=a%2Bb%2fc%3D+d'\"|{}^`<>[]&x-expires=1&&="
    )
    server.says(answer(200, JPEG))
    assert isinstance(
        await source.fetch(f"http://127.0.0.1:{server.port}{target}#fragment"), Fetched
    )
    assert server.target == target.encode()


async def test_a_request_carries_no_credentials_and_no_cookie(
    server: Any,
    source: HttpImageSource,
    url: str,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password thing\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.says(answer(200, JPEG, set_cookie="a=b; Path=/"))
    await source.fetch(url)
    await source.fetch(url)
    assert len(server.requests) == 2
    for request in server.requests:
        names = [line.partition(b":")[0].lower() for line in request.split(b"\r\n")[1:-2]]
        assert names == [b"host", b"accept", b"accept-encoding", b"user-agent"]


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_refused_link_is_dead(
    status: int, server: Any, source: HttpImageSource, url: str, answer: Answer
) -> None:
    server.says(answer(status, b"no"))
    refused = LinkDied(f"The image host refused the link ({status}).")
    assert await source.fetch(url) == refused
    assert await source.fetch(f"{url}?x-expires=1001") == refused
    assert await source.fetch(f"{url}?x-expires=999") == EXPIRED


OTHERS = [status for status in range(400, 500) if status not in (403, 404, 408, 410, 425, 429)]


@pytest.mark.parametrize("status", [300, 304, 305, 306, *OTHERS])
async def test_other_refusals_are_tried_again_unless_the_link_had_expired(
    status: int, server: Any, source: HttpImageSource, url: str, answer: Answer
) -> None:
    server.says(answer(status, b""))
    answered = await source.fetch(f"{url}?x-expires=1001")
    assert answered == TryLater(
        f"The image host answered {status} instead of a picture.", refusal=True
    )
    assert await source.fetch(f"{url}?x-expires=999") == EXPIRED


async def test_an_expired_link_that_leads_astray_had_expired(
    server: Any, source: HttpImageSource, url: str, answer: Answer
) -> None:
    server.says(answer(302, location="ftp://127.0.0.1/sign-in"))
    assert isinstance(await source.fetch(url), TryLater)
    assert await source.fetch(f"{url}?x-expires=999") == EXPIRED
    server.says(answer(200, b"<html>Sign in"))
    assert await source.fetch(f"{url}?x-expires=999") == EXPIRED


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 596, 999])
async def test_passing_troubles_are_tried_later(
    status: int, server: Any, source: HttpImageSource, url: str, answer: Answer
) -> None:
    server.says(answer(status), answer(status, retry_after=17))
    reason = f"The image host answered {status}."
    assert await source.fetch(url) == TryLater(reason)
    assert await source.fetch(url) == TryLater(reason, 17.0)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<!DOCTYPE html><p>Sign in</p>", "image/jpeg"),
        (b"\xef\xbb\xbf\r\n <HTML>" + b" " * 10_000, "application/octet-stream"),
        (b"anything", "text/html; charset=utf-8"),
        (b"anything", "Text/HTML"),
    ],
)
async def test_a_web_page_is_a_dead_link(
    body: bytes,
    content_type: str,
    server: Any,
    source: HttpImageSource,
    url: str,
    parts: Parts,
    answer: Answer,
) -> None:
    server.says(answer(200, body, content_type=content_type))
    assert await source.fetch(url) == WEB_PAGE
    assert parts.left == []


@pytest.mark.parametrize("status", [200, 204])
async def test_an_empty_body_is_a_dead_link(
    status: int, server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    server.says(answer(status))
    assert await source.fetch(url) == LinkDied("The image host sent nothing.")
    assert parts.left == []


@pytest.mark.parametrize("part", [None, "bytes 1-9/10", "bytes 0-8/10", "bytes 0-9/*", "words"])
async def test_a_part_of_a_body_is_tried_later(
    part: str | None, server: Any, source: HttpImageSource, url: str, answer: Answer
) -> None:
    server.says(answer(206, JPEG, **({"content_range": part} if part else {})))
    assert isinstance(await source.fetch(url), TryLater)
    assert len(server.requests) == 1


async def test_a_whole_body_that_is_called_a_part_is_taken(
    server: Any, source: HttpImageSource, url: str, answer: Answer
) -> None:
    whole = f"bytes 0-{len(JPEG) - 1}/{len(JPEG)}"
    server.says(answer(206, JPEG, content_range=whole))
    fetched = await source.fetch(url)
    assert isinstance(fetched, Fetched)
    assert fetched.sha256 == SHA256


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://127.0.0.1/a",
        "file:///etc/passwd",
        "https://user:word@127.0.0.1/a",
        "https://127.0.0.1/a\x7fb",
        "https://10.0.0.1/a",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/a",
        "https://2852039166/a",
        "nonsense",
    ],
)
async def test_a_refused_url_is_gone_in_words_and_nothing_is_sent(
    url: str, source: HttpImageSource, parts: Parts
) -> None:
    answered = await source.fetch(url)
    assert isinstance(answered, Gone)
    assert answered.reason.endswith(".")
    assert parts.opened == 0


async def test_loopback_and_http_are_refused_when_the_api_is_elsewhere(
    server: Any, new_source: NewSource, url: str, answer: Answer
) -> None:
    server.says(answer(200, JPEG))
    source = new_source(allow_loopback=False)
    assert await source.fetch(url) == Gone("The link is not https but http.")
    assert await source.fetch(url.replace("http:", "https:")) == PRIVATE
    assert await source.fetch(f"https://localhost:{server.port}/a") == FOR_NOW
    assert await source.fetch(f"https://127.1:{server.port}/a") == PRIVATE
    assert await source.fetch(f"https://[::ffff:127.0.0.1]:{server.port}/a") == PRIVATE
    assert server.requests == []


Resolve = Callable[..., None]


@pytest.fixture
def resolves_to(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Every name has these addresses."""

    def make(*addresses: str) -> None:
        async def resolve(host: str, port: int, **_: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in addresses]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)

    return make


@pytest.mark.parametrize(
    "addresses",
    [
        ("192.168.0.7",),
        ("10.0.0.1", "fd00::1"),
        ("0.0.0.0",),
        ("100.64.0.1",),
        ("::1",),
        ("::ffff:192.168.0.7",),
    ],
    ids=str,
)
async def test_a_name_that_leads_to_private_addresses_alone_is_refused_for_now(
    addresses: tuple[str, ...], new_source: NewSource, resolves_to: Resolve
) -> None:
    resolves_to(*addresses)
    source = new_source(allow_loopback=False, allows_fake_addresses=lambda: True)
    assert await source.fetch("https://hijacked.example.com/a") == FOR_NOW


async def test_what_a_proxy_here_made_up_is_refused_with_its_cause(
    new_source: NewSource, resolves_to: Resolve
) -> None:
    resolves_to("198.18.0.7", "fdfe:dcba:9876::7")
    answered = await new_source().fetch("https://a.example.com/a")
    assert isinstance(answered, TryLater)
    assert answered.network
    assert "198.18.0.0/15" in answered.reason
    assert "settings" in answered.reason


async def test_only_the_allowed_addresses_of_a_name_are_connected_to(
    new_source: NewSource, resolves_to: Resolve, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    async def connect(_self: Any, host: str, *_: Any) -> None:
        tried.append(host)
        raise httpcore.ConnectError("not here")

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    resolves_to("192.168.0.7", "93.184.216.34", "198.18.0.7", "::1")
    for allows in (False, True):
        source = new_source(allow_loopback=False, allows_fake_addresses=lambda a=allows: a)
        assert isinstance(await source.fetch("https://mixed.example.com/a"), TryLater)
    assert tried == ["93.184.216.34", "93.184.216.34", "198.18.0.7"]


async def test_a_literal_fake_address_in_a_link_is_refused_whatever_is_allowed(
    new_source: NewSource,
) -> None:
    source = new_source(allows_fake_addresses=lambda: True)
    assert await source.fetch("https://198.18.0.7/a") == PRIVATE


async def test_a_name_is_resolved_once_and_tls_goes_by_the_name(
    servers: Any,
    new_source: NewSource,
    self_signed: ssl.SSLContext,
    trusting: ssl.SSLContext,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = await servers(self_signed)
    server.says(answer(200, JPEG))
    asked: list[str] = []
    loop = asyncio.get_running_loop()
    resolve = loop.getaddrinfo

    async def counting(host: str, port: int, **options: Any) -> Any:
        asked.append(host)
        return await resolve("127.0.0.1", port, **options)

    monkeypatch.setattr(loop, "getaddrinfo", counting)
    source = new_source(tls=trusting)
    assert isinstance(await source.fetch(f"https://localhost:{server.port}/a"), Fetched)
    assert asked == ["localhost"]
    assert f"Host: localhost:{server.port}\r\n".encode() in server.requests[0]
    # The certificate is for that name only, though the address is the same.
    wrong = await source.fetch(f"https://elsewhere.example.com:{server.port}/a")
    assert wrong == TryLater("The image host does not answer: its certificate is not valid.")
    assert len(server.requests) == 1


async def test_a_dead_address_of_a_host_is_followed_by_its_next(
    server: Any, source: HttpImageSource, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.says(answer(200, JPEG))

    async def resolve(host: str, port: int, **_: Any) -> list[Any]:
        both = ("127.0.0.2", "127.0.0.1")  # nobody listens on the first
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in both]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    assert isinstance(await source.fetch(f"http://localhost:{server.port}/a"), Fetched)


async def test_redirects_are_followed_three_times_and_not_four(
    server: Any, source: HttpImageSource, url: str, answer: Answer
) -> None:
    hops = [answer(302, location=f"/hop{n}?s=%2F%2b") for n in range(3)]
    server.says(*hops, answer(200, JPEG))
    assert isinstance(await source.fetch(url), Fetched)
    assert server.target == b"/hop2?s=%2F%2b"
    server.requests.clear()
    server.says(*hops, answer(302, location="/hop3"), answer(200, JPEG))
    too_often = TryLater("The link redirects more than 3 times.", refusal=True)
    assert await source.fetch(url) == too_often
    assert len(server.requests) == 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_another_host_is_followed_byte_for_byte(
    status: int, server: Any, servers: Any, source: HttpImageSource, url: str, answer: Answer
) -> None:
    other = await servers()
    other.says(answer(200, JPEG))
    there = f"http://127.0.0.1:{other.port}/x/../y?sig=%2f%2B#z"
    server.says(answer(status, location=there, set_cookie="a=b; Domain=127.0.0.1"))
    assert isinstance(await source.fetch(url), Fetched)
    assert other.target == b"/x/../y?sig=%2f%2B"
    assert b"cookie" not in other.requests[0].lower()
    assert b"referer" not in other.requests[0].lower()


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("ftp://127.0.0.1/a", "The link is not https but ftp."),
        ("file:///etc/passwd", "The link is not https but file."),
        ("https://10.0.0.1/a", PRIVATE.reason),
        ("//192.168.0.1/a", PRIVATE.reason),
        ("https://user@127.0.0.1/a", "The link has a name or a password in it."),
        ("/a\x7fb", "The link has a control character in it."),
    ],
)
async def test_each_hop_is_checked(
    location: str, reason: str, server: Any, source: HttpImageSource, url: str, answer: Answer
) -> None:
    server.says(answer(302, location=location), answer(200, JPEG))
    astray = TryLater(f"The image host leads astray. {reason}", refusal=True)
    assert await source.fetch(url) == astray
    assert len(server.requests) == 1


async def test_spaces_and_letters_in_a_redirect_are_read_as_browsers_read_them(
    server: Any, source: HttpImageSource, url: str, answer: Answer
) -> None:
    there = " /a b/\u00e9?c ".encode().decode("latin-1")
    server.says(answer(302, location=there), answer(200, JPEG))
    assert isinstance(await source.fetch(url), Fetched)
    assert server.target == b"/a%20b/%C3%A9?c"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + JPEG[:4999],
        b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + JPEG[:600_000],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + JPEG[:500],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n" + JPEG[:4] + b"\r\n",
        b"\x00garbage\r\n\r\n",
    ],
)
@pytest.mark.parametrize("hard", [False, True])
async def test_cut_and_garbled_answers_are_tried_later_and_leave_nothing(
    said: bytes,
    hard: bool,
    server: Any,
    source: HttpImageSource,
    url: str,
    parts: Parts,
    reset: Callable[[bytes], Talk],
) -> None:
    server.says(reset(said) if hard else said)
    assert isinstance(await source.fetch(url), TryLater)
    assert parts.left == []


async def test_a_refused_connection_is_tried_later(source: HttpImageSource) -> None:
    reserved = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = reserved.sockets[0].getsockname()[1]
    reserved.close()
    await reserved.wait_closed()
    assert await source.fetch(f"http://127.0.0.1:{port}/") == TryLater(
        "The image host does not answer: the connection was refused."
    )


async def test_a_name_that_does_not_resolve_is_tried_later(source: HttpImageSource) -> None:
    assert isinstance(await source.fetch("https://image.invalid/a"), TryLater)


async def test_a_host_that_says_nothing_is_tried_later(
    server: Any,
    source: HttpImageSource,
    url: str,
    silence: Talk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(http.TIMEOUTS, "read", 0.05)
    server.says(silence)
    assert await source.fetch(url) == TryLater("The image host does not answer: no answer in time.")


async def test_a_host_that_drips_is_given_up_and_takes_no_slot_along(
    server: Any, new_source: NewSource, url: str, parts: Parts, answer: Answer
) -> None:
    source = new_source(least_rate=LeastRate(10_000, 0.05))

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(200, content_length=len(JPEG)))
        for byte in JPEG:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.01)

    server.says(*[drip] * 20, answer(200, JPEG[:5000]))
    dripped = [await source.fetch(url) for _ in range(20)]
    assert all(isinstance(answered, TryLater) for answered in dripped)
    assert parts.left == []
    assert isinstance(await source.fetch(url), Fetched)


async def test_a_pool_without_free_slots_is_replaced(
    server: Any,
    source: HttpImageSource,
    url: str,
    silence: Talk,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "MAX_CONNECTIONS", 2)
    monkeypatch.setitem(http.TIMEOUTS, "pool", 0.05)
    server.says(*[silence] * 2, answer(200, JPEG))
    held = [asyncio.create_task(source.fetch(url)) for _ in range(2)]
    await server.received(2)
    assert await source.fetch(url) == TryLater(
        "The image host does not answer: no connection was free."
    )
    assert isinstance(await source.fetch(url), Fetched)
    assert all(isinstance(answered, TryLater) for answered in await asyncio.gather(*held))


async def test_a_cancelled_fetch_leaves_no_part_file(
    server: Any, source: HttpImageSource, url: str, parts: Parts
) -> None:
    sent = asyncio.Event()

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + JPEG)
        await writer.drain()
        sent.set()
        await reader.read()

    server.says(half)
    fetching = asyncio.create_task(source.fetch(url))
    await sent.wait()
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert parts.left == []


async def test_a_body_over_the_limit_is_unusable(
    server: Any,
    source: HttpImageSource,
    url: str,
    parts: Parts,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(part_writer, "MAX_IMAGE_BYTES", len(JPEG))
    server.says(answer(200, JPEG), answer(200, JPEG + b"x"))
    assert isinstance(await source.fetch(url), Fetched)
    assert await source.fetch(url) == Unusable("The image has more than 200 MB.")
    assert len(parts.left) == 1


@pytest.mark.parametrize("call", ["new", "write", "close"])
async def test_errors_of_our_own_disk_are_told_apart(
    call: str, server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    parts.faults[call] = OSError(28, "No space left on device")
    server.says(answer(200, JPEG))
    assert await source.fetch(url) == DiskTrouble(
        "The disk refused the image: No space left on device."
    )
    assert parts.left == []


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(JPEG)),
        ("GZIP", gzip.compress(JPEG)),
        ("deflate", zlib.compress(JPEG)),
        ("identity", JPEG),
        ("deflate", zlib.compress(JPEG, wbits=-15)),
        ("gzip, gzip", gzip.compress(gzip.compress(JPEG))),
        ("deflate,gzip", gzip.compress(zlib.compress(JPEG))),
        ("utf-8", JPEG),
        ("none", JPEG),
        ("binary, gzip", gzip.compress(JPEG)),
    ],
)
async def test_compression_that_was_not_asked_for_is_undone(
    coding: str, body: bytes, server: Any, source: HttpImageSource, url: str, answer: Answer
) -> None:
    server.says(answer(200, body, content_encoding=coding))
    fetched = await source.fetch(url)
    assert isinstance(fetched, Fetched)
    assert fetched.part.read_bytes() == JPEG
    assert fetched.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert b"Accept-Encoding: identity\r\n" in server.requests[0]


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", b"no gzip"),
        ("gzip", gzip.compress(JPEG)[:-9]),
        ("gzip, gzip", gzip.compress(JPEG)),
        ("gzip," * 5, JPEG),
    ],
)
async def test_compression_that_cannot_be_undone_is_tried_later(
    coding: str,
    body: bytes,
    server: Any,
    source: HttpImageSource,
    url: str,
    parts: Parts,
    answer: Answer,
) -> None:
    server.says(answer(200, body, content_encoding=coding))
    answered = await source.fetch(url)
    assert isinstance(answered, TryLater)
    assert "compress" in answered.reason
    assert parts.left == []


async def test_a_compressed_bomb_is_unusable(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    bomb = gzip.compress(b"\0" * 210_000_000, 1)
    for coding, body in (("gzip", bomb), ("gzip, gzip", gzip.compress(bomb))):
        server.says(answer(200, body, content_encoding=coding))
        assert isinstance(await source.fetch(url), Unusable)
        assert parts.left == []


async def test_behind_a_proxy_the_proxy_is_asked_and_literal_addresses_are_checked(
    servers: Any,
    new_source: NewSource,
    self_signed: ssl.SSLContext,
    trusting: ssl.SSLContext,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proxy = await servers()
    proxy.says(answer(403))
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    source = new_source(tls=trusting, allow_loopback=False)
    assert await source.fetch("https://image.example.com/secret?x-signature=1") == TryLater(
        "The image host does not answer: the proxy refused."
    )
    assert [request.split(b"\r\n")[0] for request in proxy.requests] == [
        b"CONNECT image.example.com:443 HTTP/1.1"
    ]
    for literal in ("10.0.0.1", "2852039166", "[fe80::1]", "127.1"):
        assert await source.fetch(f"https://{literal}/a") == PRIVATE
    assert len(proxy.requests) == 1


async def test_a_proxy_that_cannot_be_used_is_tried_later(
    source: HttpImageSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5h://127.0.0.1:9")
    assert await source.fetch("https://image.example.com/a") == TryLater(
        "The image host cannot be reached: proxies of the kind socks5h are not supported."
    )


async def test_closing_ends_a_fetch_under_way(
    server: Any, source: HttpImageSource, url: str, silence: Talk
) -> None:
    server.says(silence)
    fetching: asyncio.Task[ImageAnswer] = asyncio.create_task(source.fetch(url))
    await server.received(1)
    await source.aclose()
    assert isinstance(await asyncio.wait_for(fetching, 20), TryLater)


async def test_connecting_has_a_time_limit_that_covers_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", never)
    network = CheckedNetwork(allow_loopback=False)
    with pytest.raises(image_source.httpcore.ConnectTimeout):
        await network.connect_tcp("h.example.com", 443, 0.05)


# -- what was cut goes on ----------------------------------------------------------------------

CUT = 600_000
TAG = '"one"'
DATES = {"date": "Mon, 02 Mar 2026 14:00:00 GMT", "last_modified": "Mon, 02 Mar 2026 13:00:00 GMT"}


def cut(answer: Answer, at: int = CUT, body: bytes = JPEG, **headers: Any) -> bytes:
    """A whole answer of which only the beginning arrives."""
    whole = answer(200, body, **({"etag": TAG} | headers))
    return whole[: len(whole) - len(body) + at]


def rest(answer: Answer, at: int = CUT, body: bytes = JPEG, **headers: Any) -> bytes:
    given = {"content_range": f"bytes {at}-{len(body) - 1}/{len(body)}", "etag": TAG} | headers
    given = {name: value for name, value in given.items() if value is not None}
    return answer(206, body[at:], **given)


def asked_for(server: Any, number: int) -> dict[str, str]:
    lines = server.requests[number].decode("latin-1").split("\r\n")[1:-2]
    headers = dict(line.split(": ", 1) for line in lines)
    return {name: headers[name] for name in ("Range", "If-Range") if name in headers}


async def fetch_cut(source: HttpImageSource, url: str, parts: Parts) -> None:
    assert isinstance(await source.fetch(url), TryLater)
    assert len(parts.left) == 1


def check_whole(answered: ImageAnswer, parts: Parts, *, resumed: bool) -> None:
    assert isinstance(answered, Fetched)
    assert answered.part.read_bytes() == JPEG
    assert (answered.size_bytes, answered.sha256) == (len(JPEG), SHA256)
    assert answered.resumed is resumed
    assert parts.left == [answered.part]


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("at", [1, 511, 513, CUT, len(JPEG) - 1])
async def test_an_interrupted_download_goes_on_with_the_rest(
    at: int,
    hard: bool,
    server: Any,
    source: HttpImageSource,
    url: str,
    parts: Parts,
    answer: Answer,
    reset: Callable[[bytes], Talk],
) -> None:
    first = cut(answer, at)
    # After a hard cut the last bytes may not have arrived: the host looks what is asked for.
    server.says(reset(first) if hard else first, _serve_rest(server, answer))
    if hard:
        assert isinstance(await source.fetch(url), TryLater)
    else:
        await fetch_cut(source, url, parts)
    answered = await source.fetch(url)
    if not hard:
        check_whole(answered, parts, resumed=True)
        assert asked_for(server, 1) == {"Range": f"bytes={at}-", "If-Range": TAG}
    assert isinstance(answered, Fetched)
    assert answered.part.read_bytes() == JPEG
    assert answered.sha256 == SHA256


def _serve_rest(server: Any, answer: Answer) -> Talk:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wanted = asked_for(server, -1).get("Range", "bytes=0-")
        at = int(wanted.removeprefix("bytes=").removesuffix("-"))
        writer.write(rest(answer, at) if at else answer(200, JPEG))
        await writer.drain()

    return talk


async def test_it_may_be_cut_more_than_once(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    second = rest(answer)
    server.says(cut(answer), second[: len(second) - 200_000], rest(answer, len(JPEG) - 200_000))
    await fetch_cut(source, url, parts)
    await fetch_cut(source, url, parts)
    check_whole(await source.fetch(url), parts, resumed=True)
    assert asked_for(server, 2)["Range"] == f"bytes={len(JPEG) - 200_000}-"


async def test_a_host_that_is_in_trouble_in_between_costs_nothing(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    server.says(cut(answer), answer(503), b"", rest(answer))
    await fetch_cut(source, url, parts)
    assert isinstance(await source.fetch(url), TryLater)
    assert isinstance(await source.fetch(url), TryLater)
    check_whole(await source.fetch(url), parts, resumed=True)


async def test_a_last_modified_that_is_older_than_the_answer_is_as_good_as_a_tag(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    first = cut(answer, etag="", **DATES).replace(b"etag: \r\n", b"")
    server.says(first, rest(answer, etag=None))
    await fetch_cut(source, url, parts)
    check_whole(await source.fetch(url), parts, resumed=True)
    assert asked_for(server, 1)["If-Range"] == DATES["last_modified"]


@pytest.mark.parametrize(
    "headers",
    [
        {"etag": ""},
        {"etag": 'W/"one"'},
        {"etag": "one"},
        {"etag": "", "last_modified": DATES["last_modified"]},
        {"etag": "", "last_modified": DATES["date"], "date": DATES["date"]},
        {"etag": "", "last_modified": "yesterday", "date": DATES["date"]},
        {"etag": 'W/"one"', **DATES},
        {"accept_ranges": "none"},
    ],
)
async def test_without_a_strong_validator_it_starts_over(
    headers: dict[str, str],
    server: Any,
    source: HttpImageSource,
    url: str,
    parts: Parts,
    answer: Answer,
) -> None:
    server.says(cut(answer, **headers), answer(200, JPEG))
    assert isinstance(await source.fetch(url), TryLater)
    assert parts.left == []
    check_whole(await source.fetch(url), parts, resumed=False)
    assert asked_for(server, 1) == {}


async def test_a_body_of_unknown_length_or_a_compressed_one_starts_over(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    chunked = b'HTTP/1.1 200 OK\r\nETag: "one"\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n'
    packed = gzip.compress(JPEG)
    server.says(
        chunked + JPEG[:500],
        cut(answer, 500, packed, content_encoding="gzip"),
        answer(200, JPEG),
    )
    for _ in range(2):
        assert isinstance(await source.fetch(url), TryLater)
        assert parts.left == []
    check_whole(await source.fetch(url), parts, resumed=False)


async def test_another_version_or_a_host_without_ranges_starts_over(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    other = JPEG[::-1]
    server.says(cut(answer, body=other), answer(200, JPEG, etag='"two"'))
    await fetch_cut(source, url, parts)
    check_whole(await source.fetch(url), parts, resumed=False)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"content_range": f"bytes {CUT - 1}-{len(JPEG) - 1}/{len(JPEG)}"},
        {"content_range": f"bytes {CUT}-{len(JPEG) - 2}/{len(JPEG)}"},
        {"content_range": f"bytes {CUT}-{len(JPEG) - 1}/{len(JPEG) + 1}"},
        {"content_range": f"bytes {CUT}-{len(JPEG) - 1}/*"},
        {"content_range": None, "content_type": "multipart/byteranges; boundary=x"},
        {"etag": '"two"'},
        {"etag": 'W/"one"'},
        {"etag": None},
        {"content_encoding": "gzip"},
    ],
)
async def test_a_rest_that_does_not_fit_is_not_taken(
    headers: dict[str, Any],
    server: Any,
    source: HttpImageSource,
    url: str,
    parts: Parts,
    answer: Answer,
) -> None:
    server.says(cut(answer), rest(answer, **headers), answer(200, JPEG))
    await fetch_cut(source, url, parts)
    check_whole(await source.fetch(url), parts, resumed=False)
    assert asked_for(server, 2) == {}


async def test_a_range_that_the_host_does_not_have_starts_over(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    server.says(cut(answer), answer(416, content_range="bytes */5"), answer(200, JPEG))
    await fetch_cut(source, url, parts)
    check_whole(await source.fetch(url), parts, resumed=False)


@pytest.mark.parametrize("body", [JPEG[CUT:-1], JPEG[CUT:] + b"x"])
async def test_parts_that_do_not_make_the_whole_are_no_image(
    body: bytes, server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    head = rest(answer, content_length=None, transfer_encoding="chunked")
    head = head[: -len(JPEG[CUT:])]
    server.says(cut(answer), head + chunks, _serve_rest(server, answer))
    await fetch_cut(source, url, parts)
    assert isinstance(await source.fetch(url), TryLater)
    answered = await source.fetch(url)
    assert isinstance(answered, Fetched)
    assert answered.part.read_bytes() == JPEG


async def test_a_web_page_is_found_out_in_two_parts_too(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    body = b"<!DOCTYPE html><p>Sign in" + b" " * 5000
    server.says(cut(answer, 5, body), rest(answer, 5, body))
    await fetch_cut(source, url, parts)
    assert await source.fetch(url) == WEB_PAGE
    assert parts.left == []


async def test_a_link_that_died_leaves_no_part(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    server.says(cut(answer), answer(403), answer(200, JPEG))
    await fetch_cut(source, url, parts)
    assert isinstance(await source.fetch(url), LinkDied)
    assert parts.left == []
    check_whole(await source.fetch(url), parts, resumed=False)


async def test_another_link_starts_over(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    server.says(cut(answer), answer(200, JPEG))
    await fetch_cut(source, url, parts)
    assert isinstance(await source.fetch(f"{url}?x-signature=other"), Fetched)
    assert asked_for(server, 1) == {}


async def test_what_is_forgotten_or_closed_leaves_no_part(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    server.says(cut(answer))
    await fetch_cut(source, url, parts)
    source.forget(url)
    assert parts.left == []
    await fetch_cut(source, url, parts)
    await source.aclose()
    assert parts.left == []


async def test_only_so_many_are_kept(
    server: Any, source: HttpImageSource, url: str, parts: Parts, answer: Answer
) -> None:
    server.says(cut(answer, 100))
    for number in range(transfer.KEPT_AT_MOST + 3):
        assert isinstance(await source.fetch(f"{url}?{number}"), TryLater)
    assert len(parts.left) == transfer.KEPT_AT_MOST
    assert parts.opened == transfer.KEPT_AT_MOST + 3


async def test_bytes_whose_writing_was_given_up_are_not_relied_on(
    server: Any,
    new_source: NewSource,
    url: str,
    parts: Parts,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The total time runs out while a thread writes: nobody knows how much it wrote."""
    written = threading.Event()
    monkeypatch.setattr(Part, "write", lambda self, data: written.wait(20) and None)
    monkeypatch.setattr(image_source, "TOTAL_TIMEOUT_S", 0.2)
    server.says(answer(200, JPEG, etag=TAG), answer(200, JPEG, etag=TAG))
    answered = await new_source().fetch(url)
    written.set()
    assert isinstance(answered, TryLater)
    assert parts.left == []
