"""Well-formed tokens and identifiers at example.com (docs/api.md, "Identifiers")."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from random import Random

US = "US:user@example.com"
CA = "CA:studio@example.com"
SG = "SG:agency@example.com"
BUCKETS = {
    US: "tos-useast5-i-wopfjsm1ax-tx",
    CA: "tos-useast8-i-wopfjsm1ax-tx",
    SG: "tos-alisg-i-wopfjsm1ax-sg",
}


class Identities:
    """Makes identifiers of one user; the same `random` makes the same ones."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.user_number = random.randint(10_000, 99_999)
        self.token = (
            f"user:{self.user_number}-{self._text(string.ascii_letters + string.digits, 24)}"
        )

    def jobid(self, created: float, letter: str, account: str, *, foreign: bool = False) -> str:
        """`created` in Unix seconds; `letter`: i image, I upscale; `foreign`: of another user."""
        # Half a millisecond more: 0.123 may be stored as 0.12299…, and is cut off below.
        time = datetime.fromtimestamp(created + 0.0005, UTC)
        moment = f"{time:%m%d%H%M%S}{time.microsecond // 1000:03d}{self._text(string.digits, 6)}"
        user = self.user_number + (7 if foreign else 0)
        return f"j{moment}{letter}-u{user}-{account}-bot:dreamina"

    def uri(self, account: str) -> str:
        return f"{BUCKETS[account]}/{self._text('0123456789abcdef', 32)}"

    def item_id(self) -> str:
        return f"76{self._text(string.digits, 17)}"

    def history_record_id(self) -> str:
        return f"30{self._text(string.digits, 10)}"

    def signing_key(self) -> bytes:
        return self._random.randbytes(32)

    def _text(self, letters: str, length: int) -> str:
        return "".join(self._random.choices(letters, k=length))
