"""`dreamina-sandbox` as its users meet it: a process, two ports, real pictures."""

from __future__ import annotations

import io
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from PIL import Image

ID = re.compile(r"j(\d{10})(\d{3})\d{6}([iI])-u(\d+)-(US|CA):[a-z]+@example\.com-bot:dreamina")
KINDS = {
    *("completed", "running", "failed_408", "failed_596", "failed_2038", "failed_2057"),
    *("upscale", "not_found", "expired"),
}

Start = Callable[..., Any]


class Caller:
    """Asks a sandbox, with its token."""

    def __init__(self, sandbox: Any, http: httpx.Client) -> None:
        self.sandbox = sandbox
        self._http = http

    def ask(self, jobid: str, token: str | None = None) -> httpx.Response:
        token = self.sandbox.token if token is None else token
        headers = {"Authorization": f"Bearer {token}"}
        return self._http.get(f"{self.sandbox.api_url}/images/{jobid}", headers=headers)

    def finished(self, jobid: str) -> dict[str, Any]:
        """The record once the job is completed or failed."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            record: dict[str, Any] = self.ask(jobid).raise_for_status().json()
            if record["status"] != "created":
                return record
            time.sleep(0.05)
        raise AssertionError(f"{jobid} is still created")

    def images(self, kind: str) -> list[dict[str, Any]]:
        record = self.finished(self.sandbox.jobs[kind][0])
        images: list[dict[str, Any]] = record["response"]["images"]
        return images

    def fetch(self, url: str) -> httpx.Response:
        return self._http.get(url)


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
def caller(shared_sandbox: Any, http: httpx.Client) -> Caller:
    return Caller(shared_sandbox, http)


@pytest.fixture
def full_size(start_sandbox: Start, http: httpx.Client) -> Caller:
    """A sandbox as its users start it: with pictures as large as the vendor's."""
    return Caller(start_sandbox("--seed", "5", small=False), http)


def moment(text: str) -> datetime:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    return datetime.fromisoformat(text)


def test_the_first_line_tells_where_it_is_and_which_jobs_there_are(caller: Caller) -> None:
    sandbox = caller.sandbox
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1/dreamina", sandbox.api_url)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", sandbox.image_url)
    assert not sandbox.api_url.startswith(sandbox.image_url)
    assert set(sandbox.jobs) == KINDS
    assert all(sandbox.jobs.values())
    assert len(sandbox.jobs["completed"]) >= 4


def test_ids_agree_with_their_jobs_and_with_the_token(caller: Caller) -> None:
    ids = [jobid for kind in sorted(KINDS - {"not_found"}) for jobid in caller.sandbox.jobs[kind]]
    user = re.match(r"user:(\d+)-", caller.sandbox.token)
    assert user
    regions = set()
    for jobid in ids:
        found = ID.fullmatch(jobid)
        assert found, jobid
        assert found[4] == user[1]
        regions.add(found[5])
    assert regions == {"US", "CA"}
    for kind in ("failed_408", "failed_2038", "running"):
        jobid = caller.sandbox.jobs[kind][0]
        created = moment(caller.ask(jobid).json()["created"])
        assert jobid.startswith(f"j{created:%m%d%H%M%S}{created.microsecond // 1000:03d}")


def test_one_of_the_unknown_ids_is_another_users(caller: Caller) -> None:
    own = caller.sandbox.token.split(":")[1].split("-")[0]
    users = {ID.fullmatch(jobid)[4] for jobid in caller.sandbox.jobs["not_found"]}  # type: ignore[index]
    assert own in users
    assert users - {own}


@pytest.mark.parametrize("token", ["x", "user:1-wrong"])
def test_a_wrong_token_is_unauthorized_whatever_the_id(caller: Caller, token: str) -> None:
    for jobid in (caller.sandbox.jobs["failed_2038"][0], "nothing"):
        answer = caller.ask(jobid, token)
        assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized"})


def test_no_token_at_all_is_unauthorized(caller: Caller, http: httpx.Client) -> None:
    answer = http.get(f"{caller.sandbox.api_url}/images/nothing")
    assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized"})


@pytest.mark.parametrize("kind", ["not_found", "expired"])
def test_unknown_and_forgotten_jobs_are_not_found(caller: Caller, kind: str) -> None:
    for jobid in caller.sandbox.jobs[kind]:
        answer = caller.ask(jobid)
        assert (answer.status_code, answer.json()) == (404, {"error": "Job not found"})


def test_an_id_with_an_encoded_slash_is_an_unknown_id(caller: Caller) -> None:
    assert caller.ask("a%2Fb").json() == {"error": "Job not found"}


