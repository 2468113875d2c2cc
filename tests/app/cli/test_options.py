"""The command line: what is accepted, and what ends with 2 and a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dreamina_desktop.app.cli.launch_command import login_command, own_command
from dreamina_desktop.app.cli.options import VENDOR_API_URL, Options, parse


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("dreamina-desktop: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_a_plain_start_opens_the_window_on_the_vendors_api() -> None:
    options = parse([])
    assert options.has_window
    assert options.api_url is not None
    assert options.api_url.url == VENDOR_API_URL


def test_text_and_standard_input_go_together() -> None:
    options = parse(["one", "-", "two"])
    assert options.texts == ("one", "two")
    assert options.read_stdin


def test_every_option_of_the_contract_is_read(tmp_path: Path) -> None:
    options = parse(
        [
            "--api-url=http://127.0.0.1:8000/v1/dreamina/",
            f"--data-dir={tmp_path}",
            "--poll-interval=0.05",
            "--until-idle",
            "--give-up=1.5",
            f"--screenshot={tmp_path / 'a.png'}",
            "--size=800x600",
            "--theme=dark",
            "--export=-",
            "--only",
        ]
    )
    assert options.api_url is not None
    assert options.api_url.url == "http://127.0.0.1:8000/v1/dreamina"
    assert options == Options(
        api_url=options.api_url,
        data_dir=tmp_path,
        poll_interval_s=0.05,
        until_idle=True,
        give_up_s=1.5,
        screenshot=tmp_path / "a.png",
        size=(800, 600),
        theme="dark",
        export="-",
        only=True,
    )


@pytest.mark.parametrize(
    ("name", "is_csv"),
    [("a.csv", True), ("A.CSV", True), ("a.json", False), ("csv", False), (".csv", False)],
)
def test_an_export_is_csv_where_its_name_ends_so(name: str, is_csv: bool, tmp_path: Path) -> None:
    assert parse([f"--export={tmp_path / name}"]).exports_csv is is_csv


def test_an_export_to_standard_output_or_none_at_all_is_no_csv() -> None:
    assert not parse(["--export=-"]).exports_csv
    assert not parse([]).exports_csv


@pytest.mark.parametrize("option", ["--export=-", "--until-idle"])
def test_export_and_until_idle_open_no_window(option: str) -> None:
    assert not parse([option]).has_window


def test_background_is_a_start_with_a_window_that_may_stay_hidden() -> None:
    options = parse(["--background"])
    assert options.background
    assert options.has_window
    assert not parse([]).background


def test_a_login_starts_the_same_data_folder_and_api_again(tmp_path: Path) -> None:
    url = "http://127.0.0.1:8000/v1/dreamina"
    given = ["--api-url", url, "--data-dir", str(tmp_path), "--poll-interval", "1", "some text"]
    command = login_command(parse(given))
    assert command[:3] == [sys.executable, "-m", "dreamina_desktop"]
    again = parse(command[3:])
    assert again == Options(api_url=parse(given).api_url, data_dir=tmp_path, background=True)
    assert login_command(parse([]))[3:] == ["--background"]


def test_a_frozen_program_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_command("--demo") == [sys.executable, "--demo"]


def test_demo_may_poll_as_fast_as_on_loopback() -> None:
    assert parse(["--demo", "--poll-interval", "0.1"]).poll_interval_s == 0.1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--poll-interval", "0.05"], "--poll-interval"),
        (["--poll-interval", "301"], "--poll-interval"),
        (["--poll-interval", "soon"], "--poll-interval"),
        (["--poll-interval", "nan"], "--poll-interval"),
        (["--api-url", "http://example.com/v1"], "https"),
        (["--api-url", "ftp://example.com"], "https"),
        (["--api-url", "https://me:secret@example.com"], "password"),
        (["--api-url", "https://example.com/?a=b"], "?"),
        (["--until-idle", "--give-up", "-1"], "--give-up"),
        (["--give-up", "5"], "--until-idle"),
        (["--only"], "--only"),
        (["--size", "800x600"], "--screenshot"),
        (["--theme", "dark"], "--screenshot"),
        (["--theme", "pink"], "pink"),
        (["--screenshot", "a.jpg"], ".png"),
        (["--screenshot", "a.png", "--size", "big"], "--size"),
        (["--screenshot", "a.png", "--size", "9000x10"], "--size"),
        (["--screenshot", "no-such-folder/a.png"], "no-such-folder"),
        (["--export", "no-such-folder/a.json"], "no-such-folder"),
        (["--export", "."], "folder"),
        (["--demo", "--data-dir", "x"], "--demo"),
        (["--demo", "--api-url", "http://127.0.0.1"], "--demo"),
        (["--background", "--demo"], "--demo"),
        (["--background", "--until-idle"], "--until-idle"),
        (["--background", "--export=-"], "--export"),
        (["--unknown"], "--unknown"),
        (["--unt"], "--unt"),
    ],
)
def test_unusable_options_end_with_2_and_a_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], word: str
) -> None:
    assert word in refused(capsys, *arguments)


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_load_neither_qt_nor_a_network_library(option: str) -> None:
    script = (
        "import sys\n"
        "from dreamina_desktop.__main__ import main\n"
        "try:\n"
        f"    main([{option!r}])\n"
        "except SystemExit as ended:\n"
        "    assert not ended.code\n"
        "heavy = {'PySide6', 'httpx', 'PIL', 'qasync', 'apsw', 'asyncio'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert ended.stderr == ""
    assert "dreamina-desktop" in ended.stdout
    assert ended.returncode == 0


def test_a_library_is_moved_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.dreamina.zip"
    saving = parse(["--save-library", str(file), "--data-dir", str(tmp_path)])
    assert (saving.save_library, saving.has_window, saving.waits) == (file, False, False)
    assert "no file" in refused(capsys, "--add-library", str(file))
    file.write_bytes(b"x")
    adding = parse(["--add-library", str(file)])
    assert (adding.add_library, adding.has_window) == (file, False)
    assert "is there already; name another file" in refused(capsys, "--save-library", str(file))
    assert "is a folder" in refused(capsys, "--save-library", str(tmp_path))
    for other in ("--demo", "--until-idle", "--background", "j1:dreamina", "--export=-"):
        assert "stand alone" in refused(capsys, "--add-library", str(file), other)
    both = ("--save-library", str(tmp_path / "b"), "--add-library", str(file))
    assert "stand alone" in refused(capsys, *both)
