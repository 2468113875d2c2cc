"""A server on this machine, a process of its own: `python image_server.py FOLDER` prints its port.
It serves the folder's files as images, and says of every job that it is running.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: dict[str, bytes] = {}  # noqa: RUF012 - one server a process
    asked = 0

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if path == "/asked":
            return self._send(json.dumps(Handler.asked).encode(), "application/json")
        if (data := self.files.get(path.rsplit("/", 1)[1])) is not None:
            return self._send(data, "image/jpeg")
        Handler.asked += 1
        record = {"jobid": path.rsplit("/", 1)[1], "type": "image", "status": "created"}
        return self._send(json.dumps(record).encode(), "application/json")

    def _send(self, data: bytes, kind: str) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
        self.wfile.write(head.encode() + data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Its URL."""
    process = subprocess.Popen(
        [sys.executable, __file__, folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def main() -> None:
    Handler.files = {file.name: file.read_bytes() for file in Path(sys.argv[1]).iterdir()}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
