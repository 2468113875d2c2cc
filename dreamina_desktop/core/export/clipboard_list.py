"""Images as other tools are told of them: a small JSON beside the files (docs/clipboard.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from dreamina_desktop.core.jobs.job import Image, ImageKey, Job

MIME_TYPE = "application/x-dreamina-images+json"
VERSION = 1


def image_list(jobs: Iterable[Job], images: Sequence[Image]) -> bytes:
    """These images, of these jobs, in their order; UTF-8."""
    jobids = {job.number: job.jobid for job in jobs}
    listed = [
        {
            "number": image.key.number,
            "index": image.key.index,
            "jobid": jobids.get(image.key.number),
            "assetRef": image.entry.asset_ref,
            "file": image.file,
        }
        for image in images
    ]
    return json.dumps({"version": VERSION, "images": listed}, ensure_ascii=False).encode()


def listed_keys(data: bytes) -> tuple[ImageKey, ...]:
    """The images of such a list, each once; what cannot be read is not there."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return ()
    images = value.get("images") if isinstance(value, dict) else None
    keys = (_key(each) for each in images) if isinstance(images, list) else ()
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def _key(listed: object) -> ImageKey | None:
    if not isinstance(listed, dict):
        return None
    number, index = listed.get("number"), listed.get("index")
    if type(number) is int and type(index) is int and number > 0 and index >= 0:
        return ImageKey(number, index)
    return None
