"""The installed program without a window, as a process, against the real sandbox."""

from __future__ import annotations

import hashlib
import json
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest
from PIL import Image

FAST = ("--poll-interval", "0.1", "--until-idle")


@pytest.fixture
def sandbox(shared_sandbox: Any) -> Any:
    """For runs that only ask it."""
    return shared_sandbox


def work(
    run_program: Callable[..., Any], sandbox: Any, folder: Path, *options: str, text: str = ""
) -> Any:
    return run_program(
        *("--api-url", sandbox.api_url, "--data-dir", folder, *FAST),
        *options,
        token=sandbox.token,
        text=text,
    )


def test_ids_of_every_kind_end_in_the_right_state(
    start_sandbox: Callable[..., Any], run_program: Callable[..., Any], tmp_path: Path
) -> None:
    sandbox = start_sandbox("--speed", "60")
    text = "\n".join(sandbox.every_id())
    ended = work(run_program, sandbox, tmp_path, "-", "--export", "-", text=text)
    assert ended.code == 0, ended.err
    rows = {row["jobid"]: row for row in ended.rows}
    assert [row["jobid"] for row in ended.rows] == sandbox.every_id()
    for kind in ("completed", "running", "upscale"):
        for jobid in sandbox.jobs[kind]:
            row = rows[jobid]
            assert (row["status"], row["tracking"]) == ("completed", "done")
            assert row["images"]
            for image in row["images"]:
                assert image["state"] == "saved", image["note"]
                check_file(image)
    for kind in ("failed_408", "failed_596", "failed_2038", "failed_2057"):
        for jobid in sandbox.jobs[kind]:
            row = rows[jobid]
            assert (row["status"], row["tracking"]) == ("failed", "done")
            assert str(row["code"]) == kind.removeprefix("failed_")
            assert row["images"] == []
    for kind in ("not_found", "expired"):
        for jobid in sandbox.jobs[kind]:
            row = rows[jobid]
            assert row["tracking"] == "not_found"
            assert row["status"] is None
            assert row["note"]


@pytest.mark.long
def test_odd_answers_end_in_the_right_state(
    odd_sandbox: Any, run_program: Callable[..., Any], tmp_path: Path
) -> None:
    ids = {jobid: kind for kind, (jobid, *_) in odd_sandbox.jobs.items() if kind.startswith("odd")}
    ids = {jobid: kind for jobid, kind in ids.items() if kind != "odd_unknown_status"}  # it runs
    ended = work(run_program, odd_sandbox, tmp_path, "-", "--export", "-", text="\n".join(ids))
    assert ended.code == 0, ended.err
    rows = {ids[row["jobid"]]: row for row in ended.rows}
    assert set(rows) == set(ids.values())
    assert {kind for kind, row in rows.items() if row["tracking"] == "not_found"} == {
        kind for kind in rows if kind.startswith("odd_http_4")
    }
    for kind in ("odd_succeeded", "odd_images_as_strings", "odd_images_elsewhere", "odd_envelope"):
        (image,) = rows[kind]["images"]
        assert image["state"] == "saved", image["note"]
        check_file(image)


def check_file(image: dict[str, Any]) -> None:
    file = Path(image["file"])
    assert file.is_absolute()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == image["sha256"]
    with Image.open(file) as picture:
        picture.load()
        assert picture.size == (image["fileWidth"], image["fileHeight"])


def test_images_whose_links_are_dead_are_saved_through_the_history(
    start_sandbox: Callable[..., Any], run_program: Callable[..., Any], tmp_path: Path
) -> None:
    sandbox = start_sandbox("--speed", "60", "--dead-links")
    ids = [*sandbox.jobs["completed"], *sandbox.jobs["upscale"]]
    ended = work(run_program, sandbox, tmp_path, *ids, "--export", "-")
    assert ended.code == 0, ended.err
    images = [image for row in ended.rows for image in row["images"]]
    assert len(images) > len(ids)
    for image in images:
        assert image["state"] == "saved", image["note"]
        check_file(image)


def test_a_pasted_record_that_the_server_has_forgotten_is_saved_through_the_history(
    sandbox: Any, run_program: Callable[..., Any], tmp_path: Path
) -> None:
    account = "US:user@example.com"
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    url = f"{sandbox.api_url}/assets/{account}?count=100"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        asset = json.loads(answer.read())["assets"][-1]
    jobid = next(jobid for jobid in sandbox.jobs["expired"] if account in jobid)
    dead = {**asset, "imageUrl": asset["imageUrl"].partition("?")[0] + "?x-expires=1000000000"}
    lost = {"imageUrl": dead["imageUrl"], "itemId": "1", "assetRef": asset["assetRef"]}
    record = {"jobid": jobid, "status": "completed", "response": {"images": [dead, lost]}}
    ended = work(run_program, sandbox, tmp_path, "-", "--export", "-", text=json.dumps(record))
    assert ended.code == 0, ended.err
    first, second = ended.rows[0]["images"]
    assert first["state"] == "saved", first["note"]
    check_file(first)
    assert second["state"] == "lost"
    assert second["assetRef"] == asset["assetRef"]
    assert "The link had expired on 2001-09-0" in second["note"]


