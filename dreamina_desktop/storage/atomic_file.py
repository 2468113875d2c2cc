"""Put a file in place whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomically(file: Path, content: bytes, *, private: bool = False) -> None:
    """Replace `file`; on OSError it is as it was before. `private`: mode 0600, else as the
    user's umask has it."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as part:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        if not private:
            os.chmod(name, 0o666 & ~umask())
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise


def flush_folder(folder: Path) -> None:
    """What was named in `folder` is on the disk when this returns."""
    if os.name == "nt":
        return  # a folder cannot be opened there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def umask() -> int:
    """It can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
