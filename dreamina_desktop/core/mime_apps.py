"""Which programs open files of a type: the freedesktop.org MIME associations specification."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dreamina_desktop.core.desktop_entry import Groups

DEFAULT, ADDED, REMOVED = "Default Applications", "Added Associations", "Removed Associations"
CACHE = "MIME Cache"


@dataclass(frozen=True, slots=True)
class Associations:
    """One folder's word on it."""

    lists: Sequence[Groups] = ()  # its mimeapps.list, those for one desktop first
    cache: Groups = field(default_factory=dict)  # its mimeinfo.cache, where it holds programs


def associated(mime_type: str, folders: Iterable[Associations]) -> tuple[str, ...]:
    """IDs of desktop files (`gimp.desktop`), the default ones first. `folders`: the user's first;
    what one of them removes, those behind it cannot add."""
    defaults: list[str] = []
    others: list[str] = []
    removed: set[str] = set()
    for folder in folders:
        for groups in folder.lists:
            defaults += _ids(groups, DEFAULT, mime_type)
            others += [each for each in _ids(groups, ADDED, mime_type) if each not in removed]
            removed.update(_ids(groups, REMOVED, mime_type))
        cached = _ids(folder.cache, CACHE, mime_type)
        others += [each for each in cached if each not in removed]
    return tuple(dict.fromkeys((*defaults, *others)))


def _ids(groups: Groups, group: str, mime_type: str) -> list[str]:
    ids = groups.get(group, {}).get(mime_type, "").split(";")
    return [each.strip() for each in ids if each.strip().endswith(".desktop")]
