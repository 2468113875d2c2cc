"""Signed, expiring URLs, as image hosts hand them out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import quote

LIFETIME_S = 5400.0  # the shortest that was seen (docs/api.md, "Image URLs")

_QUERY = re.compile(rb"x-expires=([1-9][0-9]{0,11})&x-signature=[\x21-\x7e]{1,200}")


class Signer:
    """Signs paths and checks the queries of signed URLs. Times in Unix seconds."""

    def __init__(self, key: bytes, lifetime_s: float = LIFETIME_S) -> None:
        self._key = key
        self._lifetime_s = lifetime_s
        self._expiries: dict[str, int] = {}

    def query(self, path: str, now: float) -> str:
        """The query that opens `path`: the same one until a tenth of its life is left."""
        expires = self._expiries.get(path, 0)
        if expires - now <= self._lifetime_s / 10:
            expires = self._expiries[path] = max(1, round(now + self._lifetime_s))
        return self._signed(path, expires)

    def dead_query(self, path: str, expired: float) -> str:
        """The one that opened `path` until that time."""
        return self._signed(path, int(expired))

    def opens(self, path: str, query: bytes, now: float) -> bool:
        """Whether the query, its bytes as received, opens `path` now."""
        found = _QUERY.fullmatch(query)
        if found is None:
            return False
        expires = int(found[1])
        # Compared as text: decoding would let several spellings of one signature pass.
        return hmac.compare_digest(self._signed(path, expires).encode(), query) and now < expires

    def _signed(self, path: str, expires: int) -> str:
        digest = hmac.digest(self._key, f"{path}\n{expires}".encode(), hashlib.sha256)
        signature = quote(base64.b64encode(digest), safe="")
        return f"x-expires={expires}&x-signature={signature}"