def test_what_is_not_simulated_is_another_404_or_a_405(caller: Caller, http: httpx.Client) -> None:
    unknown = http.get(f"{caller.sandbox.api_url}/scheduler")
    assert (unknown.status_code, unknown.json()) == (404, {"error": "Not found"})
    assert http.get(f"{caller.sandbox.api_url}/images").json() == {"error": "Not found"}
    posted = http.post(f"{caller.sandbox.api_url}/images/upscale", json={})
    assert (posted.status_code, posted.json()) == (405, {"error": "Method not allowed"})


@pytest.mark.parametrize(
    ("code", "error", "details"),
    [
        (408, "Generation timed out", None),
        (596, "Dreamina session expired", None),
        (2038, "fail_code: 2038", "ContentFiltered"),
        (2057, "fail_code: 2057", None),
    ],
)
def test_failed_jobs_say_why(caller: Caller, code: int, error: str, details: str | None) -> None:
    answer = caller.ask(caller.sandbox.jobs[f"failed_{code}"][0])
    record = answer.json()
    assert answer.status_code == 200
    assert (record["status"], record["code"], record["error"]) == ("failed", code, error)
    assert record.get("errorDetails") == details
    assert "response" not in record
    took = moment(record["updated"]) - moment(record["created"])
    assert (took.total_seconds() == 3600) == (code == 408)


def test_a_running_job_is_created_without_an_end(start_sandbox: Start, http: httpx.Client) -> None:
    caller = Caller(start_sandbox("--speed", "0.001"), http)
    record = caller.ask(caller.sandbox.jobs["running"][-1]).json()
    assert (record["status"], record["type"], record["code"]) == ("created", "image", 200)
    assert record["response"] == {"forecastCost": 0}
    assert "updated" not in record
    assert set(record["request"]) == {"prompt", "model", "ratio", "resolution", "inputMode"}


def test_running_jobs_complete_one_after_another_in_real_time(caller: Caller) -> None:
    records = [caller.finished(jobid) for jobid in caller.sandbox.jobs["running"]]
    assert {record["status"] for record in records} == {"completed"}
    ends = [moment(record["updated"]) for record in records]
    assert ends == sorted(set(ends))
    assert (ends[-1] - ends[0]).total_seconds() == pytest.approx((57 - 8) / 60, abs=0.002)
    assert ends[-1] <= datetime.now(UTC)


