from __future__ import annotations

from array import array
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect

from dreamina_desktop.ui.gallery.grid import GAP, MARGIN, Grid, mat_ratio
from dreamina_desktop.ui.views.geometry import Step

grids = st.builds(
    Grid,
    width=st.integers(150, 3000),
    count=st.integers(1, 500),
    target=st.integers(128, 480),
    ratio=st.sampled_from([0.75, 1.0, 16 / 9]),
)


@given(grids)
def test_every_tile_is_found_at_its_middle_and_none_overlap(grid: Grid) -> None:
    for row in range(min(grid.count, 3 * grid.columns)):
        assert grid.row_at(grid.tile(row).center()) == row
    first_two = [grid.tile(row) for row in range(min(2, grid.count))]
    assert len(first_two) < 2 or not first_two[0].intersects(first_two[1])


@given(grids)
def test_columns_fill_the_width_edge_to_edge(grid: Grid) -> None:
    last = grid.tile(grid.columns - 1)
    assert grid.tile(0).left() == MARGIN
    assert 0 <= max(40, grid.width - 2 * MARGIN) + MARGIN - (last.right() + 1) <= grid.columns


@given(grids)
def test_what_shows_between_two_heights_is_every_tile_there(grid: Grid) -> None:
    top, bottom = grid.height // 3, grid.height // 2
    visible = grid.rows(top, bottom)
    for row in range(grid.count):
        tile = grid.tile(row)
        if tile.bottom() >= top and tile.top() <= bottom:
            assert row in visible


def test_between_tiles_there_is_nothing() -> None:
    grid = Grid(width=800, count=9)
    between = QPoint(grid.tile(0).right() + GAP // 2, grid.tile(0).center().y())
    assert grid.row_at(between) is None
    assert grid.nearest(QPoint(5000, 50_000)) == 8
    assert Grid(width=800, count=0).nearest(QPoint(0, 0)) is None


def test_a_rectangle_touches_runs_of_tiles() -> None:
    grid = Grid(width=800, count=9)  # three columns
    assert grid.columns == 3
    touched = grid.tile(1).united(grid.tile(5))
    assert grid.rows_in(touched) == [(1, 2), (4, 5)]
    assert grid.rows_in(QRect(0, 0, 3, 3)) == []


@pytest.mark.parametrize(
    ("row", "step", "leads_to"),
    [
        (4, Step.FIRST, 0),
        (4, Step.LAST, 7),
        (2, Step.RIGHT, 3),
        (3, Step.LEFT, 2),
        (0, Step.LEFT, 0),
        (1, Step.UP, 1),
        (4, Step.UP, 1),
        (1, Step.DOWN, 4),
        (5, Step.DOWN, 7),  # the last line has no third tile
        (7, Step.DOWN, 7),
        (1, Step.PAGE_DOWN, 7),
        (7, Step.PAGE_UP, 1),
    ],
)
def test_keys_lead_to_the_tile_one_expects(row: int, step: Step, leads_to: int) -> None:
    assert Grid(width=800, count=8).moved(row, step, page=2) == leads_to


def test_the_mat_suits_most_of_the_pictures() -> None:
    assert mat_ratio([]) == 16 / 9
    assert mat_ratio([16 / 9, 16 / 9, 0.5]) == 16 / 9
    assert mat_ratio([1.0, 1.0, 1.02]) == 1.0
    assert mat_ratio([9 / 16]) == 3 / 4


sectioned = st.builds(
    lambda width, sizes, target: Grid(
        width=width,
        count=sum(sizes),
        target=target,
        starts=array("q", accumulate(sizes[:-1], initial=0)),
        header=40,
    ),
    st.integers(150, 1500),
    st.lists(st.integers(1, 9), min_size=1, max_size=8),
    st.integers(128, 480),
)


@given(sectioned)
def test_tiles_of_sections_are_found_and_lie_below_their_headers(grid: Grid) -> None:
    tops = [grid.section_top(section) for section in range(len(grid.starts))]
    for row in range(grid.count):
        tile, section = grid.tile(row), grid.section(row)
        assert grid.row_at(tile.center()) == row
        assert row in grid.rows_of(section)
        assert tile.top() >= tops[section] + grid.header
        assert section + 1 == len(tops) or tile.bottom() < tops[section + 1]
        assert grid.section_at(tile.center().y()) == section
    assert grid.height > grid.tile(grid.count - 1).bottom()


@given(sectioned, st.integers(0, 3000), st.integers(0, 900))
def test_what_shows_of_sections_is_every_tile_there(grid: Grid, top: int, height: int) -> None:
    visible = grid.rows(top, top + height)
    rect = QRect(0, top, grid.width, height + 1)
    for row in range(grid.count):
        if grid.tile(row).intersects(rect):
            assert row in visible
    touched = [row for first, last in grid.rows_in(rect) for row in range(first, last + 1)]
    assert touched == [row for row in range(grid.count) if grid.tile(row).intersects(rect)]


@given(sectioned, st.sampled_from(Step), st.integers(1, 4))
def test_keys_go_through_sections_and_back(grid: Grid, step: Step, page: int) -> None:
    for row in range(grid.count):
        there = grid.moved(row, step, page)
        assert 0 <= there < grid.count
        if step is Step.DOWN and there != row:
            assert grid.tile(there).top() > grid.tile(row).top()
            assert grid.top(grid.moved(there, Step.UP, 1)) == grid.top(row)
