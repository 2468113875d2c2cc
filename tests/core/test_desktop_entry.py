"""Programs by the Desktop Entry specification."""

from __future__ import annotations

import pytest

from dreamina_desktop.core.desktop_entry import (
    DesktopEntry,
    command_words,
    languages_of,
    read_entry,
    read_groups,
)

A, B = "/srv/u/my pictures/0217-1 a&b.jpg", "/x/ü%20.png"


def entry(command: str) -> DesktopEntry:
    return DesktopEntry("Show", command_words(command), icon="show", file="/a/show.desktop")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("gimp-2.10 %U", ["gimp-2.10", "%U"]),
        ('"/opt/My App/run" --new  "a b"', ["/opt/My App/run", "--new", "a b"]),
        (r'sh -c "echo \"\$HOME\" \`x\` \\\\ \n"', ["sh", "-c", 'echo "$HOME" `x` \\\\ \\n']),
        ('env A="b c"d prog', ["env", "A=b cd", "prog"]),
        ('prog ""', ["prog", ""]),
        ('prog "no end', []),
        ("prog %z", []),  # a code that nobody knows must not be run
        ("prog 100%%z", ["prog", "100%%z"]),
        ("", []),
        ('""', []),
    ],
)
def test_a_command_is_parted_and_unquoted(command: str, words: list[str]) -> None:
    assert list(command_words(command)) == words


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("show %F", [["show", A, B]]),
        ("show %f", [["show", A], ["show", B]]),
        (
            "show %U --quiet",
            [
                [
                    "show",
                    "file:///srv/u/my%20pictures/0217-1%20a%26b.jpg",
                    "file:///x/%C3%BC%2520.png",
                    "--quiet",
                ]
            ],
        ),
        ("show --file=%f", [["show", f"--file={A}"], ["show", f"--file={B}"]]),
        ("show", [["show", A], ["show", B]]),
        ("show %i %c %k %F", [["show", "--icon", "show", "Show", "/a/show.desktop", A, B]]),
        ("show %d %m 100%% %F", [["show", "100%", A, B]]),
        ('show "" %F', [["show", "", A, B]]),
    ],
)
def test_field_codes_become_files(command: str, lines: list[list[str]]) -> None:
    assert entry(command).with_files([A, B]) == lines


def test_what_a_file_is_called_is_never_read_as_a_command() -> None:
    odd = "/x/%F; rm -rf ~ $(x) \"'.jpg"
    assert entry("show %f").with_files([odd]) == [["show", odd]]


def test_an_entry_is_read_in_the_users_language() -> None:
    text = """# a comment
[Desktop Entry]
Type = Application
Name=Image Viewer
Name[de]=Bildbetrachter
Name[pt_BR]=Visualizador\\sde imagens
Exec=/usr/bin/eog %U
TryExec=eog
Icon=eog
Terminal=false

[Desktop Action New]
Name=Other
Exec=other
"""
    read = read_entry(text, ["de_DE", "de"], "/a/eog.desktop")
    assert read == DesktopEntry(
        "Bildbetrachter", ("/usr/bin/eog", "%U"), "eog", "eog", "/a/eog.desktop"
    )
    found = read_entry(text, ["pt_BR"])
    assert found is not None
    assert found.name == "Visualizador de imagens"
    other = read_entry(text, ["fr"])
    assert other is not None
    assert other.name == "Image Viewer"


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "Type=Link\nName=x\nExec=x",
        "Type=Application\nName=x",
        "Type=Application\nExec=x",
        "Type=Application\nName=x\nExec=x\nHidden=true",
        "Type=Application\nName=x\nExec=x\nTerminal=true",
        'Type=Application\nName=x\nExec="x',
    ],
)
def test_what_is_no_program_to_be_offered_is_none(lines: str) -> None:
    assert read_entry(f"[Desktop Entry]\n{lines}") is None


def test_one_that_menus_do_not_show_still_opens_files() -> None:
    text = "[Desktop Entry]\nType=Application\nName=x\nExec=x\nNoDisplay=true"
    assert read_entry(text) is not None


def test_the_first_of_two_equal_keys_counts_and_rubbish_is_passed_over() -> None:
    text = "a=0\n[one]\na=1\nrubbish\na=2\n[two\n[two]\nb = x = y \n[one]\nc=3"
    assert read_groups(text) == {"one": {"a": "1", "c": "3"}, "two": {"b": "x = y"}}


@pytest.mark.parametrize(
    ("locale", "languages"),
    [
        ("de_DE.UTF-8", ["de_DE", "de"]),
        ("sr_RS.UTF-8@latin", ["sr_RS@latin", "sr_RS", "sr@latin", "sr"]),
        ("eo", ["eo"]),
        ("C.UTF-8", []),
        ("", []),
    ],
)
def test_languages_of_a_locale(locale: str, languages: list[str]) -> None:
    assert list(languages_of(locale)) == languages
