"""Accounts by short names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.text.accounts import AccountLabel, account_of, labels, mask_addresses

US = "US:user@example.com"
CA = "CA:First.Last+Tag@Example.com"
KNOWN = labels([US, CA], {CA: "Studio"})


@pytest.mark.parametrize("account", [US, CA, "US:o'brien@example.com", "US:a/b=c@example.com"])
def test_job_ids_and_references_tell_their_account(account: str) -> None:
    assert account_of(f"j0302140530123456789i-u12345-{account}-bot:dreamina") == account
    assert account_of(f"{account}-image:w2560:h1440:s812345-uri:tos-a/b") == account


@pytest.mark.parametrize(
    ("text", "account"),
    [
        (US, US),
        ("US%3Auser%40example.com", US),
        ("from user@example.com", "user@example.com"),
        ("jnew-US:user@example.com-bot:dreamina", US),
        ("jabc:dreamina", None),
        ("", None),
    ],
)
def test_an_account_is_read_from_other_text(text: str, account: str | None) -> None:
    assert account_of(text) == account


def test_accounts_are_lettered_in_their_order_once_each() -> None:
    assert labels(["a", "b", "a", "c"], {"b": "Studio"}) == {
        "a": AccountLabel("A", 0),
        "b": AccountLabel("Studio", 1),
        "c": AccountLabel("C", 2),
    }


def test_letters_go_on_after_z() -> None:
    names = [label.name for label in labels(map(str, range(703)), {}).values()]
    assert (names[25], names[26], names[27], names[701], names[702]) == (
        "Z",
        "AA",
        "AB",
        "ZZ",
        "AAA",
    )


def test_an_empty_name_is_none() -> None:
    assert labels(["a"], {"a": ""})["a"].name == "A"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (US, "US:A"),
        (
            f"j0302140530123456789i-u12345-{US}-bot:dreamina",
            "j0302140530123456789i-u12345-US:A-bot:dreamina",
        ),
        (f"{CA}-image:w1:h2:s3-uri:x", "CA:Studio-image:w1:h2:s3-uri:x"),
        ("images/US%3Auser%40example.com-bot%3Adreamina", "images/US%3AA-bot%3Adreamina"),
        ("US%253Auser%2540example.com", "US%253AA"),
        ("First.Last%2BTag%40Example.com", "Studio"),
        ('{"email": "user\\u0040example.com"}', '{"email": "A"}'),
        ("to <user@example.com>, other@mail.example.com.", "to <A>, …."),
        ("US:other@example.com-bot:dreamina", "US:…-bot:dreamina"),
        ("o'brien@example.com and 'x@example.com'", "… and '…'"),
        ("üser@exämple.com", "…"),
        ("someone@localhost", "…"),
        ("no address @ all, user@ or @user", "no address @ all, user@ or @user"),
    ],
)
def test_addresses_are_masked_and_the_rest_stays(text: str, masked: str) -> None:
    assert mask_addresses(text, KNOWN) == masked


@given(
    st.text(max_size=40),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,20}", fullmatch=True),
    st.sampled_from(["@", "%40", "%2540", "\\u0040"]),
    st.text(max_size=40),
)
def test_no_address_stays_in_any_text(before: str, name: str, at: str, after: str) -> None:
    masked = mask_addresses(f"{before}{name}{at}example.com {after}", {})
    assert not re.search(re.escape(f"{name}{at}example"), masked)


@given(st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask_addresses(text, {})
    assert mask_addresses(once, {}) == once


@pytest.mark.parametrize("piece", ["a", "a.", "o'", "%2B", "US:", "US%3A", "a@b.", "-u1-"])
def test_long_text_is_fine(piece: str) -> None:
    text = piece * 20_000
    assert "@example.com" not in mask_addresses(f"{text} user@example.com", {})
    assert account_of(text) is None or "@" in piece
