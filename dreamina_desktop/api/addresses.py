"""Which network addresses an image may be fetched from."""

from __future__ import annotations

import ipaddress
import re
import socket

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Addresses that carry an IPv4 address are as good as that one.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")  # global for older Pythons


# Proxies on the user's own machine (Clash, sing-box, Surge) answer each name with one of these.
FAKE_RANGE = ipaddress.IPv4Network("198.18.0.0/15")


def is_fake(address: Address) -> bool:
    """Whether it stands for a name that a proxy on this machine resolves itself."""
    inner = _embedded(address) or address
    return isinstance(inner, ipaddress.IPv4Address) and inner in FAKE_RANGE


def is_allowed(address: Address, *, allow_loopback: bool) -> bool:
    """Whether an address is a public one (or this machine's own, where that is allowed)."""
    inner = _embedded(address)
    if inner is not None:
        return is_allowed(inner, allow_loopback=allow_loopback)
    if address.is_loopback:
        return allow_loopback
    if isinstance(address, ipaddress.IPv6Address) and (
        address.is_site_local or address in _LOCAL_NAT64
    ):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def literal_address(host: str) -> Address | None:
    """The address that a host is, in every form that a resolver takes (`127.1`, `0x7f000001`);
    None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if not re.fullmatch(r"[0-9A-Fa-fXx.]+", host):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address in an IPv4-mapped, 6to4 or NAT64 address."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
