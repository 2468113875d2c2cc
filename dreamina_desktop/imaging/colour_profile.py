"""ICC colour profiles without the names of people, screens and places that are written into them.

A profile is a head of 128 bytes, a table of tags (name, place, size), and their values; sizes and
places stay, so that no number that decides about a colour moves.
"""

from __future__ import annotations

import re
import struct

_HEAD, _TAG = 128, 12  # bytes
_SIGNATURE = slice(36, 40)
_PROFILE_ID = slice(84, 100)  # a check sum over the rest; zeros: there is none
_MOST_TAGS = 200
# What a program that makes profiles for everyone calls them: says nothing about anybody.
_PUBLIC = re.compile(
    r"(sc?|e-)rgb( (built-in|iec[ \w.:-]{0,20}|v\d[\w .-]{0,30}))?|display p3|adobe ?rgb ?\(1998\)|"
    r"prophoto rgb|rec\.? ?(709|2020)[\w .-]{0,20}|(generic|dot gain|gr[ae]y|linear)[\w .%-]{0,30}|"
    r"c2(ci)?|(u\.s\. web )?(un)?coated[\w .()-]{0,40}|japan color[\w ]{0,20}|no copyright.{0,20}|"
    r"cc0|public domain|(photoshop )?icc profile|"
    r"copyright[^a-z]{0,20}(apple|hewlett-packard|adobe|microsoft|google|"
    r"international color consortium)[\w ,.()-]{0,40}",
    re.IGNORECASE,
)
_NAMES = (b"desc", b"dscm", b"dmnd", b"dmdd", b"cprt", b"vued", b"targ", b"mmod", b"vcgp", b"psid")
_NEUTRAL = "ICC profile"


def anonymous(profile: bytes) -> bytes:
    """The same colours under a neutral name. What is no profile is returned as it is."""
    if profile[_SIGNATURE] != b"acsp" or len(profile) < _HEAD + 4:
        return profile
    made = bytearray(profile)
    for place, size in _named(profile):
        made[place : place + size] = _without_name(profile[place : place + size])
    if made != profile:
        made[_PROFILE_ID] = bytes(16)
    return bytes(made)


def _named(profile: bytes) -> list[tuple[int, int]]:
    """Where the texts are, and how long."""
    [count] = struct.unpack_from(">L", profile, _HEAD)
    found = []
    for number in range(min(count, _MOST_TAGS)):
        at = _HEAD + 4 + number * _TAG
        if at + _TAG > len(profile):
            break
        name, place, size = struct.unpack_from(">4sLL", profile, at)
        if name in _NAMES and place > _HEAD and place + size <= len(profile) and size >= 8:
            found.append((place, size))
    return found


def _without_name(value: bytes) -> bytes:
    """A value as long as before; those of public profiles stay."""
    kind, body = value[:4], value[8:]
    if kind == b"desc" and len(body) >= 4:
        return value[:8] + _plain_description(body)
    if kind == b"mluc" and len(body) >= 8:
        return value[:8] + _translations(body)
    if kind == b"text":
        return value[:8] + _overwritten(body, body.decode("latin-1"), "ascii")
    return value[:8] + bytes(len(body))  # makers' own kinds, with serial numbers


def _plain_description(body: bytes) -> bytes:
    """Length, ASCII; then the same in other codes, which nobody needs."""
    [count] = struct.unpack_from(">L", body)
    count = min(count, len(body) - 4)
    name = body[4 : 4 + count]
    if is_public(name.decode("latin-1")):
        return body
    return body[:4] + _overwritten(name, "", "ascii") + bytes(len(body) - 4 - count)


def _translations(body: bytes) -> bytes:
    """Count and size of the records (language, length, place from the value's start), texts."""
    made = bytearray(body)
    count, size = struct.unpack_from(">LL", body)
    for number in range(min(count, _MOST_TAGS)):
        at = 8 + number * size
        if size < 12 or at + 12 > len(body):
            break
        length, place = struct.unpack_from(">LL", body, at + 4)
        start, end = place - 8, place - 8 + length
        if 0 <= start <= end <= len(body):
            text = body[start:end].decode("utf-16-be", "replace")
            made[start:end] = _overwritten(body[start:end], text, "utf-16-be")
    return bytes(made)


def _overwritten(raw: bytes, text: str, encoding: str) -> bytes:
    if text and is_public(text):
        return raw
    neutral = _NEUTRAL.encode(encoding)[: len(raw)]
    return neutral + bytes(len(raw) - len(neutral))


def is_public(text: str) -> bool:
    """Whether a profile's name or copyright is one that everyone has."""
    name = text.strip("\0 ")
    return not name or _PUBLIC.fullmatch(name) is not None
