"""What is copied runs: a server gets the very request that was meant."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dreamina_desktop.core.request.request import Generation
from dreamina_desktop.core.request.snippets import Form, snippet

REFERENCES = (
    "US:user@example.com-image:w2560:h1440:s905-uri:tos-a/1",
    "US:user@example.com-image:w1:h1:s1-uri:tos-b/it's",
)
HOSTILE = 'She said "it\'s $HOME `id` ${x}"\nand \\n left\t🌅 红色 \u2028 </script> %s {0} !'
TOKEN = "user:1-secret"


class Server:
    """Remembers what it was sent."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.tokens: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                outer.bodies.append(json.loads(raw))
                outer.tokens.append(self.headers["Authorization"])
                answer = b'{"jobid": "j1:dreamina"}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/dreamina"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def generation(prompt: str = HOSTILE) -> Generation:
    return Generation(prompt, "seedream-4.6", "16:9", "2k", REFERENCES)


def run(command: list[str]) -> None:
    ended = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"USEAPI_TOKEN": TOKEN},
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("prompt", [HOSTILE, "", "-x", "@file", "'", "\\"])
@pytest.mark.parametrize("form", [Form.CURL, Form.PYTHON, Form.JAVASCRIPT])
def test_what_arrives_is_what_was_meant(
    server: Server, tmp_path: Path, form: Form, prompt: str
) -> None:
    text = snippet(form, generation(prompt), server.url)
    assert TOKEN not in text
    if form is Form.CURL:
        if shutil.which("curl") is None:
            pytest.skip("curl is not installed")
        (tmp_path / "run.sh").write_text(f"{text}\n", encoding="utf-8")
        run(["sh", str(tmp_path / "run.sh")])
    elif form is Form.PYTHON:
        (tmp_path / "run.py").write_text(text, encoding="utf-8")
        run([sys.executable, str(tmp_path / "run.py")])
    else:
        if shutil.which("node") is None:
            pytest.skip("Node.js is not installed")
        (tmp_path / "run.mjs").write_text(text, encoding="utf-8")
        run(["node", str(tmp_path / "run.mjs")])
    assert server.bodies == [generation(prompt).body()]
    assert server.tokens == [f"Bearer {TOKEN}"]


def test_lines_and_a_body_are_numbered_from_one_without_a_gap() -> None:
    text = snippet(Form.LINES, generation(), "https://api.example.com")
    assert text == f"imageRef_1: {REFERENCES[0]}\nimageRef_2: {REFERENCES[1]}"
    body = json.loads(snippet(Form.JSON, generation(), "https://api.example.com"))
    assert list(body) == ["prompt", "model", "ratio", "resolution", "imageRef_1", "imageRef_2"]
    assert body["prompt"] == HOSTILE
    assert json.loads(snippet(Form.JSON, Generation("x"), "")) == {"prompt": "x"}
