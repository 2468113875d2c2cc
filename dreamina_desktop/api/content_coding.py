"""Undo a compression that was not asked for, a bounded piece at a time."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_PIECE_BYTES = 256 * 1024
_GZIP_OR_ZLIB = 47  # wbits: either header, found by itself


class ContentDecoder:
    """Turns a body's chunks into its bytes. Bad data raises ValueError with words."""

    def __init__(self, coding: str) -> None:
        """`coding`: the header Content-Encoding, "" where there is none."""
        coding = coding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise ValueError(f"it is compressed as {coding[:20]!r}")
        self._inflate = None if coding in ("", "identity") else zlib.decompressobj(_GZIP_OR_ZLIB)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The bytes of a chunk, in pieces that stay small however far they inflate."""
        if self._inflate is None:
            yield chunk
            return
        while chunk and not self._inflate.eof:
            try:
                yield self._inflate.decompress(chunk, _PIECE_BYTES)
            except zlib.error as error:
                raise ValueError("its compression is broken") from error
            chunk = self._inflate.unconsumed_tail

    def finish(self) -> None:
        """The body has ended."""
        if self._inflate is not None and not self._inflate.eof:
            raise ValueError("its compression is cut")
