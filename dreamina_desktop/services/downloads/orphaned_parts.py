"""At the start: images that a run put in their places and did not live to record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.export import file_name
from dreamina_desktop.core.jobs import link_recovery
from dreamina_desktop.core.jobs.answer import Invalid, Undecodable, Verified
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Search
from dreamina_desktop.core.text import urls
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import ImageFiles, Imaging
from dreamina_desktop.services.session.messages import Condition, Messages


async def record_unrecorded(
    library: Library, files: ImageFiles, imaging: Imaging, messages: Messages
) -> None:
    """Their links may have died since: the bytes are here. A second file of an image goes."""
    try:
        for part, file in await files.unrecorded():
            if file is not None:
                await _record(file, library, files, imaging)
            await files.discard(part)
    except DatabaseError as error:
        messages.hold(Condition.DATABASE, str(error))
    except OSError:
        return  # the next start looks again


async def _record(file: Path, library: Library, files: ImageFiles, imaging: Imaging) -> None:
    key = file_name.key_of(file.stem)
    image = library.image(ImageKey(*key)) if key else None
    if image is None or image.file == str(file):
        return
    if image.state is ImageState.SAVED:
        await files.discard(file)
        return
    size_bytes, sha256 = await files.digest(file)
    found = None
    if _may_be(image, size_bytes):
        found = await proved_image(image, file, imaging, size_bytes, sha256)
    if found is None:
        await files.discard(file)
    else:
        await library.change_image(image.key, lambda _: found)


async def proved_image(
    image: Image, file: Path, imaging: Imaging, size_bytes: int, sha256: str
) -> Image | None:
    """The image with these bytes: saved, or pending where they cannot be decoded now; None where
    they are no picture."""
    try:
        verdict = await imaging.verify(file)
    except OSError as error:
        return unverified_image(image, file, size_bytes, sha256, error)
    match verdict:
        case Verified():
            return saved_image(image, file, verdict, size_bytes, sha256)
        case Undecodable():
            return unverified_image(image, file, size_bytes, sha256, verdict)
        case Invalid():
            return None


def saved_image(
    image: Image, file: Path, verified: Verified, size_bytes: int, sha256: str
) -> Image:
    """The image, its bytes in `file`."""
    return replace(
        image,
        state=ImageState.SAVED,
        file=str(file),
        file_width=verified.width,
        file_height=verified.height,
        size_bytes=size_bytes,
        sha256=sha256,
        note="",
        search=Search.NONE,
        died="",
    )


def unverified_image(
    image: Image, file: Path, size_bytes: int, sha256: str, why: Undecodable | OSError
) -> Image:
    """The image, its bytes in `file`, of which nothing is known but that they are whole. What the
    decoder could not do for this machine's sake is tried again by itself."""
    name = f"{file.parent.name}/{file.name}"
    if rests := isinstance(why, Undecodable):
        note = (
            f"Its file is kept as {name}, but not proved whole. {why.reason} {link_recovery.RESTS}"
        )
    else:
        note = (
            f"Its file is kept as {name}, but could not be decoded yet: {error_words(why)}. It is "
            "tried again by itself."
        )
    known = replace(image, size_bytes=size_bytes, sha256=sha256)
    return link_recovery.unverified(known, note, rests=rests)


def error_words(error: OSError) -> str:
    """Without a full stop."""
    return (error.strerror or str(error) or "input/output error").rstrip(".")


def _may_be(image: Image, size_bytes: int) -> bool:
    """By its reference (inferred, docs/api.md): a number can be another job's, where the library
    came back from a backup."""
    reference = urls.parse(image.entry.asset_ref or "")
    return reference is None or reference.size_bytes == size_bytes
