"""What was chosen for the last export, kept between runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from dreamina_desktop.core.export import export_name


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """All that the dialog asks, but the images. What is for others and what is for oneself have
    names and places of their own, and each export is for others unless it is said otherwise."""

    for_others: bool = True
    pattern: str = export_name.DEFAULT  # for others
    own_pattern: str = export_name.DEFAULT_FOR_ME
    keeps_order: bool = False
    has_pictures: bool = True
    has_sheet: bool = False
    has_prompts: bool = False
    keeps_credentials: bool = True
    place: str = ""  # for others
    own_place: str = ""

    @property
    def chosen_place(self) -> str:
        return self.place if self.for_others else self.own_place

    @property
    def whole_pattern(self) -> str:
        """With the place in the order before it, where that is kept."""
        pattern = self.pattern if self.for_others else self.own_pattern
        counts = self.keeps_order and export_name.INDEX not in pattern
        return f"{export_name.INDEX} {pattern}" if counts else pattern


def choice_of(kept: object) -> ExportChoice:
    """What cannot be read is as it is at first."""
    values: Mapping[str, Any] = kept if isinstance(kept, dict) else {}
    known = {each.name: values[each.name] for each in fields(ExportChoice) if each.name in values}
    first = asdict(ExportChoice())
    read = {name: value for name, value in known.items() if isinstance(value, type(first[name]))}
    return ExportChoice(**read | {"for_others": True})
