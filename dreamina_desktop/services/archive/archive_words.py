"""What came of an archive, in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dreamina_desktop.core.archive.format import Written
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.archive.library_merge import Added
from dreamina_desktop.services.downloads.sizes import size_words


def saved_words(file: Path, written: Written) -> str:
    """Of an archive that was made."""
    words = (
        f"Saved the library as “{file.name}”: {counted(written.jobs, 'job')} and "
        f"{counted(written.images, 'image')}, {size_words(written.size_bytes)}. "
        "It holds account addresses and references: keep it for yourself."
    )
    if left := written.left_out:
        files, were = ("image's file", "was") if left == 1 else ("images' files", "were")
        words += f" {left:,} {files} {were} not there or had changed, and {were} left out."
    return words


def added_words(file: Path, added: Added) -> str:
    """Of one that was added."""
    came = [counted(added.jobs, "job")] if added.jobs else []
    came += [counted(added.images, "image")] if added.images or added.jobs else []
    came += [counted(added.records, "record")] if added.records else []
    came += [f"marks of {counted(added.marks, 'image')}"] if added.marks else []
    if not came:
        return f"Nothing to add: what is in “{file.name}” is here already."
    known = (
        f"; {counted(added.known, 'job')} {_were(added.known)} here already" if added.known else ""
    )
    words = f"Added {_listed(came)} from “{file.name}”{known}."
    if added.removed:
        are, stay = ("is", "stays") if added.removed == 1 else ("are", "stay")
        words += f" {added.removed:,} of them {are} removed here, and {stay} so."
    return words


def so_far_words(added: Added) -> str:
    """Of one that was not added to its end."""
    if not (added.jobs or added.images):
        return "Nothing was added."
    return (
        f"{counted(added.jobs, 'job')} and {counted(added.images, 'image')} were added until "
        "then, and are whole. Add the file again to go on."
    )


def _listed(parts: Sequence[str]) -> str:
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else parts[0]


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
