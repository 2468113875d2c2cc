"""Which programs open files of a type."""

from __future__ import annotations

from dreamina_desktop.core.desktop_entry import read_groups
from dreamina_desktop.core.mime_apps import Associations, associated

PNG = "image/png"


def lists(*texts: str) -> list[dict[str, dict[str, str]]]:
    return [read_groups(text) for text in texts]


def cache(text: str) -> dict[str, dict[str, str]]:
    return read_groups(f"[MIME Cache]\n{text}")


def test_defaults_come_first_then_what_the_user_added_then_what_is_installed() -> None:
    user = Associations(
        lists(
            "[Default Applications]\nimage/png=krita.desktop;gone.desktop;\n"
            "[Added Associations]\nimage/png=gimp.desktop;krita.desktop;\nimage/jpeg=x.desktop;\n"
        )
    )
    system = Associations((), cache("image/png=eog.desktop;gimp.desktop;\nimage/gif=y.desktop;"))
    assert associated(PNG, [user, system]) == (
        "krita.desktop",
        "gone.desktop",
        "gimp.desktop",
        "eog.desktop",
    )


def test_what_was_removed_stays_away_unless_it_was_added_before() -> None:
    user = Associations(lists("[Removed Associations]\nimage/png=eog.desktop;\n"))
    between = Associations(lists("[Added Associations]\nimage/png=eog.desktop;good.desktop;\n"))
    system = Associations((), cache("image/png=eog.desktop;"))
    assert associated(PNG, [user, between, system]) == ("good.desktop",)
    assert associated(PNG, [between, user, system]) == ("eog.desktop", "good.desktop")


def test_of_a_type_that_nobody_knows_there_are_none() -> None:
    assert associated(PNG, []) == ()
    assert associated(PNG, [Associations((), cache("image/png=;;rubbish;"))]) == ()
