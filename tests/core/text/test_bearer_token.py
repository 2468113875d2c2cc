"""Cutting tokens out of text."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.text.redaction import (
    without_tokens,
    without_tokens_in,
    without_tokens_in_bytes,
)

TOKENS = st.builds(
    "user:{}-{}".format,
    st.integers(1, 99_999),
    st.from_regex(r"[A-Za-z0-9._~+/=-]{1,40}", fullmatch=True).map(lambda word: f"SeCret{word}"),
)


@given(TOKENS)
def test_nothing_of_a_token_stays_whatever_it_is_in(token: str) -> None:
    for text in (
        token,
        f"Authorization: Bearer {token}",
        json.dumps({"headers": {"Authorization": f"Bearer {token}"}}),
        json.dumps(json.dumps({"Authorization": f"Bearer {token}"})),
        f"https://example.com/?token={quote(token, safe='')}&x=1",
        f"https://example.com/?token={quote(quote(token, safe=''), safe='')}&x=1",
        f"USEAPI_TOKEN='{token}' run",
        "\u200b".join(token),
    ):
        cut = without_tokens(text)
        assert "SeCret" not in cut.replace("\u200b", "")
        assert "[token]" in cut
        assert without_tokens(cut) == cut


@given(TOKENS)
def test_json_stays_json(token: str) -> None:
    value = {"a": f"Bearer {token}", "USEAPI_TOKEN": token, "b": [token, "c"]}
    assert json.loads(without_tokens(json.dumps(value))) == {
        "a": "Bearer [token]",
        "USEAPI_TOKEN": "[token]",
        "b": ["[token]", "c"],
    }


def test_what_follows_a_token_stays() -> None:
    assert without_tokens("t=user:1-abc&x=1") == "t=[token]&x=1"
    assert without_tokens("user%3A1-abc%22%2C%22x") == "[token]%22%2C%22x"
    assert without_tokens("USEAPI_TOKEN=abc\njob") == "USEAPI_TOKEN=[token]\njob"
    assert without_tokens("USEAPI_TOKEN=\njob") == "USEAPI_TOKEN=\njob"


def test_a_token_of_another_form_is_cut_where_its_place_tells() -> None:
    assert without_tokens("authorization: bearer xyz") == "authorization: bearer [token]"
    assert without_tokens("say\n  'Bearer xyz'\nagain") == "say\n  'Bearer [token]'\nagain"
    assert without_tokens("bearer abcdefghijklmnopqrst") == "bearer [token]"


@pytest.mark.parametrize(
    "text",
    [
        "user:1234-pixverse:jane.doe@example.com-image:123456789",
        "user:1234-google-flow:jane.doe@example.com-image:123456789",
        "user%3A1234-pixverse%3Ajane.doe%40example.com-image%3A1",
        "user:1234-jane@example.com",
        "the standard bearer 4k",
        "a bearer of light",
        "bearer",
        "Bearer $USEAPI_TOKEN",
        "USEAPI_TOKEN=$OTHER",
        "USEAPI_TOKEN is not set",
        "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert without_tokens(text) == text


def test_a_token_is_one_whatever_stands_behind_it() -> None:
    token = "user:1234-Abcdefgh0123456789xy"
    for behind in (": refused", ":", "@", ".", ":x", "@x"):
        assert without_tokens(f"{token}{behind}").startswith("[token]")


def test_the_texts_of_a_value_are_cut_too() -> None:
    token = "user:1-abcDEF123"
    value = {"a": [token, 5, None], token: f"x {token}"}
    assert without_tokens_in(value) == {"a": ["[token]", 5, None], "[token]": "x [token]"}


def test_bytes_without_a_token_stay_byte_for_byte() -> None:
    odd = bytes(range(256)) + b" user: bearer "
    assert without_tokens_in_bytes(odd) == odd
    assert without_tokens_in_bytes(b"\xff user:1-abc \xfe") == b"\xff [token] \xfe"
    assert without_tokens_in_bytes(b"say myown, please", "myown") == b"say [token], please"
