"""What a rescue did, in one message for the user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dreamina_desktop.core.text.dates import local_time


@dataclass(frozen=True, slots=True)
class Rescued:
    """`aside`: the name of the damaged file, "" where there was none. Of the jobs that the backup
    did not have: `read` whole, `ids` only by their ID, `lost` not at all."""

    aside: str
    backup_at: datetime | None
    read: int
    ids: int
    lost: int

    def words(self) -> str:
        """Three or four sentences."""
        what = "was damaged" if self.aside else "was missing"
        if self.backup_at is None:
            begin = f"The library {what}, and there was no backup."
        else:
            local = local_time(self.backup_at)
            begin = f"The library {what}. The backup of {local.day} {local:%B, %H:%M} was restored."
        return " ".join(part for part in (begin, self._read(), self._lost(), self._kept()) if part)

    def _read(self) -> str:
        if not self.aside:
            return ""
        newer = "newer " if self.backup_at else ""
        found = self.read + self.ids
        if not found:
            return "" if self.backup_at else "No job could be read from the damaged file."
        words = f"{_jobs(found, newer)} {_were(found)} read from the damaged file"
        if not self.ids:
            return f"{words}."
        left = "only the ID is left" if self.ids == 1 else "only the IDs are left"
        return f"{words}; of {self.ids:,} {left}, and the API is asked again."

    def _lost(self) -> str:
        return f"{_jobs(self.lost)} could not be read any more." if self.lost else ""

    def _kept(self) -> str:
        return f"The damaged file was kept as {self.aside}." if self.aside else ""


def _jobs(count: int, kind: str = "") -> str:
    return f"{count:,} {kind}job{'' if count == 1 else 's'}"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
