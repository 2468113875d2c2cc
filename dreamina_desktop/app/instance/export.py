"""The tracked jobs as one file (README.md, "Command line")."""

from __future__ import annotations

from collections.abc import Collection

from dreamina_desktop.core.export.request import JobsForm
from dreamina_desktop.services.export.jobs_as_text import jobs_as
from dreamina_desktop.services.library import Library


async def export(
    library: Library, only: Collection[int] | None, form: JobsForm = JobsForm.JSON
) -> bytes:
    """In tracking order; `only`: numbers, None for every shown job."""
    numbers = None if only is None else sorted(only)
    return b"".join([piece async for piece in jobs_as(form, library, numbers)])
