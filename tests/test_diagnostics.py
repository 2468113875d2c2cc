"""What may never be in a log is not."""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from dreamina_desktop import diagnostics

JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"


@pytest.fixture(autouse=True)
def loggers_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        if handler not in handlers:
            handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer user:123-AbC/d+e=", "AbC"),
        ("token user:123-s3cret!", "s3cret"),
        ("user%3A123-s3cret", "s3cret"),
        (f"job {JOBID} failed", "user@example.com"),
        ("https://x/images/j1-US%3Auser%40example.com-bot", "example.com"),
        ("https://host/a.jpg?x-expires=1&x-signature=s3cret%3D", "s3cret"),
        ("{'authorization': 'Bearer abc.def'}", "abc.def"),
    ],
)
def test_redaction_takes_out_secrets_and_addresses(text: str, secret: str) -> None:
    assert secret not in diagnostics.redact(text)


def test_redaction_leaves_the_rest() -> None:
    text = "poller: 3 jobs, next in 4.2 s"
    assert diagnostics.redact(text) == text


def test_a_traceback_in_the_log_is_redacted_and_the_log_is_private(tmp_path: Path) -> None:
    file = tmp_path / "logs" / "a.log"
    diagnostics.set_up(file)
    try:
        raise ValueError(f"Bearer user:1-s3cret for {JOBID}")
    except ValueError:
        diagnostics.log.exception("while asking %s", JOBID)
    logged = file.read_text()
    assert "ValueError" in logged
    assert "s3cret" not in logged
    assert "user@example.com" not in logged
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_whole_urls_of_httpx_are_not_logged(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    diagnostics.set_up(file)
    logging.getLogger("httpx").info("HTTP Request: GET https://example.com/?x-signature=abc")
    assert file.read_text() == ""