def test_without_a_token_an_image_with_a_dead_link_stays_pending(
    sandbox: Any, run_program: Callable[..., Any], tmp_path: Path
) -> None:
    url = f"{sandbox.image_url}/dead.jpeg?x-expires=1"
    images = [{"imageUrl": url, "itemId": "1"}]
    jobid = sandbox.jobs["completed"][0]
    record = {"jobid": jobid, "status": "completed", "response": {"images": images}}
    ended = run_program(
        *("--api-url", sandbox.api_url, "--data-dir", tmp_path, *FAST, "--export", "-", "-"),
        text=json.dumps(record),
    )
    assert ended.code == 3
    assert "no token" in ended.err
    assert ended.rows[0]["images"][0]["state"] == "pending"


def test_everything_private_is_readable_by_its_user_only(
    sandbox: Any, run_program: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    assert work(run_program, sandbox, folder, sandbox.jobs["completed"][0]).code == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    private = [path for path in folder.iterdir() if path.is_file()]
    assert private
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}


def test_neither_the_token_nor_an_address_is_in_any_log(
    sandbox: Any, run_program: Callable[..., Any], tmp_path: Path
) -> None:
    ended = work(run_program, sandbox, tmp_path, *sandbox.every_id())
    logs = [path for path in tmp_path.rglob("*.log") if path.is_file()]
    assert logs
    text = ended.err + "".join(path.read_text() for path in logs)
    assert sandbox.token not in text
    assert "@example.com" not in text.replace(ended.err, "")
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert sandbox.token.encode() not in file.read_bytes(), file


def test_unusable_ids_are_named_and_the_others_still_work(
    sandbox: Any, run_program: Callable[..., Any], tmp_path: Path
) -> None:
    good = sandbox.jobs["completed"][0]
    video = good.replace("i-u", "v-u")
    ended = work(run_program, sandbox, tmp_path, good, "a?b", video, "--export", "-")
    assert ended.code == 0
    assert [row["jobid"] for row in ended.rows] == [good]
    assert "a?b" in ended.err
    assert "video" in ended.err


def test_without_a_token_it_ends_with_3_and_says_so(
    sandbox: Any, run_program: Callable[..., Any], tmp_path: Path
) -> None:
    ended = run_program(
        *("--api-url", sandbox.api_url, "--data-dir", tmp_path, *FAST, "--export", "-"),
        sandbox.jobs["completed"][0],
    )
    assert ended.code == 3
    assert "token" in ended.err.lower()
    assert ended.rows[0]["tracking"] == "polling"
    assert ended.rows[0]["model"] is None
    assert ended.rows[0]["images"] == []


def test_a_refused_token_ends_with_3_and_says_so(
    sandbox: Any, run_program: Callable[..., Any], tmp_path: Path
) -> None:
    ended = run_program(
        *("--api-url", sandbox.api_url, "--data-dir", tmp_path, *FAST),
        sandbox.jobs["completed"][0],
        token="user:1-wrong",
    )
    assert ended.code == 3
    assert "token" in ended.err.lower()
    assert "user:1-wrong" not in ended.err


def test_with_nothing_to_do_it_ends_at_once_even_without_a_token(
    run_program: Callable[..., Any], tmp_path: Path
) -> None:
    ended = run_program("--data-dir", tmp_path, "--until-idle", "--export", "-")
    assert (ended.code, ended.rows, ended.err) == (0, [], "")


def test_it_gives_up_on_an_api_that_does_not_answer(
    run_program: Callable[..., Any], tmp_path: Path
) -> None:
    ended = run_program(
        *("--api-url", "http://127.0.0.1:9/v1/dreamina", "--data-dir", tmp_path, *FAST),
        *("--give-up", "0.5", "--export", "-"),
        "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina",
        token="user:12345-secret",
    )
    assert ended.code == 3
    assert ended.err
    assert ended.rows[0]["tracking"] == "polling"


