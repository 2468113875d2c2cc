"""Find job IDs in the bare bytes of a damaged library, where SQLite reads no rows any more."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

# In the form that IDs usually have (inferred, docs/api.md).
_FORM = rb"j\d{19,25}[A-Za-z]-u\d{1,12}-[A-Z]{2}:[!-~]{3,150}?-bot:dreamina"
_ID = re.compile(_FORM)
# The source of an upscale, in its record: a job that need not be tracked.
_SOURCE = re.compile(
    rb'"request"\s*:\s*\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*?"jobid"\s*:\s*"(' + _FORM + rb')"'
)
_CHUNK_BYTES = 16 * 1024 * 1024
_OVERLAP_BYTES = 8 * 1024  # a request with its prompt


def lost_ids(file: Path, *, in_records: bool) -> set[str]:
    """The IDs of the table and its index; with those that stand in records, too, if wished for:
    then an upscale's source is told from the job itself by its place. Nothing for no file."""
    own: set[bytes] = set()
    quoted: set[bytes] = set()
    sources: set[bytes] = set()
    with suppress(OSError), file.open("rb") as stream:
        rest = b""
        while chunk := stream.read(_CHUNK_BYTES):
            text = rest + chunk
            for found in _ID.finditer(text):
                is_quoted = text[found.start() - 1 : found.start()] == b'"'
                (quoted if is_quoted else own).add(found[0])
            sources.update(found[1] for found in _SOURCE.finditer(text))
            rest = text[-_OVERLAP_BYTES:]
    found_ids = own | (quoted - sources) if in_records else own
    return {jobid.decode("ascii") for jobid in found_ids}
