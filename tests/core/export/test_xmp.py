"""What is written into a picture comes out of it again, whatever was written."""

from __future__ import annotations

import dataclasses
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.export.xmp import (
    MORE,
    MOST_BYTES,
    Provenance,
    image_of_job,
    parse_packet,
    xmp_packet,
)

JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
REFERENCE = "US:user@example.com-image:w2560:h1440:s905-uri:tos-a/1"
FULL = Provenance(
    jobid=JOBID,
    index=3,
    prompt="A red boat,\nand a <b>sea</b> & 'sky'",
    model="seedream-4.6",
    asset_ref=REFERENCE,
    parents=(f"{REFERENCE}2", image_of_job(JOBID, 1)),
    created="2026-03-02T14:05:30.123Z",
)
HOSTILE = (
    "\0\x08\x1f",
    "\ud800",
    "\udfff\ufffe\uffff",
    "\r\n \r \n\t ",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
    "</rdf:li>]]><![CDATA[",
    '<?xpacket end="r"?>',
    'tiff:Orientation="6" tiff:Orientation>6',
    "\u202eright to left\u2066",
    "\x85\u2028\u2029\ufeff",
    "👩‍👩‍👧红色",
)
SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "stRef": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}


def as_xml_holds_it(text: str) -> str:
    return re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)


def in_xml(provenance: Provenance) -> Provenance:
    """With every text as XML can hold it."""

    def clean(text: str | None) -> str | None:
        return None if text is None else as_xml_holds_it(text)

    return Provenance(
        jobid=as_xml_holds_it(provenance.jobid),
        index=provenance.index,
        prompt=clean(provenance.prompt),
        model=clean(provenance.model),
        asset_ref=clean(provenance.asset_ref),
        parents=tuple(map(as_xml_holds_it, provenance.parents)),
        created=clean(provenance.created),
    )


any_text = st.text(st.characters(), max_size=60) | st.sampled_from(HOSTILE)
provenances = st.builds(
    Provenance,
    jobid=any_text.filter(bool),
    index=st.integers(0, 999_999_999),
    prompt=st.none() | any_text | any_text.map(lambda text: text * 50),
    model=st.none() | any_text,
    asset_ref=st.none() | any_text,
    parents=st.lists(any_text, max_size=6).map(tuple),
    created=st.none() | any_text,
)


@given(provenances)
def test_what_was_written_is_read(provenance: Provenance) -> None:
    packet = xmp_packet(provenance)
    assert parse_packet(packet) == in_xml(provenance)
    ElementTree.fromstring(packet.decode())  # another parser takes it


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    hostile = Provenance(text, 0, text, text, text, (text, text), text)
    assert parse_packet(xmp_packet(hostile)) == in_xml(hostile)


