"""How this program is started again, installed or frozen."""

from __future__ import annotations

import sys

from dreamina_desktop.app.cli.options import VENDOR_API_URL, Options


def own_command(*arguments: str) -> list[str]:
    """The program with these arguments."""
    module = [] if getattr(sys, "frozen", False) else ["-m", "dreamina_desktop"]
    return [sys.executable, *module, *arguments]


def login_command(options: Options) -> list[str]:
    """The same data folder and API as in this run, with the window hidden."""
    arguments = ["--background"]
    if options.data_dir is not None:
        arguments += ["--data-dir", str(options.data_dir)]
    if options.api_url is not None and options.api_url.url != VENDOR_API_URL:
        arguments += ["--api-url", options.api_url.url]
    return own_command(*arguments)
