"""What a picture was made from and by which job, as an XMP packet inside its file.

Our own fields are what is read back; the standard ones beside them are for other programs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

MOST_BYTES = 65_502  # that one APP1 segment of a JPEG can hold
MORE = "…"  # ends what was cut; as a parent: there are more
_OURS = "urn:dreamina-desktop:provenance:1.0/"
_AIGC = "http://www.tc260.org.cn/ns/AIGC/1.0/ AIGC"  # the label of the Chinese standard
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

# Bytes of XML. What is in a standard field, too, is in the packet twice.
_MOST_PROMPT = 26_000
_MOST_PARENTS = 6_000
_MOST_ID = 1_300  # the longest job ID, in the longest characters
_MOST_SHORT = 300

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Quotes, too: Pillow takes `tiff:Orientation="6` in a prompt for an orientation.
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}
_TO_ESCAPE = str.maketrans(_ESCAPES)
_XMP_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)

_MOST_READ = 1024 * 1024  # bytes: other programs add to ours, and ours is added to theirs
_PIECE = 4096  # bytes: how much is parsed before a refusal takes effect
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Provenance:
    """Of one image. `parents`: what it was made from, in the request's order: assetRefs, or what
    `image_of_job` makes of an upscale's source."""

    jobid: str
    index: int  # from 0
    prompt: str | None = None
    model: str | None = None
    asset_ref: str | None = None
    parents: tuple[str, ...] = ()
    created: str | None = None  # ISO 8601, as the API wrote it


def image_of_job(jobid: str, index: int) -> str:
    """A parent that is known by its job alone: `<job ID>#<number of the image, from 1>`. No job ID
    has a `#` in it."""
    return f"{jobid}#{index + 1}"


def xmp_packet(provenance: Provenance) -> bytes:
    """UTF-8, at most 65,502 bytes: what is too long is cut and ends with `…`. Characters that XML
    cannot hold (control characters, halves of characters) become U+FFFD."""
    made = provenance
    prompt, model = _escaped(made.prompt, _MOST_PROMPT), _escaped(made.model, _MOST_SHORT)
    reference, created = _escaped(made.asset_ref, _MOST_ID), _escaped(made.created, _MOST_SHORT)
    parents = _escaped_parents(made.parents)
    fields = [
        _field("dreamina:jobid", _escaped(made.jobid, _MOST_ID)),
        _field("dreamina:index", str(made.index)),
        _field("dreamina:prompt", prompt),
        _field("dreamina:model", model),
        _field("dreamina:assetRef", reference),
        _field("dreamina:created", created),
        _array("dreamina:parents", "Seq", parents),
        _field("Iptc4xmpExt:DigitalSourceType", _BY_A_MODEL),
        _field("xmp:CreatorTool", model or None),
        _field("xmp:CreateDate", created if created and _XMP_DATE.fullmatch(created) else None),
        _field("xmpMM:DocumentID", reference or None),
        _ingredients(parents),
        _description(prompt),
    ]
    return (_HEAD + "".join(fields) + _TAIL).encode()


def parse_packet(packet: bytes) -> Provenance | None:
    """What `xmp_packet` wrote, also after another program has written it anew; None where it is not
    ours or cannot be read. Never raises."""
    # Without a document type there are no entities to multiply; UTF-16, with zeros, would hide it.
    if len(packet) > _MOST_READ or b"<!DOCTYPE" in packet or b"\0" in packet:
        return None
    reader = _Reader()
    try:
        reader.read(packet)
    except (expat.ExpatError, _RefusedError):
        return None
    return _provenance(reader.fields, tuple(reader.parents))


def produced_ids(packet: bytes) -> tuple[str, ...]:
    """What the vendor's own label (TC260 AIGC, JSON in XMP) calls the picture: `ProduceID` has the
    form of an `imageUri`. Never raises."""
    reader = _Reader()
    try:
        reader.read(packet[:_MOST_READ])
    except (expat.ExpatError, _RefusedError):
        return ()
    return tuple(filter(None, map(_produced_id, reader.labels)))


def _produced_id(label: str) -> str | None:
    try:
        said = json.loads(label)
    except (ValueError, RecursionError):
        return None
    found = said.get("ProduceID") if isinstance(said, dict) else None
    return found if isinstance(found, str) else None


def added_to(existing: bytes, packet: bytes) -> bytes | None:
    """The XMP that a picture has, with the fields of `packet` (`xmp_packet`) that it has not;
    what it says stays. None where it is written in a way that nothing can be added to."""
    theirs = _OUR_BLOCK.sub(b"", existing)
    if theirs != existing and b"<rdf:Description" not in theirs:
        return packet  # it was ours alone
    opening = _OPENING.search(theirs)
    ours = _OUR_BLOCK.search(packet)
    if opening is None or ours is None or b"</rdf:RDF>" not in theirs:
        return None
    block = ours[0]
    for name in _STANDARD_FIELDS:
        if re.search(rb"[\s<]%b[\s=>/]" % name, theirs):
            block = re.sub(rb"<%b>.*?</%b>\n" % (name, name), b"", block, flags=re.DOTALL)
    place = opening.end()
    merged = theirs[:place] + block + theirs[place:]
    merged = _PADDING.sub(b"\n", merged)
    return merged if parse_packet(merged) == parse_packet(packet) else None


def is_readable(packet: bytes) -> bool:
    """Whether it is XML at all: what is not says nothing to anybody."""
    try:
        _Reader().read(packet)
    except _RefusedError:
        return True
    except expat.ExpatError:
        return False
    return True


