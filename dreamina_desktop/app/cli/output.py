"""Puts the replies to an assignment where the command line wanted them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dreamina_desktop.app.cli.options import Options
from dreamina_desktop.app.cli.standard_streams import say_on_standard_error
from dreamina_desktop.app.instance.request import EXIT_ERROR, EXIT_GAVE_UP, Reply
from dreamina_desktop.core.errors import OptionError

if TYPE_CHECKING:
    from dreamina_desktop.files.output import OutputFile


def complain(sentence: str) -> None:
    """A line on standard error; where that takes no more, the line is lost and nothing else."""
    say_on_standard_error(f"dreamina-desktop: {sentence}\n")


@dataclass(slots=True)
class Delivery:
    """Standard error and the places of the results of this process."""

    export: OutputFile | None = None
    picture: OutputFile | None = None
    patience_s: float | None = None  # how long a pipe may take nothing
    exit_code: int | None = None
    stopped: bool = False  # a signal to end came: nobody waits for what is not done yet
    has_begun: bool = False  # a result was written
    _said: set[str] = field(default_factory=set)

    def take(self, reply: Reply) -> None:
        """Called with each reply; `exit_code` is set by the last one, or by a failed write. Where
        another process goes on with it, it may say the same again. Blocks as long as a pipe does
        that is written into."""
        if reply.note is not None and reply.note not in self._said:
            self._said.add(reply.note)
            complain(reply.note)
        self._put(self.export, reply.export)
        self._put(self.picture, reply.picture)
        if reply.exit_code is not None and self.exit_code is None:
            self.exit_code = reply.exit_code

    def _put(self, place: OutputFile | None, result: bytes | None) -> None:
        if place is None or result is None:
            return
        self.has_begun = True
        try:
            place.write(result, lambda: self.stopped, self.patience_s)
        except OSError as error:
            complain(f"The result could not be written to {place}: {error.strerror or error}.")
            self.exit_code = EXIT_GAVE_UP if isinstance(error, TimeoutError) else EXIT_ERROR


def delivery_of(options: Options) -> Delivery:
    """Where these options want results. Called before anything else is opened. Raises OptionError
    where that place is a descriptor that is not open."""
    if options.export is None and options.screenshot is None:
        return Delivery()
    picture = None if options.screenshot is None else _output(options.screenshot)
    return Delivery(_export(options), picture, options.give_up_s if options.waits else None)


def _export(options: Options) -> OutputFile | None:
    if options.export != "-":
        return None if options.export is None else _output(Path(options.export))
    if sys.stdout is None:
        raise OptionError("--export -: standard output is closed.")
    from dreamina_desktop.files.output import OutputFile  # noqa: PLC0415 - as below

    return OutputFile.on(sys.stdout.fileno(), "standard output")


def _output(path: Path) -> OutputFile:
    from dreamina_desktop.files.output import OutputFile  # noqa: PLC0415 - few starts need it

    try:
        return OutputFile.at(path)
    except OSError as error:
        raise OptionError(f"{path} cannot be written into: it is not open.") from error
