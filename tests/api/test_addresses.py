"""Which addresses are public, in every disguise."""

from __future__ import annotations

import ipaddress

import pytest

from dreamina_desktop.api.addresses import is_allowed, literal_address

PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "2001::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::8.8.8.8",
    "2002:0a00:0001::1",
    "2002:c0a8:0101::1",
    "::10.0.0.1",
    "::8.8.8.8",
    "100::1",
]
LOOPBACK = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]
PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"]


@pytest.mark.parametrize("text", PRIVATE)
@pytest.mark.parametrize("allow_loopback", [True, False])
def test_private_addresses_are_never_allowed(text: str, allow_loopback: bool) -> None:
    assert not is_allowed(ipaddress.ip_address(text), allow_loopback=allow_loopback)


@pytest.mark.parametrize("text", LOOPBACK)
def test_loopback_is_allowed_where_the_api_is_on_it(text: str) -> None:
    address = ipaddress.ip_address(text)
    assert is_allowed(address, allow_loopback=True)
    assert not is_allowed(address, allow_loopback=False)


@pytest.mark.parametrize("text", PUBLIC)
@pytest.mark.parametrize("allow_loopback", [True, False])
def test_public_addresses_are_allowed(text: str, allow_loopback: bool) -> None:
    assert is_allowed(ipaddress.ip_address(text), allow_loopback=allow_loopback)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7F.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
    ],
)
def test_every_form_of_a_literal_address_is_one(host: str, address: str) -> None:
    assert str(literal_address(host)) == address


@pytest.mark.parametrize("host", ["localhost", "h.example", "face.example", "256.256.256.256", "x"])
def test_a_name_is_no_address(host: str) -> None:
    assert literal_address(host) is None
