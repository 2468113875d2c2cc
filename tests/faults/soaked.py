"""The program itself, which tells on SIGUSR2 what is in it: tasks of its loop, threads, and how
full the caches are, each of which has a limit: pictures, the jobs used last, SQLite's pages.

Run in place of `-m dreamina_desktop`; the answer goes to the file that SOAK_FILE names.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from types import ModuleType

from dreamina_desktop.__main__ import main


def tell(_signal: int, _frame: object) -> None:
    """In the main thread, between two steps of the loop."""
    try:
        tasks = sorted(task.get_name() for task in asyncio.all_tasks())
    except RuntimeError:
        return  # the loop does not run yet, or no longer
    threads = sorted(thread.name for thread in threading.enumerate())
    file = Path(os.environ["SOAK_FILE"])
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"tasks": tasks, "threads": threads, "cached": cached_bytes()}))
    part.replace(file)


def cached_bytes() -> int:
    # Not in the workers, which load this module too.
    import apsw  # noqa: PLC0415

    from dreamina_desktop.ui.views.paint_cache import Painted  # noqa: PLC0415
    from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails  # noqa: PLC0415

    everything = gc.get_objects()
    cached = apsw.memory_used()
    cached += sum(one.size_bytes for one in everything if isinstance(one, Painted))
    for one in everything:
        if isinstance(one, Thumbnails):
            cached += one.size_bytes
            cached += size_of(one._library.recent())
    return cached


def size_of(values: Iterable[object]) -> int:
    """Bytes of these, with all that they hold."""
    seen: set[int] = set()
    found, size = list(values), 0
    while found:
        value = found.pop()
        if id(value) not in seen and not isinstance(value, type | ModuleType | Enum):
            seen.add(id(value))
            size += sys.getsizeof(value)
            found += gc.get_referents(value)
    return size


if __name__ == "__main__":
    signal.signal(signal.SIGUSR2, tell)
    sys.exit(main())
