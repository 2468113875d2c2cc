"""The programs of a system made of files in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from dreamina_desktop.system.known_programs import known_programs

PNG = "image/png"


class System:
    """Folders as freedesktop.org lays them out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "HOME": str(folder / "home"),
            "XDG_DATA_DIRS": f"{folder / 'usr'}:relative",
            "XDG_CONFIG_DIRS": str(folder / "etc"),
            "PATH": str(folder / "bin"),
            "LANG": "de_DE.UTF-8",
            "XDG_CURRENT_DESKTOP": "ubuntu:GNOME",
        }
        (folder / "bin").mkdir()

    def write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def install(self, name: str, command: str, *, place: str = "usr", more: str = "") -> None:
        program = self.folder / "bin" / command.split(maxsplit=1)[0]
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        self.write(
            f"{place}/applications/{name}.desktop",
            f"[Desktop Entry]\nType=Application\nName={name}\nExec={command}\n{more}",
        )

    def cache(self, ids: str, place: str = "usr") -> None:
        self.write(f"{place}/applications/mimeinfo.cache", f"[MIME Cache]\n{PNG}={ids}\n")

    def names(self) -> list[str]:
        return [each.name for each in known_programs(PNG, self.environment)]


@pytest.fixture
def system(tmp_path: Path) -> System:
    return System(tmp_path)


def test_installed_programs_are_known_the_users_default_first(system: System) -> None:
    system.install("eog", "eog %U", more="Name[de]=Bildbetrachter\n")
    system.install("gimp", "gimp %F")
    system.cache("eog.desktop;gimp.desktop;")
    assert system.names() == ["Bildbetrachter", "gimp"]
    default = f"[Default Applications]\n{PNG}=gimp.desktop\n"
    system.write("home/.config/gnome-mimeapps.list", default)
    assert system.names() == ["gimp", "Bildbetrachter"]
    found = known_programs(PNG, system.environment)[0]
    assert found.with_files(["/x.png"]) == [["gimp", "/x.png"]]


def test_the_users_own_file_goes_before_the_systems_and_may_hide_it(system: System) -> None:
    system.install("eog", "eog %U")
    system.install("gimp", "gimp %F")
    system.cache("eog.desktop;gimp.desktop;")
    own = "home/.local/share"
    system.install("eog", "eog --new %U", place=own)
    assert known_programs(PNG, system.environment)[0].command == ("eog", "--new", "%U")
    system.install("eog", "eog", place=own, more="Hidden=true\n")
    assert system.names() == ["gimp"]


def test_what_is_not_there_any_more_is_not_offered(system: System) -> None:
    system.install("eog", "eog %U")
    system.install("gimp", "gimp %F", more="TryExec=/nowhere/gimp\n")
    system.cache("eog.desktop;gimp.desktop;gone.desktop;../../x.desktop;")
    assert system.names() == ["eog"]
    (system.folder / "bin" / "eog").unlink()
    assert system.names() == []


def test_one_in_a_folder_of_its_own_and_two_files_of_one_program(system: System) -> None:
    system.install("kde/gwenview", "gwenview %U")
    system.install("again", "gwenview %U")
    text = (system.folder / "usr/applications/kde/gwenview.desktop").read_text()
    system.write("usr/applications/again.desktop", text)
    system.cache("kde-gwenview.desktop;again.desktop;")
    assert system.names() == ["kde/gwenview"]


def test_a_system_without_anything_or_with_rubbish_knows_none(system: System) -> None:
    assert system.names() == []
    system.write("usr/applications/mimeinfo.cache", "\0\x01[[[\n=")
    (system.folder / "usr/applications/mimeapps.list").mkdir()
    system.write("home/.config/mimeapps.list", f"[Default Applications]\n{PNG}=x.desktop\n")
    system.write("usr/applications/x.desktop", "[Desktop Entry]\nType=Application\nExec=\n")
    assert system.names() == []