_BY_A_MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_HEAD = f"""\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="{_RDF}">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
 xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:dreamina="{_OURS}">
"""
_OUR_BLOCK = re.compile(
    rb"\n?"
    + re.escape(_HEAD[_HEAD.index("<rdf:Description") :].encode())
    + rb".*?</rdf:Description>\n",
    re.DOTALL,
)
_OPENING = re.compile(rb"<rdf:RDF(\s[^<>]*)?(?<!/)>")
_PADDING = re.compile(rb"\s{20,}(?=<\?xpacket end)")  # room that was left for editing in place
_STANDARD_FIELDS = (
    b"Iptc4xmpExt:DigitalSourceType",
    b"xmp:CreatorTool",
    b"xmp:CreateDate",
    b"xmpMM:DocumentID",
    b"xmpMM:Ingredients",
    b"dc:description",
)
_TAIL = """\
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def _escaped(text: str | None, most: int) -> str | None:
    """As it stands in XML, in at most `most` bytes of UTF-8."""
    if text is None:
        return None
    # A character is at least a byte: megabytes need not be looked at.
    short = _NOT_IN_XML.sub("\ufffd", text[: most + 1])
    escaped = short.translate(_TO_ESCAPE)
    if len(escaped.encode()) <= most:
        return escaped
    left = most - len(MORE.encode())
    for place, character in enumerate(short):
        left -= len(_ESCAPES.get(character, character).encode())
        if left < 0:
            return short[:place].translate(_TO_ESCAPE) + MORE
    raise AssertionError("it was too long")


def _escaped_parents(parents: tuple[str, ...]) -> tuple[str, ...]:
    """As many as there is room for, and `…` where that is not all."""
    kept: list[str] = []
    left = _MOST_PARENTS
    for parent in parents:
        escaped = _escaped(parent, _MOST_ID) or ""
        left -= len((_item(escaped) + _ingredient(escaped)).encode())
        if left < 0:
            return (*kept, MORE)
        kept.append(escaped)
    return tuple(kept)


def _field(name: str, escaped: str | None) -> str:
    return "" if escaped is None else f"<{name}>{escaped}</{name}>\n"


def _array(name: str, kind: str, escaped: tuple[str, ...]) -> str:
    if not escaped:
        return ""
    items = "".join(_item(text) for text in escaped)
    return f"<{name}><rdf:{kind}>\n{items}</rdf:{kind}></{name}>\n"


def _item(escaped: str) -> str:
    return f"<rdf:li>{escaped}</rdf:li>\n"


def _ingredients(parents: tuple[str, ...]) -> str:
    """A parent's assetRef is the `xmpMM:DocumentID` of its own file."""
    items = "".join(_ingredient(text) for text in parents if text != MORE)
    return f"<xmpMM:Ingredients><rdf:Bag>\n{items}</rdf:Bag></xmpMM:Ingredients>\n" if items else ""


def _ingredient(escaped: str) -> str:
    inside = f"<stRef:documentID>{escaped}</stRef:documentID>"
    return f'<rdf:li rdf:parseType="Resource">{inside}</rdf:li>\n'


def _description(prompt: str | None) -> str:
    if not prompt:
        return ""
    item = f'<rdf:li xml:lang="x-default">{prompt}</rdf:li>'
    return f"<dc:description><rdf:Alt>{item}</rdf:Alt></dc:description>\n"


def _provenance(fields: Mapping[str, str], parents: tuple[str, ...]) -> Provenance | None:
    jobid, index = fields.get("jobid"), fields.get("index", "").strip()
    if not jobid or not re.fullmatch(r"\d{1,9}", index, re.ASCII):
        return None
    return Provenance(
        jobid=jobid,
        index=int(index),
        prompt=fields.get("prompt"),
        model=fields.get("model"),
        asset_ref=fields.get("assetRef"),
        parents=parents,
        created=fields.get("created"),
    )


class _RefusedError(Exception):
    """Deeper than any packet."""


class _Reader:
    """Collects our properties: elements in an rdf:Description or, as other programs write short
    ones, its attributes."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.parents: list[str] = []
        self.labels: list[str] = []
        self._open: list[str] = []  # names of the elements around
        self._text: list[str] = []  # of the innermost

    def read(self, packet: bytes) -> None:
        """Raises ExpatError or _RefusedError."""
        parser = expat.ParserCreate("utf-8", " ")  # whatever the packet says that it is
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        for start in range(0, len(packet), _PIECE):
            parser.Parse(packet[start : start + _PIECE], False)
        parser.Parse(b"", True)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._open.append(name)
        self._text.clear()
        if len(self._open) > _DEEPEST:
            raise _RefusedError
        if name == _DESCRIPTION:
            self._keep(attributes.items())

    def _end(self, name: str) -> None:
        self._open.pop()
        text = "".join(self._text)
        self._text.clear()
        if self._open[-1:] == [_DESCRIPTION]:
            self._keep([(name, text)])
        elif name == f"{_RDF} li" and self._open[-3:-1] == [_DESCRIPTION, f"{_OURS} parents"]:
            self.parents.append(text)

    def _keep(self, properties: Iterable[tuple[str, str]]) -> None:
        for name, text in properties:
            if name == _AIGC:
                self.labels.append(text)
            space, _, short = name.rpartition(" ")
            if space == _OURS:
                self.fields.setdefault(short, text)


_DESCRIPTION = f"{_RDF} Description"