def test_other_programs_find_the_standard_fields() -> None:
    root = ElementTree.fromstring(xmp_packet(FULL).decode())

    def texts(path: str) -> list[str | None]:
        return [found.text for found in root.iterfind(f".//{path}", SPACES)]

    assert texts("dc:description/rdf:Alt/rdf:li") == [FULL.prompt]
    [default] = root.iterfind(".//dc:description/rdf:Alt/rdf:li", SPACES)
    assert default.get("{http://www.w3.org/XML/1998/namespace}lang") == "x-default"
    assert texts("xmp:CreatorTool") == ["seedream-4.6"]
    assert texts("xmp:CreateDate") == ["2026-03-02T14:05:30.123Z"]
    assert texts("xmpMM:DocumentID") == [REFERENCE]
    assert texts("xmpMM:Ingredients/rdf:Bag/rdf:li/stRef:documentID") == list(FULL.parents)
    assert texts("Iptc4xmpExt:DigitalSourceType") == [
        "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    ]


def test_a_time_of_another_form_is_no_date_for_other_programs() -> None:
    odd = dataclasses.replace(FULL, created="yesterday")
    packet = xmp_packet(odd)
    assert b"CreateDate" not in packet
    assert parse_packet(packet) == odd


def test_what_is_absent_is_absent_and_what_is_empty_is_empty() -> None:
    bare = Provenance("j1", 0)
    assert parse_packet(xmp_packet(bare)) == bare
    assert b"dc:description>" not in xmp_packet(bare)
    empty = Provenance("j1", 0, "", "", "", ("",), "")
    assert parse_packet(xmp_packet(empty)) == empty


def test_a_parent_of_a_job_has_the_number_that_people_see() -> None:
    assert image_of_job("j1:dreamina", 0) == "j1:dreamina#1"


@pytest.mark.parametrize("character", ["a", "&", '"', "\r", "\0", "é", "红", "🌅", "\ud800"])
def test_too_much_is_cut_and_says_so(character: str) -> None:
    much = character * 3_000_000
    packet = xmp_packet(Provenance(much, 999_999_999, much, much, much, (much,) * 5000, much))
    assert len(packet) <= MOST_BYTES
    read = parse_packet(packet)
    assert read is not None
    texts = (read.jobid, read.prompt, read.model, read.asset_ref, read.created, *read.parents)
    assert all(text and text.endswith(MORE) for text in texts)
    assert as_xml_holds_it(much).startswith((read.prompt or "").removesuffix(MORE))
    assert len(read.prompt or "") > 4000


def test_the_longest_prompt_and_references_that_the_api_takes_are_not_cut() -> None:
    usual = dataclasses.replace(
        FULL,
        prompt="&" * 1600,
        parents=tuple(f"{REFERENCE}{'x' * 100}{slot}" for slot in range(6)),
    )
    assert parse_packet(xmp_packet(usual)) == usual


def test_of_many_parents_the_first_are_kept_and_the_last_says_that_there_are_more() -> None:
    many = tuple(f"j{number}:dreamina#1" for number in range(10_000))
    read = parse_packet(xmp_packet(dataclasses.replace(FULL, parents=many)))
    assert read is not None
    assert len(read.parents) > 20
    assert read.parents == (*many[: len(read.parents) - 1], MORE)
    assert read.prompt == FULL.prompt


def packet_of(properties: str, around: str = "") -> bytes:
    return f"""{around}<rdf:RDF xmlns:rdf="{SPACES["rdf"]}"><rdf:Description
        xmlns:d="urn:dreamina-desktop:provenance:1.0/" {properties}</rdf:RDF>""".encode()


def test_attributes_are_read_as_other_programs_write_them() -> None:
    packet = packet_of('d:jobid="j1" d:index="2" d:prompt="a&#10;b"/>')
    assert parse_packet(packet) == Provenance("j1", 2, "a\nb")


def test_only_our_own_fields_in_their_places_are_read() -> None:
    packet = packet_of(
        "><d:jobid>j1</d:jobid><d:index> 2 </d:index><jobid>j2</jobid>"
        "<d:jobid>second</d:jobid><d:odd><d:prompt>inner</d:prompt></d:odd>"
        "<d:parents><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></d:parents>"
        "<d:others><rdf:Bag><rdf:li>b</rdf:li></rdf:Bag></d:others></rdf:Description>"
    )
    assert parse_packet(packet) == Provenance("j1", 2, parents=("a",))


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\0" * 100,
        b"<html><p>not XML",
        b"{}",
        xmp_packet(FULL)[:-60],
        xmp_packet(FULL).replace(b"red", b"r\xffd"),
        xmp_packet(FULL).decode().encode("utf-16"),
        xmp_packet(FULL).decode().encode("utf-16-be"),
        xmp_packet(FULL).replace(b"urn:dreamina-desktop", b"urn:another"),
        xmp_packet(FULL).replace(b"rdf-syntax", b"other-syntax"),
        packet_of('d:jobid="j1"/>'),
        packet_of('d:index="1"/>'),
        packet_of('d:jobid="" d:index="1"/>'),
        packet_of('d:jobid="j1" d:index="-1"/>'),
        packet_of('d:jobid="j1" d:index="١"/>'),
        packet_of(f'd:jobid="j1" d:index="{"9" * 5000}"/>'),
        packet_of('d:jobid="j1" d:index="1" d:index="1"/>'),
        packet_of('d:jobid="j1" d:index="1" d:prompt="&e;"/>'),
        packet_of('d:jobid="&e11;" d:index="1"/>', f"<!DOCTYPE x [{BOMB}]>"),
        packet_of('d:jobid="j1" d:index="1"/>', '<!DOCTYPE x SYSTEM "file:///etc/hostname">'),
        packet_of('d:jobid="j1" d:index="1">' + "<a>" * 60_000),
        packet_of('d:jobid="j1" d:index="1">' + "<a>" * 99 + "</a>" * 99 + "</rdf:Description>"),
        packet_of('d:jobid="j1" d:index="1"/>') + b" " * 2_000_000,
    ],
    ids=range(23),
)
def test_what_is_not_ours_or_hostile_is_nothing(packet: bytes) -> None:
    assert parse_packet(packet) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    assert parse_packet(data) is None


@given(st.integers(0, len(xmp_packet(FULL)) - 1), st.binary(max_size=3))
def test_a_damaged_packet_is_read_without_an_error(place: int, damage: bytes) -> None:
    packet = xmp_packet(FULL)
    damaged = packet[:place] + damage + packet[place + len(damage) :]
    read = parse_packet(damaged)
    assert read is None or isinstance(read, Provenance)
