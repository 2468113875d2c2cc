"""The command line, a contract: what it means is in README.md, "Command line"."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from dreamina_desktop import __version__
from dreamina_desktop.app.cli.standard_streams import say_on_standard_error
from dreamina_desktop.core.errors import OptionError
from dreamina_desktop.core.jobs.collection import clean_name
from dreamina_desktop.core.text.urls import ApiUrl, parse_api_url

VENDOR_API_URL = "https://api.useapi.net/v1/dreamina"
MIN_INTERVAL_S = 5.0
MIN_INTERVAL_ON_LOOPBACK_S = 0.05
MAX_INTERVAL_S = 300.0
LARGEST_SIDE = 8192  # pixels of a screenshot


@dataclass(frozen=True, slots=True)
class Options:
    """What one start was asked to do."""

    texts: tuple[str, ...] = ()
    read_stdin: bool = False
    demo: bool = False
    api_url: ApiUrl | None = None  # None with --demo until the sandbox has told its own
    data_dir: Path | None = None
    poll_interval_s: float | None = None
    until_idle: bool = False
    give_up_s: float = 300.0
    screenshot: Path | None = None
    size: tuple[int, int] = (1440, 900)
    theme: str | None = None  # "light" or "dark"
    export: str | None = None  # a path, or "-" for standard output
    only: bool = False
    collection: str = ""
    background: bool = False
    save_library: Path | None = None
    add_library: Path | None = None

    @property
    def waits(self) -> bool:
        """Whether this start works until everything is settled."""
        return self.until_idle or self.screenshot is not None

    @property
    def exports_csv(self) -> bool:
        """As the ending of the file's name says; standard output gets JSON."""
        return self.export is not None and Path(self.export).suffix.lower() == ".csv"

    @property
    def has_window(self) -> bool:
        """Whether this start opens the window for its user."""
        return not self.waits and self.export is None and not self.moves_library

    @property
    def moves_library(self) -> bool:
        """Whether this start saves the library as one file, or adds such a file."""
        return self.save_library is not None or self.add_library is not None


def parse(arguments: Sequence[str]) -> Options:
    """Read the arguments; ends the process for --help and --version (0) and for what cannot
    work (2, with a sentence)."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        return _options(given)
    except OptionError as error:
        parser.error(str(error))


def _options(given: argparse.Namespace) -> Options:
    if given.demo and (given.api_url or given.data_dir):
        raise OptionError(
            "--demo brings its own API and its own folder: leave out --api-url and --data-dir."
        )
    waits = given.until_idle or given.screenshot
    if given.background and (given.demo or waits or given.export):
        raise OptionError(
            "--background is for the window: leave out --demo, --until-idle, --screenshot and "
            "--export."
        )
    _refuse_idle_options(given, waits=bool(waits))
    _refuse_beside_library(given, waits=bool(waits))
    url = None if given.demo else parse_api_url(given.api_url or VENDOR_API_URL)
    return Options(
        texts=tuple(_readable(text) for text in given.text if text != "-"),
        read_stdin="-" in given.text,
        demo=given.demo,
        api_url=url,
        data_dir=Path(given.data_dir).absolute() if given.data_dir else None,
        poll_interval_s=_interval(given.poll_interval, on_loopback=url is None or url.is_loopback),
        until_idle=given.until_idle,
        give_up_s=300.0 if given.give_up is None else _seconds("--give-up", given.give_up, 0),
        screenshot=_picture(given.screenshot),
        size=(1440, 900) if given.size is None else _size(given.size),
        theme=given.theme,
        export=_target(given.export),
        only=given.only,
        collection=_collection(given.collection),
        background=given.background,
        save_library=_new_library(given.save_library),
        add_library=_library(given.add_library),
    )


def _collection(name: str | None) -> str:
    if name is None:
        return ""
    clean = clean_name(_readable(name))
    if not clean:
        raise OptionError("--collection needs a name.")
    return clean


def _readable(text: str) -> str:
    """An argument that is no valid text of the system's encoding, as well as it can be read."""
    return text.encode(errors="replace").decode()


def _refuse_idle_options(given: argparse.Namespace, *, waits: bool) -> None:
    """An option that would do nothing is a mistake, and is named."""
    if given.only and not (waits or given.export):
        raise OptionError("--only needs --until-idle, --screenshot or --export.")
    if given.give_up is not None and not waits:
        raise OptionError("--give-up needs --until-idle or --screenshot.")
    if given.size is not None and not given.screenshot:
        raise OptionError("--size needs --screenshot.")
    if given.theme and not given.screenshot:
        raise OptionError("--theme needs --screenshot; the window's theme is in its settings.")


