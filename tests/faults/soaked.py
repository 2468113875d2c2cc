"""The program itself, which tells on SIGUSR2 what is in it: tasks of its loop, threads, and how
full the caches of pictures are, which have a limit.

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
from pathlib import Path

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
    from dreamina_desktop.ui.jobs.row_pictures import RowPictures  # noqa: PLC0415 - not in the
    from dreamina_desktop.ui.thumbnails import Thumbnails  # noqa: PLC0415 - workers

    everything = gc.get_objects()
    rows = sum(one.size_bytes for one in everything if isinstance(one, RowPictures))
    caches = [one for one in everything if isinstance(one, Thumbnails)]
    return rows + sum(one.size_bytes for one in caches)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR2, tell)
    sys.exit(main())
