"""Copies of images with other metadata than their own: the disk of storage/, and imaging/. Both
are loaded when they are first used.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dreamina_desktop.files.export_target import ExportTarget


class Exports:
    """Work on the disk is done by `executor`."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def target(self, place: str) -> ExportTarget:
        """A folder, or a zip."""
        from dreamina_desktop.files.export_target import ExportTarget  # noqa: PLC0415

        return ExportTarget(Path(place), self._executor, rewrite)

    async def read_packet(self, file: str) -> bytes | None:
        """A file's XMP. Raises OSError, and ValueError where it is no picture."""
        from dreamina_desktop.imaging.metadata import read_xmp_file  # noqa: PLC0415

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, read_xmp_file, Path(file))


def rewrite(data: bytes, packet: bytes | None, keeps_credentials: bool) -> bytes:
    """A copy with this XMP, or without any metadata. One whose Content Credentials stay is the
    file itself. Raises ValueError where metadata cannot be told apart: nothing goes to others
    then."""
    from dreamina_desktop.imaging import metadata  # noqa: PLC0415

    if packet is None:
        return metadata.stripped(data)
    try:
        bare = metadata.without_credentials(data)
        return data if keeps_credentials and bare != data else metadata.with_xmp(bare, packet)
    except ValueError:
        return data  # for its owner: the record is beside it
