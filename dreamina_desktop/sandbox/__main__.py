"""`dreamina-sandbox`: say where it listens in one line of JSON, then serve until told to end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from random import Random

import uvicorn
from starlette.applications import Starlette

from dreamina_desktop.sandbox.catalog import SampleJob, sample_jobs, user_number
from dreamina_desktop.sandbox.links import LinkSigner
from dreamina_desktop.sandbox.service import Service

KINDS = (
    "completed",
    "running",
    "failed_408",
    "failed_596",
    "failed_2038",
    "failed_2057",
    "upscale",
    "not_found",
    "expired",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or (if asked for) the end of standard input."""
    options = _parser().parse_args(arguments)
    if not 0 < options.speed <= 100_000:
        _parser().error("--speed is a number above 0, at most 100000")
    try:
        listening = socket.create_server(("127.0.0.1", options.port))
    except (OSError, OverflowError) as error:
        sys.stderr.write(f"dreamina-sandbox: port {options.port} cannot be used: {error}\n")
        return 2
    if options.end_with_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    asyncio.run(_serve(listening, options.speed, Random(options.seed)))
    return 0


async def _serve(listening: socket.socket, speed: float, random: Random) -> None:
    token = f"user:{random.randrange(10_000, 99_999)}-{random.randbytes(12).hex()}"
    jobs = list(sample_jobs(datetime.now(UTC), user_number(token), random))
    service = Service(jobs, token, LinkSigner(random.randbytes(32)), speed)
    images = socket.create_server(("127.0.0.1", 0))
    service.image_url = _url(images)
    first_line = {
        "api_url": f"{_url(listening)}/v1/dreamina",
        "image_url": service.image_url,
        "token": token,
        "jobs": {kind: _ids(jobs, kind) for kind in KINDS},
    }
    print(json.dumps(first_line), flush=True)  # noqa: T201 - the contract of this program
    ahead = asyncio.create_task(service.draw_ahead())
    servers = (_server(service.api()), _server(service.images()))
    _end_on_signals(servers)
    await asyncio.gather(servers[0].serve([listening]), servers[1].serve([images]))
    ahead.cancel()


class _QuietServer(uvicorn.Server):
    """Leaves signals alone: uvicorn would raise them again after its end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _end_on_signals(servers: Sequence[uvicorn.Server]) -> None:
    def end(*_: object) -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def _server(application: Starlette) -> uvicorn.Server:
    config = uvicorn.Config(
        application,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    return _QuietServer(config)


def _url(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def _ids(jobs: Sequence[SampleJob], kind: str) -> list[str]:
    return [job.jobid for job in jobs if job.kind == kind]


def _end_with_stdin() -> None:
    """Whoever started us holds our standard input: when it ends, so do we, at once."""
    sys.stdin.buffer.read()
    os._exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dreamina-sandbox",
        description="The documented image API on this machine, with sample jobs. "
        "Its first line of output is JSON: URLs, a token, job IDs.",
    )
    parser.add_argument("--port", type=int, default=0, help="of the API (default: any free one)")
    parser.add_argument("--speed", type=float, default=1.0, help="60: a minute in a second")
    parser.add_argument("--seed", type=int, default=1, help="another number, other IDs and token")
    parser.add_argument("--end-with-stdin", action="store_true", help="end with standard input")
    return parser


if __name__ == "__main__":
    sys.exit(main())
