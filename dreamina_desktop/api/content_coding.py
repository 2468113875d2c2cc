"""Undo a compression that was not asked for, a bounded piece at a time."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_PIECE_BYTES = 256 * 1024
_WITH_A_HEAD = 47  # wbits: gzip's or zlib's, found by itself
_BARE = -15  # wbits: deflate without a head, which some hosts mean by the word
_COMPRESSED = ("gzip", "x-gzip", "deflate")
_MOST_CODINGS = 4  # one in the other


class TooLongError(ValueError):
    """A body that has more bytes than its kind can have, before or after decompression."""


class ContentDecoder:
    """Turns a body's chunks into its bytes. Bad data raises ValueError with words, too much of
    it in any layer TooLongError."""

    def __init__(self, coding: str, most_bytes: int) -> None:
        """`coding`: the header Content-Encoding, "" where there is none. Words that mean nothing
        to us (`utf-8`, `none`, `binary`) change nothing: we asked for none, and what the bytes are
        shows when they are decoded as a picture."""
        words = [word for word in coding.lower().replace(",", " ").split() if word in _COMPRESSED]
        if len(words) > _MOST_CODINGS:
            raise ValueError(f"it is compressed {len(words)} times")
        self._layers = [_Inflate(most_bytes) for _ in words]
        self._left = most_bytes

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The bytes of a chunk, in pieces that stay small however far they inflate."""
        self._left -= len(chunk)
        if self._left < 0:
            raise TooLongError("it is far too long")
        return _through(self._layers, chunk)

    def finish(self) -> None:
        """The body has ended."""
        for layer in self._layers:
            layer.finish()


def _through(layers: list[_Inflate], chunk: bytes) -> Iterator[bytes]:
    """The layer that was put on last comes off first."""
    if not layers:
        yield chunk
        return
    for piece in layers[-1].feed(chunk):
        yield from _through(layers[:-1], piece)


class _Inflate:
    """One layer of gzip or deflate."""

    def __init__(self, most_bytes: int) -> None:
        self._stream = zlib.decompressobj(_WITH_A_HEAD)
        self._begun = False
        self._left = most_bytes

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while chunk and not self._stream.eof:
            piece = self._inflate(chunk)
            self._left -= len(piece)
            if self._left < 0:
                raise TooLongError("it is far too long")
            yield piece
            chunk = self._stream.unconsumed_tail

    def finish(self) -> None:
        if not self._stream.eof:
            raise ValueError("its compression is cut")

    def _inflate(self, chunk: bytes) -> bytes:
        try:
            piece = self._stream.decompress(chunk, _PIECE_BYTES)
        except zlib.error as error:
            if self._begun:
                raise ValueError("its compression is broken") from error
            piece = self._without_head(chunk)
        self._begun = True
        return piece

    def _without_head(self, chunk: bytes) -> bytes:
        self._stream = zlib.decompressobj(_BARE)
        try:
            return self._stream.decompress(chunk, _PIECE_BYTES)
        except zlib.error as error:
            raise ValueError("its compression is broken") from error
