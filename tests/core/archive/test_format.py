"""Names in an archive: what stays below its folder on every system."""

from __future__ import annotations

import pytest

from dreamina_desktop.core.archive.format import README_TEXT, is_safe, repeated


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "library.sqlite3",
        "README.txt",
        "images/2026-03-02/0214-2 a-stunning-aurora.jpg",
        "images/2026-03-02/0214-2 红色-世界 (2).webp",
        "images/other/0001-1",
        "images/console/com10.jpg",
    ],
)
def test_what_the_program_writes_is_safe(name: str) -> None:
    assert is_safe(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "images",
        "images/a.jpg",
        "images/day/sub/a.jpg",
        "Images/day/a.jpg",
        "images/day/",
        "images/./a.jpg",
        "images/day/..",
        "images/day/com1.jpg",
        "images/LPT0 /a.jpg",
        "images/day/a\u200b.jpg",
        "images/day/a\ud800.jpg",
        "images/day/a:b",
    ],
)
def test_everything_else_is_not(name: str) -> None:
    assert not is_safe(name)


def test_case_and_composition_make_no_other_name() -> None:
    assert repeated(["images/d/a.jpg", "images/d/b.jpg"]) is None
    assert repeated(["images/d/a.jpg", "images/D/A.jpg"]) == "images/D/A.jpg"
    assert repeated(["images/d/\u00e9", "images/d/e\u0301"]) == "images/d/e\u0301"


def test_the_readme_has_three_sentences_and_says_what_it_holds() -> None:
    assert README_TEXT.count(". ") == 2
    assert "addresses of API accounts" in README_TEXT
    assert "no token" in README_TEXT