def test_export_alone_needs_no_network_and_prints_nothing_else(
    run_program: Callable[..., Any], tmp_path: Path
) -> None:
    jobid = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
    ended = run_program("--data-dir", tmp_path, "--export", "-", jobid)
    assert ended.code == 0
    assert ended.rows == [
        {
            "number": 1,
            "jobid": jobid,
            "type": None,
            "status": None,
            "model": None,
            "created": None,
            "updated": None,
            "request": None,
            "error": None,
            "errorDetails": None,
            "code": None,
            "tracking": "polling",
            "note": None,
            "images": [],
            "label": None,
        }
    ]


def test_only_limits_the_export_to_the_ids_of_the_call(
    run_program: Callable[..., Any], tmp_path: Path
) -> None:
    one, two = (
        f"j030214053012345678{digit}i-u12345-US:user@example.com-bot:dreamina" for digit in "12"
    )
    run_program("--data-dir", tmp_path, "--export", "-", one)
    ended = run_program("--data-dir", tmp_path, "--export", "-", "--only", two)
    assert [row["jobid"] for row in ended.rows] == [two]
    both = run_program("--data-dir", tmp_path, "--export", tmp_path / "all.json")
    assert (both.code, both.out) == (0, b"")
    assert (tmp_path / "all.json").read_bytes().count(b'"jobid"') == 2


def test_a_file_whose_name_ends_with_csv_gets_csv(
    run_program: Callable[..., Any], tmp_path: Path
) -> None:
    jobid = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
    ended = run_program("--data-dir", tmp_path, "--export", tmp_path / "Jobs.CSV", jobid)
    assert (ended.code, ended.out) == (0, b"")
    heading, line, end = (tmp_path / "Jobs.CSV").read_bytes().split(b"\r\n")
    assert heading.startswith(b"\xef\xbb\xbfnumber,job ID,status,")
    assert line.startswith(f"1,{jobid},not checked yet,".encode())
    assert end == b""


def test_a_collection_is_named_on_the_command_line(
    run_program: Callable[..., Any], tmp_path: Path
) -> None:
    jobid = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
    ended = run_program("--data-dir", tmp_path, "--export", "-", "--collection", " X  Y ", jobid)
    assert ended.code == 0
    library = apsw.Connection(str(tmp_path / "library.sqlite3"))
    asked = "SELECT name, number FROM collection JOIN expected ON collection = id"
    assert list(library.execute(asked)) == [("X Y", 1)]
    library.close()
    refused = run_program("--data-dir", tmp_path, "--export", "-", "--collection", " ", jobid)
    assert refused.code == 2
    assert "--collection needs a name." in refused.err


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_the_demos_picture_is_made_without_a_display(
    run_program: Callable[..., Any], tmp_path: Path, theme: str
) -> None:
    picture = tmp_path / "demo.png"
    ended = run_program("--demo", "--screenshot", picture, "--size", "1000x700", "--theme", theme)
    assert ended.code == 0, ended.err
    with Image.open(picture) as drawn:
        drawn.load()
        assert drawn.size == (1000, 700)
        corner = drawn.convert("L").getpixel((3, 400))
        assert isinstance(corner, int)
        assert (corner > 128) == (theme == "light")
        # Photographs have many colours, an empty window has few.
        assert len(drawn.convert("RGB").resize((200, 140)).getcolors(1 << 24)) > 2000


def test_without_a_display_the_window_says_what_to_do(
    program_environment: dict[str, str],
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "dreamina_desktop", "--demo"],
        capture_output=True,
        text=True,
        env=program_environment,
        check=False,
    )
    assert ended.returncode == 2
    assert "display" in ended.stderr
    assert "--screenshot" in ended.stderr


def test_a_file_that_is_gone_is_fetched_again_before_it_is_idle(
    run_program: Callable[..., Any], sandbox: Any, tmp_path: Path
) -> None:
    options = ("--api-url", sandbox.api_url, "--data-dir", tmp_path, "--until-idle", "--export")
    jobid = sandbox.jobs["completed"][0]
    (row,) = run_program(*options, "-", jobid, token=sandbox.token).rows
    file = Path(row["images"][0]["file"])
    before = file.read_bytes()
    file.unlink()
    (row,) = run_program(*options, "-", token=sandbox.token).rows
    assert [image["state"] for image in row["images"]] == ["saved"] * len(row["images"])
    assert Path(row["images"][0]["file"]).read_bytes() == before


def test_a_demo_leaves_nothing_behind(program_environment: dict[str, str], tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "dreamina_desktop", "--demo", "--export", "-"],
        env=program_environment | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0
    assert len(json.loads(ended.stdout)) >= 12
    assert list(tmp_path.glob("dreamina-*")) == []
