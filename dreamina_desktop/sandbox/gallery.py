"""The pictures of the sample jobs: drawn once, when they are first needed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence

from dreamina_desktop.sandbox.catalog import SampleJob
from dreamina_desktop.sandbox.pictures.painter import draw


class Gallery:
    """JPEGs by their imageUri. Drawing takes about half a second a picture, in a thread."""

    def __init__(self, jobs: Sequence[SampleJob]) -> None:
        self._wanted: Mapping[str, tuple[SampleJob, int]] = {
            image_uri(job, index): (job, index) for job in jobs for index in range(len(job.sizes))
        }
        self._drawn: dict[str, bytes] = {}
        self._drawing = asyncio.Semaphore(2)

    async def picture(self, uri: str) -> bytes | None:
        """The bytes of one picture; None for a URI that no job has."""
        if uri not in self._wanted:
            return None
        async with self._drawing:
            if uri not in self._drawn:
                job, index = self._wanted[uri]
                self._drawn[uri] = await asyncio.to_thread(
                    draw, job.drawn_from, index, *job.sizes[index]
                )
        return self._drawn[uri]


def image_uri(job: SampleJob, index: int) -> str:
    """`tos-…/<hex>`: opaque, and the same at every start for the same job."""
    digest = hashlib.sha256(f"{job.jobid} {index}".encode()).hexdigest()
    return f"tos-useast5-i-sandbox/{digest[:32]}"
