"""Puts the replies to an assignment where the command line wanted them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dreamina_desktop.app.assignment import EXIT_ERROR, Reply
from dreamina_desktop.app.options import Options


def complain(sentence: str) -> None:
    """A line on standard error."""
    sys.stderr.write(f"dreamina-desktop: {sentence}\n")
    sys.stderr.flush()


@dataclass(slots=True)
class Delivery:
    """Standard error, standard output and files of this process. `write` puts a file in place
    whole or not at all, and raises OSError."""

    options: Options
    write: Callable[[Path, bytes], None]
    exit_code: int | None = None
    stopped: bool = False  # SIGTERM or SIGINT came: nobody waits for what is not done yet
    has_begun: bool = False  # a result was written
    _said: set[str] = field(default_factory=set)

    def take(self, reply: Reply) -> None:
        """Called with each reply; `exit_code` is set by the last one, or by a failed write. Where
        another process goes on with it, it may say the same again."""
        if reply.note is not None and reply.note not in self._said:
            self._said.add(reply.note)
            complain(reply.note)
        try:
            self._put(reply)
        except OSError as error:
            complain(f"The result could not be written: {error}")
            self.exit_code = EXIT_ERROR
        if reply.exit_code is not None and self.exit_code is None:
            self.exit_code = reply.exit_code

    def _put(self, reply: Reply) -> None:
        self.has_begun |= reply.export is not None or reply.picture is not None
        if reply.export is not None and self.options.export == "-":
            sys.stdout.buffer.write(reply.export)
            sys.stdout.buffer.flush()
        elif reply.export is not None and self.options.export is not None:
            self.write(Path(self.options.export), reply.export)
        if reply.picture is not None and self.options.screenshot is not None:
            self.write(self.options.screenshot, reply.picture)
