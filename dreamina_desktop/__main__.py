"""Command line -> a frozen Options -> app.run(); nothing else."""

from __future__ import annotations

import sys
from collections.abc import Sequence

SANDBOX = "_sandbox"  # a frozen build starts itself again with this first argument


def main(arguments: Sequence[str] | None = None) -> int:
    """The program; its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    from dreamina_desktop.app.cli.standard_streams import secure_standard_streams  # noqa: PLC0415

    secure_standard_streams()
    if arguments and arguments[0] == SANDBOX:
        from dreamina_desktop.sandbox.__main__ import main as sandbox  # noqa: PLC0415 - own process

        return sandbox(arguments[1:])
    from dreamina_desktop.app.cli.options import (  # noqa: PLC0415 - --help must not wait for Qt
        parse,
    )

    options = parse(arguments)
    from dreamina_desktop.app.run import run  # noqa: PLC0415

    return run(options)


if __name__ == "__main__":
    import multiprocessing

    multiprocessing.freeze_support()
    sys.exit(main())