def _seconds(option: str, text: str, least: float, most: float = 1e9) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        above = "" if most == 1e9 else f" to {most:g}"
        raise OptionError(f"{option} takes seconds, from {least:g}{above}; not {text!r}.")
    return value


def _interval(text: str | None, *, on_loopback: bool) -> float | None:
    if text is None:
        return None
    least = MIN_INTERVAL_ON_LOOPBACK_S if on_loopback else MIN_INTERVAL_S
    return _seconds("--poll-interval", text, least, MAX_INTERVAL_S)


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{2,5})[xX×]([0-9]{2,5})", text)
    width, height = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (480 <= width <= LARGEST_SIDE and 400 <= height <= LARGEST_SIDE):
        raise OptionError(f"--size takes WxH from 480x400 to 8192x8192; not {text!r}.")
    return width, height


def _picture(text: str | None) -> Path | None:
    if text is None:
        return None
    path = Path(text).absolute()
    if path.suffix.lower() != ".png" and not _is_stream(path):
        raise OptionError(f"--screenshot writes PNG: its name ends with .png, not {text!r}.")
    _check_target("--screenshot", path)
    return path


def _target(text: str | None) -> str | None:
    if text is None or text == "-":
        return text
    path = Path(text).absolute()
    _check_target("--export", path)
    return str(path)


def _refuse_beside_library(given: argparse.Namespace, *, waits: bool) -> None:
    """A library that is moved is moved as it is."""
    if not (given.save_library or given.add_library):
        return
    both = given.save_library and given.add_library
    others = (given.text, given.demo, waits, given.export, given.collection, given.background)
    if both or any(others):
        raise OptionError(
            "--save-library and --add-library stand alone: leave out everything but --data-dir."
        )


def _new_library(text: str | None) -> Path | None:
    if text is None:
        return None
    path = Path(text).absolute()
    _check_target("--save-library", path)
    if _is_stream(path):
        raise OptionError(f"--save-library: {path} is no file; name a new one.")
    if path.exists():
        raise OptionError(f"--save-library: {path} is there already; name another file.")
    return path


def _library(text: str | None) -> Path | None:
    if text is None:
        return None
    path = Path(text).absolute()
    if not path.is_file():
        raise OptionError(f"--add-library: there is no file {path}.")
    return path


def _is_stream(path: Path) -> bool:
    from dreamina_desktop.files.output import is_stream  # noqa: PLC0415 - few starts need it

    return is_stream(path)


def _check_target(option: str, path: Path) -> None:
    """Better now than after an hour of waiting."""
    if path.is_dir():
        raise OptionError(f"{option}: {path} is a folder; name a file.")
    folder = path.resolve().parent if path.is_symlink() else path.parent
    if not folder.is_dir() and not _is_stream(path):
        raise OptionError(f"{option}: there is no folder {folder}.")


class _Parser(argparse.ArgumentParser):
    """Errors as one sentence."""

    def error(self, message: str) -> NoReturn:
        say_on_standard_error(f"{self.prog}: {message}\n")
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="dreamina-desktop",
        description="Track Dreamina image jobs by their IDs, keep the images, reuse them.",
        epilog="The API token comes from the environment variable USEAPI_TOKEN or from the "
        "settings, never from the command line.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("text", nargs="*", metavar="TEXT", help="text with job IDs in it; - reads standard input")
    add("--demo", action="store_true", help="try it: embedded sandbox, nothing is kept")
    add("--api-url", metavar="URL", help=f"another base URL (default: {VENDOR_API_URL})")
    add("--data-dir", metavar="DIR", help="where everything is kept")
    add("--poll-interval", metavar="SECONDS", help="time between two checks of a job, for this run")
    add("--until-idle", action="store_true", help="no window: work until nothing is left to do")
    add("--give-up", metavar="SECONDS", help="end with 3 when all fails for so long (default 300)")
    add("--screenshot", metavar="FILE.png", help="work until idle, then save the window's picture")
    add("--size", metavar="WxH", help="of the screenshot (default 1440x900)")
    add("--theme", choices=("light", "dark"), help="of the screenshot")
    add(
        "--export",
        metavar="FILE",
        help="write the tracked jobs as JSON, or as CSV to a .csv file; - is standard output",
    )
    add("--only", action="store_true", help="wait for and export the IDs of this call only")
    add("--collection", metavar="NAME", help="put the images of these IDs into this collection")
    add("--save-library", metavar="FILE", help="write the whole library, with its images, to FILE")
    add("--add-library", metavar="FILE", help="add what is in such a file and not here")
    add("--background", action="store_true", help="start without the window, if it is kept so")
    add("--version", action="version", version=f"dreamina-desktop {__version__}")
    return parser
