from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.jobs.collection import Collection, clean_name
from dreamina_desktop.core.jobs.job import ImageKey

keys = st.builds(ImageKey, st.integers(1, 4), st.integers(0, 2))
collections = st.lists(keys, unique=True).map(lambda found: Collection(1, "x", tuple(found)))


@given(collections, st.lists(keys), st.none() | keys)
def test_moving_loses_nothing_and_keeps_the_order_of_what_is_moved(
    before: Collection, moved: list[ImageKey], target: ImageKey | None
) -> None:
    after = before.moved(moved, target)
    assert sorted(after.keys) == sorted(before.keys)
    wanted = [key for key in before.keys if key in moved]
    assert [key for key in after.keys if key in moved] == wanted
    others = [key for key in before.keys if key not in moved]
    assert [key for key in after.keys if key not in moved] == others
    if target in others and wanted:
        assert after.keys[after.keys.index(target) - 1] == wanted[-1]
    if target is None and wanted:
        assert after.keys[-len(wanted) :] == tuple(wanted)


@given(collections, st.lists(keys))
def test_each_image_is_in_it_once(before: Collection, more: list[ImageKey]) -> None:
    after = before.with_keys(more)
    assert len(set(after.keys)) == len(after.keys)
    assert after.keys[: len(before.keys)] == before.keys
    assert not set(after.without(more).keys) & set(more)


def test_a_name_is_one_line() -> None:
    assert clean_name("  Campaign\n X ") == "Campaign X"
    assert clean_name("\n") == ""
    assert len(clean_name("x" * 1000)) == 80
