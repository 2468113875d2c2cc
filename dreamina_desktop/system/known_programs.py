"""Reads which programs the system knows for a type of file (freedesktop.org)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dreamina_desktop.core.desktop_entry import (
    DesktopEntry,
    languages_of,
    read_entry,
    read_groups,
)
from dreamina_desktop.core.mime_apps import Associations, associated

MOST = 24  # in a menu
MAX_BYTES = 4_000_000  # a list that is larger is none


def known_programs(mime_type: str, environment: Mapping[str, str]) -> list[DesktopEntry]:
    """The default ones first. Reads small files, so in a thread; what cannot be read is not
    there."""
    data = _data_folders(environment)
    desktops = [each.lower() for each in environment.get("XDG_CURRENT_DESKTOP", "").split(":")]
    names = [*(f"{each}-mimeapps.list" for each in desktops if each), "mimeapps.list"]
    lists = [Associations(_lists(each, names)) for each in _configuration_folders(environment)]
    caches = [
        Associations(_lists(each, names), read_groups(_text(each / "mimeinfo.cache")))
        for each in data
    ]
    languages = _languages(environment)
    path = environment.get("PATH")
    found: list[DesktopEntry] = []
    for each in associated(mime_type, [*lists, *caches]):
        entry = _entry(each, data, languages)
        if entry is not None and _is_there(entry, path) and not _is_among(entry, found):
            found.append(entry)
        if len(found) == MOST:
            break
    return found


def _data_folders(environment: Mapping[str, str]) -> list[Path]:
    home = environment.get("XDG_DATA_HOME") or str(_home(environment) / ".local" / "share")
    rest = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [folder / "applications" for folder in _absolute(home, rest)]


def _configuration_folders(environment: Mapping[str, str]) -> list[Path]:
    home = environment.get("XDG_CONFIG_HOME") or str(_home(environment) / ".config")
    return list(_absolute(home, environment.get("XDG_CONFIG_DIRS") or "/etc/xdg"))


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("HOME") or os.path.expanduser("~"))


def _absolute(*lists: str) -> Iterator[Path]:
    """Relative ones are not valid."""
    for name in ":".join(lists).split(":"):
        if name.startswith("/"):
            yield Path(name)


def _languages(environment: Mapping[str, str]) -> tuple[str, ...]:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return languages_of(next((environment[name] for name in names if environment.get(name)), ""))


def _lists(folder: Path, names: Sequence[str]) -> list[Mapping[str, Mapping[str, str]]]:
    return [groups for name in names if (groups := read_groups(_text(folder / name)))]


def _entry(name: str, folders: Sequence[Path], languages: Sequence[str]) -> DesktopEntry | None:
    """The first that there is counts, also where it says that there is none."""
    for folder in folders:
        for file in _places(folder, name):
            if text := _text(file):
                return read_entry(text, languages, str(file))
    return None


def _places(folder: Path, name: str) -> Iterator[Path]:
    """`kde-gwenview.desktop` may be `kde/gwenview.desktop`."""
    if "/" in name:
        return
    yield folder / name
    for place, letter in enumerate(name):
        if letter == "-" and place:
            yield folder / name[:place] / name[place + 1 :]


def _is_there(entry: DesktopEntry, path: str | None) -> bool:
    wanted = [entry.command[0], *([entry.try_command] if entry.try_command else [])]
    return all(shutil.which(each, path=path) for each in wanted)


def _is_among(entry: DesktopEntry, found: Sequence[DesktopEntry]) -> bool:
    """Two files may stand for the same program."""
    return any((each.name, each.command) == (entry.name, entry.command) for each in found)


def _text(file: Path) -> str:
    try:
        if os.stat(file).st_size > MAX_BYTES:
            return ""
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
