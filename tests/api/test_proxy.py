"""Proxies as people write them into their environment."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from dreamina_desktop.api.client import DreaminaClient
from dreamina_desktop.api.proxy import proxy_for
from dreamina_desktop.core.jobs.answer import Trouble
from dreamina_desktop.core.text.urls import parse_api_url


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("name:word", b"name:word"),
        ("jürgen:geheim", "jürgen:geheim".encode()),
        ("name:größe", "name:größe".encode()),
        ("name:gr%C3%B6%C3%9Fe", "name:größe".encode()),
        ("name:gr%F6%DFe", b"name:gr\xf6\xdfe"),
        ("name:a b%20c", b"name:a b c"),
        ("name:50%", b"name:50%"),
        ("name:p@ss:w%40rd", b"name:p@ss:w@rd"),
        ("name:a#b/c?d", b"name:a#b/c?d"),
        (":ticket", b":ticket"),
        ("name", b"name:"),
        ("名:密码😀", "名:密码😀".encode()),
    ],
)
async def test_a_name_and_password_reach_the_proxy_byte_for_byte(
    written: str, sent: bytes, servers: Any, tls: Any, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = await servers()
    proxy.says(answer(502))
    monkeypatch.setenv("HTTPS_PROXY", f" http://{written}@127.0.0.1:{proxy.port} ")
    client = DreaminaClient(parse_api_url("https://api.example.com/v1"), tls)
    client.use_token("user:1-a")
    answered = await client.job("j1")
    await client.aclose()
    assert answered == Trouble("The API does not answer: the proxy refused.", network=True)
    assert b"Proxy-Authorization: Basic " + b64encode(sent) + b"\r\n" in proxy.requests[0]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("proxy.example.com:8080", "http://proxy.example.com:8080"),
        ("HTTP://proxy.example.com/", "http://proxy.example.com:80"),
        ("https://proxy.example.com", "https://proxy.example.com:443"),
        ("http://prøxy.example.com:1", "http://xn--prxy-hra.example.com:1"),
        ("http://[::2]:1", "http://[::2]:1"),
    ],
)
def test_a_proxys_place(written: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", written)
    found = proxy_for("https", "api.example.com")
    assert found is not None
    assert (found.url, found.auth) == (url, None)


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example.com", ""])
def test_a_host_that_cannot_be_one_is_said(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", f"http://name:word@{host}:8080")
    with pytest.raises(ValueError, match=r"^the (name of the proxy's host|proxy's address)"):
        proxy_for("https", "api.example.com")
