"""Signed queries: exact bytes, a path, a time."""

from __future__ import annotations

import re

import pytest

from dreamina_desktop.sandbox.signing import Signer

NOW = 1_780_000_000.0
PATH = "/tos-useast5-i-x/abc~image.jpeg"


@pytest.fixture
def signer() -> Signer:
    return Signer(b"key", lifetime_s=100)


def test_a_query_opens_its_path_until_it_expires(signer: Signer) -> None:
    query = signer.query(PATH, NOW).encode()
    assert signer.opens(PATH, query, NOW + 99)
    assert not signer.opens(PATH, query, NOW + 100)


def test_a_query_opens_no_other_path_and_no_other_signers(signer: Signer) -> None:
    query = signer.query(PATH, NOW).encode()
    assert not signer.opens(PATH + "x", query, NOW)
    assert not Signer(b"other").opens(PATH, query, NOW)


def test_a_later_expiry_needs_another_signature(signer: Signer) -> None:
    query = signer.query(PATH, NOW)
    later = re.sub(r"x-expires=\d+", f"x-expires={int(NOW) + 5000}", query)
    assert later != query
    assert not signer.opens(PATH, later.encode(), NOW)


def test_the_signature_has_percent_encoded_slashes_and_pluses(signer: Signer) -> None:
    signatures = "".join(signer.query(f"{PATH}{number}", NOW) for number in range(200))
    encoded = set(re.findall(r"%..", signatures))
    assert encoded == {"%2F", "%2B", "%3D"}
    assert "/" not in signatures
    assert "+" not in signatures


def test_the_same_query_is_given_until_a_tenth_of_its_life_is_left(signer: Signer) -> None:
    query = signer.query(PATH, NOW)
    assert signer.query(PATH, NOW + 89) == query
    assert signer.query(PATH, NOW + 90) != query


@pytest.mark.parametrize(
    "query", [b"", b"x-expires=", b"x-expires=99999999999999999999&x-signature=a", b"\xff", b"a=b"]
)
def test_what_is_not_a_signed_query_opens_nothing(signer: Signer, query: bytes) -> None:
    assert not signer.opens(PATH, query, NOW)
