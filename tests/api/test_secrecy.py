"""The token goes to the API's origin and nowhere else; images are asked for by nobody in
particular. What belongs to one client alone is tested beside it.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import truststore
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.api import checked_network
from dreamina_desktop.api.client import DreaminaClient, path_segment
from dreamina_desktop.api.http import make_tls_context
from dreamina_desktop.api.image_source import HttpImageSource
from dreamina_desktop.core.jobs.answer import Fetched, TryLater
from dreamina_desktop.core.text.urls import parse_api_url
from dreamina_desktop.files.parts import PartFiles

TOKEN = "user:12345-s3cret"
BASES = (
    "https://api.example.com/v1/d",
    "https://api.example.com//evil.example.com",
    "http://[::1]:8",
)
Answer = Callable[..., bytes]


@given(st.sampled_from(BASES), st.text() | st.text("./\\?#%@:;&=[]{} \r\n\t\x00a", max_size=12))
def test_whatever_an_id_is_its_request_goes_to_the_origin_of_the_api(base: str, jobid: str) -> None:
    client = DreaminaClient(parse_api_url(base), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    try:
        request = client._request(b"/images/" + path_segment(jobid), TOKEN)
    except (ValueError, httpx.InvalidURL):
        return
    expected = httpx.URL(base)
    asked = request.url
    assert (asked.scheme, asked.host, asked.port) == (expected.scheme, expected.host, expected.port)
    path = expected.raw_path.rstrip(b"/")
    assert asked.raw_path == path + b"/images/" + path_segment(jobid)
    assert asked.raw_path.count(b"/") == path.count(b"/") + 2
    assert not set(asked.raw_path) & set(b"?#\r\n \\")
    assert request.headers["host"] == expected.netloc.decode()


def test_certificates_are_checked_against_the_systems_store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    context = make_tls_context()
    assert isinstance(context, truststore.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.keylog_filename is None  # with the keys, others could read the token
    assert not (tmp_path / "keys").exists()


@pytest_asyncio.fixture
async def source(tmp_path: Path) -> AsyncIterator[Callable[..., HttpImageSource]]:
    made: list[HttpImageSource] = []

    def make(tls: ssl.SSLContext) -> HttpImageSource:
        made.append(HttpImageSource(PartFiles(tmp_path), tls, allow_loopback=False))
        return made[-1]

    yield make
    for one in made:
        await one.aclose()


@pytest.fixture
def first_hop_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A public host that happens to be this machine: its name resolves to what is refused."""
    monkeypatch.setattr(checked_network, "is_allowed", lambda *_, **__: True)


async def test_an_image_host_with_an_untrusted_certificate_gets_no_request(
    servers: Any,
    source: Any,
    self_signed: ssl.SSLContext,
    answer: Answer,
    first_hop_allowed: None,
) -> None:
    server = await servers(self_signed)
    server.says(answer(200, b"picture"))
    asked = await source(make_tls_context()).fetch(f"https://localhost:{server.port}/a")
    assert asked == TryLater("The image host does not answer: its certificate is not valid.")
    assert server.requests == []


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://localhost:{port}/a", "The link is not https but http."),
        ("https://127.0.0.1:{port}/a", "The link leads to an address of a private network."),
        (
            "https://[::ffff:127.0.0.1]:{port}/a",
            "The link leads to an address of a private network.",
        ),
    ],
)
async def test_no_redirect_leads_out_of_https_or_into_the_local_network(
    location: str,
    reason: str,
    servers: Any,
    source: Any,
    self_signed: ssl.SSLContext,
    trusting: ssl.SSLContext,
    answer: Answer,
    first_hop_allowed: None,
) -> None:
    server, other = await servers(self_signed), await servers()
    other.says(answer(200, b"picture"))
    server.says(answer(302, location=location.format(port=other.port)))
    asked = await source(trusting).fetch(f"https://localhost:{server.port}/a")
    assert asked == TryLater(f"The image host leads astray. {reason}", refusal=True)
    assert other.requests == []


async def test_an_image_host_learns_nothing_about_who_asks(
    servers: Any,
    source: Any,
    self_signed: ssl.SSLContext,
    trusting: ssl.SSLContext,
    answer: Answer,
    first_hop_allowed: None,
) -> None:
    """Also not at its next request, nor the host that it redirects to."""
    server, other = await servers(self_signed), await servers(self_signed)
    picture = answer(200, b"picture", set_cookie="a=b; Domain=localhost; Path=/", etag='"me"')
    there = f"https://localhost:{other.port}/b"
    server.says(picture, answer(302, location=there, set_cookie="c=d"))
    other.says(answer(200, b"picture", refresh="0"))
    images = source(trusting)
    for _ in range(2):
        assert isinstance(await images.fetch(f"https://localhost:{server.port}/a"), Fetched)
    assert len(server.requests) == 2
    assert len(other.requests) == 1
    for request in (*server.requests, *other.requests):
        names = {line.partition(b":")[0].lower() for line in request.split(b"\r\n")[1:-2]}
        assert names == {b"host", b"accept", b"accept-encoding", b"user-agent"}


async def test_an_answer_that_echoes_the_token_has_it_not(server: Any) -> None:
    """Neither in its words nor in the record that is kept; also a token of no usual form."""
    for token in ("user:12345-s3cretABCDEFGHIJ", "any-s3cret"):
        jobid = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
        body = f'{{"jobid":"{jobid}","status":"created","seen":"Bearer {token}"}}'
        said = f'{{"error":"no {token}"}}'
        server.says(
            *(
                f"HTTP/1.1 {status} X\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()
                for status, text in ((200, body), (500, said))
            )
        )
        base = parse_api_url(f"http://127.0.0.1:{server.port}/v1")
        client = DreaminaClient(base, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        client.use_token(token)
        found, trouble = await client.job(jobid), await client.job(jobid)
        await client.aclose()
        assert "s3cret" not in f"{found} {trouble}"
        assert "[token]" in f"{found}"
        assert "[token]" in f"{trouble}"
