"""How large a picture is seen and which part of it: arithmetic without Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

STEP = 1.25
MAX_SCALE = 16.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Zoom:
    """A picture of `width` x `height` pixels in an area of `area_width` x `area_height` pixels of
    the same screen. `scale`: screen pixels for one of the picture; None: fitted into the area,
    whatever that becomes, and never enlarged. `center`: the point of the picture in the middle
    of the area."""

    width: float
    height: float
    area_width: float
    area_height: float
    scale: float | None = None
    center: Point = (0.0, 0.0)

    @property
    def fit_scale(self) -> float:
        if not (self.width and self.height):
            return 1.0
        return max(1e-6, min(1.0, self.area_width / self.width, self.area_height / self.height))

    @property
    def shown_scale(self) -> float:
        return self.fit_scale if self.scale is None else self.scale

    @property
    def is_fitted(self) -> bool:
        return self.scale is None

    @property
    def target(self) -> tuple[float, float, float, float]:
        """Where the picture lies in the area: left, top, width, height."""
        scale = self.shown_scale
        x, y = (self.width / 2, self.height / 2) if self.scale is None else self.center
        return (
            self.area_width / 2 - x * scale,
            self.area_height / 2 - y * scale,
            self.width * scale,
            self.height * scale,
        )

    def in_area(self, width: float, height: float) -> Zoom:
        """The same in an area of another size."""
        return replace(self, area_width=width, area_height=height)._kept_in_view()

    def fitted(self) -> Zoom:
        return replace(self, scale=None)

    def like(self, other: Zoom) -> Zoom:
        """The same part as of another picture, as large in proportion to what is fitted."""
        if other.scale is None or not (self.width and other.width):
            return self.fitted()
        x, y = other.center
        center = x / other.width * self.width, y / other.height * self.height
        scale = min(other.scale / other.fit_scale * self.fit_scale, MAX_SCALE)
        return replace(self, scale=scale, center=center)._kept_in_view()

    def filling(self) -> Zoom:
        """As large as it must be to cover the area."""
        if not (self.width and self.height):
            return self
        return self.at_scale(max(self.area_width / self.width, self.area_height / self.height))

    def at_scale(self, scale: float, at: Point | None = None) -> Zoom:
        """Another scale; the point `at` of the area (its middle by default) keeps its place."""
        scale = min(max(scale, min(self.fit_scale, 1.0)), MAX_SCALE)
        if at is None:
            at = (self.area_width / 2, self.area_height / 2)
        x, y = self.picture_point(at)
        center = (
            x - (at[0] - self.area_width / 2) / scale,
            y - (at[1] - self.area_height / 2) / scale,
        )
        return replace(self, scale=scale, center=center)._kept_in_view()

    def stepped(self, steps: float, at: Point | None = None) -> Zoom:
        """In (positive) or out; out of the smallest is fitted."""
        scale = self.shown_scale * STEP**steps
        return self.fitted() if scale <= self.fit_scale else self.at_scale(scale, at)

    def panned(self, dx: float, dy: float) -> Zoom:
        """Dragged by screen pixels."""
        if self.scale is None:
            return self
        x, y = self.center
        return replace(self, center=(x - dx / self.scale, y - dy / self.scale))._kept_in_view()

    def picture_point(self, at: Point) -> Point:
        """The picture's point under a point of the area."""
        left, top, _, _ = self.target
        return (at[0] - left) / self.shown_scale, (at[1] - top) / self.shown_scale

    def _kept_in_view(self) -> Zoom:
        """No empty margin on a side where the picture is larger than the area."""
        if self.scale is None:
            return self
        x = _clamped(self.center[0], self.area_width / self.scale, self.width)
        y = _clamped(self.center[1], self.area_height / self.scale, self.height)
        return replace(self, center=(x, y))


def _clamped(center: float, seen: float, length: float) -> float:
    if seen >= length:
        return length / 2
    return min(max(center, seen / 2), length - seen / 2)
