"""What is to be written: jobs as one file, images as copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dreamina_desktop.core.jobs.job import ImageKey


class JobsForm(StrEnum):
    """What people call it; in small letters the ending of its files."""

    JSON = "JSON"
    CSV = "CSV"


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What is to be written, and where. `keys`: in the order of the names and of the sheet."""

    keys: Sequence[ImageKey]
    place: str  # a folder, or a file that ends in .zip
    for_others: bool  # no account, job ID, reference, link or prompt in name, file or beside it
    pattern: str  # of names: core.export.export_name
    has_pictures: bool = True
    has_sheet: bool = False
    has_prompts: bool = False  # in the sheet
    keeps_credentials: bool = True  # pictures with Content Credentials are copied untouched
    title: str = "Images"  # of the sheet