def test_a_completed_job_has_whole_pictures_of_the_size_it_says(full_size: Caller) -> None:
    record = full_size.finished(full_size.sandbox.jobs["completed"][-1])
    images = record["response"]["images"]
    assert len(images) == 2
    bodies = set()
    for image in images:
        answer = full_size.fetch(image["imageUrl"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        with Image.open(io.BytesIO(answer.content)) as picture:
            picture.load()
            assert picture.format == "JPEG"
            assert picture.size == (image["width"], image["height"]) == (2560, 1440)
        account = record["jobid"].split("-", 2)[2].removesuffix("-bot:dreamina")
        size = f"w2560:h1440:s{len(answer.content)}"
        assert image["assetRef"] == f"{account}-image:{size}-uri:{image['imageUri']}"
        assert image["assetId"].endswith(f":{image['itemId']}")
        assert image["format"] == "jpeg"
        bodies.add(answer.content)
    assert len(bodies) == 2


def test_the_finish_time_is_the_trap_of_the_vendors_samples(caller: Caller) -> None:
    record = caller.finished(caller.sandbox.jobs["completed"][-1])
    finished = datetime.fromtimestamp(record["response"]["finishTime"], UTC)
    assert (moment(record["created"]) - finished).days in (729, 730)


def test_an_upscale_names_its_source_and_is_square(full_size: Caller) -> None:
    jobid = full_size.sandbox.jobs["upscale"][0]
    record = full_size.finished(jobid)
    assert record["type"] == "upscale"
    assert ID.fullmatch(jobid)[3] == "I"  # type: ignore[index]
    assert set(record["request"]) == {"jobid", "imageIndex", "resolution"}
    assert record["request"]["jobid"] in full_size.sandbox.jobs["completed"]
    (image,) = record["response"]["images"]
    with Image.open(io.BytesIO(full_size.fetch(image["imageUrl"]).content)) as picture:
        picture.load()
        assert picture.size == (image["width"], image["height"]) == (4096, 4096)


def test_a_link_stays_the_same_while_it_lives(caller: Caller) -> None:
    assert caller.images("completed") == caller.images("completed")


def test_every_single_altered_byte_of_a_signed_query_is_refused(caller: Caller) -> None:
    url = caller.images("completed")[0]["imageUrl"]
    path, _, query = url.partition("?")
    for place, letter in enumerate(query):
        altered = query[:place] + ("A" if letter != "A" else "B") + query[place + 1 :]
        assert caller.fetch(f"{path}?{altered}").status_code == 403, altered
    assert caller.fetch(url).status_code == 200


@pytest.mark.parametrize("change", ["%3d", "=", "%3D&", ""])
def test_another_spelling_of_the_signature_is_refused(caller: Caller, change: str) -> None:
    url = caller.images("completed")[0]["imageUrl"]
    assert url.endswith("%3D")
    path, _, query = url.removesuffix("%3D").partition("?")
    target = path.removeprefix(caller.sandbox.image_url) + f"?{query}{change}"
    raw = httpx.Request("GET", caller.sandbox.image_url, extensions={"target": target.encode()})
    with httpx.Client(trust_env=False) as client:
        assert client.send(raw).status_code == 403


def test_a_signature_opens_no_other_image(caller: Caller) -> None:
    first, second = (image["imageUrl"] for image in caller.images("completed")[:2])
    mixed = first.partition("?")[0] + "?" + second.partition("?")[2]
    assert caller.fetch(mixed).status_code == 403
    assert caller.fetch(first.partition("?")[0]).status_code == 403


def test_a_link_that_has_expired_is_refused(start_sandbox: Start, http: httpx.Client) -> None:
    caller = Caller(start_sandbox("--link-lifetime", "2"), http)
    url = caller.images("completed")[0]["imageUrl"]
    expires = int(re.search(r"x-expires=(\d+)", url)[1])  # type: ignore[index]
    while time.time() < expires:
        time.sleep(0.05)
    assert caller.fetch(url).status_code == 403
    renewed = caller.images("completed")[0]["imageUrl"]
    assert renewed != url


def test_the_same_seed_gives_the_same_token_and_prompts(
    start_sandbox: Start, http: httpx.Client
) -> None:
    callers = [Caller(start_sandbox("--seed", seed), http) for seed in ("3", "3", "4")]
    tokens = [caller.sandbox.token for caller in callers]
    assert tokens[0] == tokens[1] != tokens[2]
    jobids = [caller.sandbox.jobs["running"][-1] for caller in callers]
    # From the digits after the time, which is each start's own.
    assert jobids[0][14:] == jobids[1][14:] != jobids[2][14:]
    prompts = [
        caller.ask(jobid).json()["request"]["prompt"]
        for caller, jobid in zip(callers, jobids, strict=True)
    ]
    assert prompts[0] == prompts[1]


def test_it_ends_with_its_standard_input(start_sandbox: Start) -> None:
    process = start_sandbox().process
    process.stdin.write(b"this is not the end\n")
    process.stdin.close()
    assert process.wait(60) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_a_signal(start_sandbox: Start, number: signal.Signals) -> None:
    process = start_sandbox().process
    process.send_signal(number)
    assert process.wait(60) == 0


def test_it_ends_in_the_middle_of_drawing(start_sandbox: Start) -> None:
    sandbox = start_sandbox()
    path = f"/v1/dreamina/images/{sandbox.jobs['upscale'][0]}"
    port = int(sandbox.api_url.split(":")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port)) as open_request:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {sandbox.token}\r\n\r\n"
        open_request.sendall(head.encode())
        sandbox.process.stdin.close()
        assert sandbox.process.wait(60) == 0


def test_it_uses_the_port_that_is_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as used:
        port = used.getsockname()[1]
        ended = run("--port", str(port))
        assert (ended.returncode, ended.stdout) == (2, "")
        assert f"Port {port} cannot be used" in ended.stderr
    process = subprocess.Popen(
        [sys.executable, "-m", "dreamina_desktop.sandbox", "--end-with-stdin", "--port", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        process.stdin.close()
        assert said["api_url"] == f"http://127.0.0.1:{port}/v1/dreamina"


@pytest.mark.parametrize(
    "options",
    [
        ("--speed", "0"),
        ("--speed", "nan"),
        ("--speed", "fast"),
        ("--port", "70000"),
        ("--port", "-1"),
        ("--link-lifetime", "0"),
    ],
)
def test_unusable_options_end_with_2_and_a_sentence(options: tuple[str, str]) -> None:
    ended = run(*options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert options[1] in ended.stderr


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dreamina_desktop.sandbox", *options],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


def test_neither_qt_nor_pillow_delays_the_first_line() -> None:
    code = (
        "import sys, dreamina_desktop.sandbox.__main__;"
        "print({name.partition('.')[0] for name in sys.modules} & {'PIL', 'PySide6', 'httpx'})"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "set()"
