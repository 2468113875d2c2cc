from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.ui.viewer.zoom import MAX_SCALE, Zoom

zooms = st.builds(
    Zoom,
    width=st.integers(1, 8192),
    height=st.integers(1, 8192),
    area_width=st.integers(50, 4000),
    area_height=st.integers(50, 4000),
)
points = st.tuples(st.floats(0, 50), st.floats(0, 50))


def test_a_large_picture_is_fitted_and_a_small_one_is_not_enlarged() -> None:
    assert Zoom(2000, 1000, 1000, 1000).target == (0, 250, 1000, 500)
    assert Zoom(100, 100, 1000, 1000).target == (450, 450, 100, 100)


def test_fitted_follows_the_area() -> None:
    assert Zoom(2000, 1000, 1000, 1000).in_area(500, 500).target == (0, 125, 500, 250)


@given(zooms, st.floats(0.5, 8), points)
def test_the_point_under_the_cursor_stays_where_it_is(
    zoom: Zoom, factor: float, at: tuple[float, float]
) -> None:
    near = zoom.at_scale(2.0)
    nearer = near.at_scale(2.0 * factor, at)
    left, top, width, height = nearer.target
    fills = left < -1 and top < -1 and left + width > nearer.area_width + 1
    if fills and top + height > nearer.area_height + 1:  # no edge had to be kept in view
        assert nearer.picture_point(at) == pytest.approx(near.picture_point(at), abs=1e-3)


@given(zooms, st.floats(-9000, 9000), st.floats(-9000, 9000))
def test_no_empty_margin_where_the_picture_is_larger(zoom: Zoom, dx: float, dy: float) -> None:
    left, top, width, height = zoom.at_scale(1.5).panned(dx, dy).target
    if width >= zoom.area_width:
        assert left <= 0.001
        assert left + width >= zoom.area_width - 0.001
    if height >= zoom.area_height:
        assert top <= 0.001
        assert top + height >= zoom.area_height - 0.001


def test_zooming_out_ends_fitted_and_in_ends_at_the_limit() -> None:
    zoom = Zoom(2000, 1000, 1000, 1000)
    assert not zoom.stepped(1).is_fitted
    assert zoom.stepped(1).stepped(-2).is_fitted
    assert zoom.stepped(50).shown_scale == MAX_SCALE


def test_a_fitted_picture_cannot_be_dragged() -> None:
    zoom = Zoom(2000, 1000, 1000, 1000)
    assert zoom.panned(50, 50) == zoom
