"""What jobs are written as."""

from __future__ import annotations

from enum import StrEnum


class JobsForm(StrEnum):
    """What people call it; in small letters the ending of its files."""

    JSON = "JSON"
    CSV = "CSV"
