"""What of the gallery is kept for the next start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.search.grouping import Grouping
from dreamina_desktop.ui.gallery.gallery_view import DEFAULT_TILE, GalleryView

MAX_SELECTED = 1000  # of a larger selection the first ones are kept


@dataclass(frozen=True, slots=True)
class GalleryState:
    """Tile size in pixels; `top`: the first visible image, None at the very top; `hidden`: how
    much of its line is scrolled away (Place)."""

    tile_width: int = DEFAULT_TILE
    current: ImageKey | None = None
    selected: tuple[ImageKey, ...] = ()
    top: ImageKey | None = None
    hidden: float = 0.0
    grouping: Grouping = Grouping.NOTHING

    @classmethod
    def of(cls, view: GalleryView, grouping: Grouping) -> GalleryState:
        top, hidden = view.place() or (None, 0.0)
        selected = tuple(view.selected_keys()[:MAX_SELECTED])
        return cls(view.tile_width, view.current_key(), selected, top, hidden, grouping)

    def apply_to(self, view: GalleryView) -> None:
        """Select and scroll; images that are not shown are passed over."""
        view.select_keys(self.selected, self.current)
        if self.top is not None:
            view.go_to_place(self.top, self.hidden)

    def as_json(self) -> dict[str, Any]:
        return {
            "tile_width": self.tile_width,
            "current": _as_list(self.current),
            "selected": [_as_list(key) for key in self.selected],
            "top": _as_list(self.top),
            "hidden": self.hidden,
            "grouping": self.grouping.value,
        }

    @classmethod
    def from_json(cls, value: object) -> GalleryState:
        """What cannot be read is as in a new gallery."""
        state = value if isinstance(value, dict) else {}
        width, hidden = state.get("tile_width"), state.get("hidden")
        selected, grouping = state.get("selected"), state.get("grouping")
        keys = [_key(each) for each in selected] if isinstance(selected, list) else []
        return cls(
            tile_width=width if isinstance(width, int) else DEFAULT_TILE,
            current=_key(state.get("current")),
            selected=tuple(key for key in keys if key is not None),
            top=_key(state.get("top")),
            hidden=hidden if isinstance(hidden, float) and -1 <= hidden <= 1 else 0.0,
            grouping=Grouping(grouping) if grouping in tuple(Grouping) else Grouping.NOTHING,
        )


def _as_list(key: ImageKey | None) -> list[int] | None:
    return None if key is None else [key.number, key.index]


def _key(value: object) -> ImageKey | None:
    match value:
        case [int(number), int(index)]:
            return ImageKey(number, index)
    return None
