"""What went wrong: logs without secrets, the hooks where lost exceptions end, and crashes."""

from __future__ import annotations

from dreamina_desktop.diagnostics.crash import crash_watch
from dreamina_desktop.diagnostics.logs import (
    RedactingFormatter,
    homes,
    last_lines,
    log,
    redact,
    set_up,
)
from dreamina_desktop.diagnostics.lost import (
    hook_lost_exceptions,
    log_loop_exception,
    lost,
    telling,
)

__all__ = [
    "RedactingFormatter",
    "crash_watch",
    "homes",
    "hook_lost_exceptions",
    "last_lines",
    "log",
    "log_loop_exception",
    "lost",
    "redact",
    "set_up",
    "telling",
]
