"""`dreamina-sandbox`: the simulated service as a process. docs/sandbox.md."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Sequence

from dreamina_desktop.sandbox.catalog import Catalog
from dreamina_desktop.sandbox.server import SandboxServer, listen, url_of
from dreamina_desktop.sandbox.service import BASE_PATH, Service
from dreamina_desktop.sandbox.signing import LIFETIME_S, Signer
from dreamina_desktop.sandbox.studio import Studio
from dreamina_desktop.sandbox.timeline import Timeline

USED_PORT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; the exit code."""
    options = _options(sys.argv[1:] if arguments is None else arguments)
    try:
        api_socket = listen(options.port)
    except OSError as error:
        print(f"Port {options.port} cannot be used: {error.strerror}.", file=sys.stderr)  # noqa: T201
        return USED_PORT
    image_socket = listen(0)
    start = time.time()
    catalog = Catalog(start, options.seed, options.library, small=options.small, odd=options.odd)
    service = Service(
        catalog.jobs,
        catalog.token,
        Timeline(start, options.speed),
        Signer(catalog.signing_key, options.link_lifetime),
        Studio(),
        url_of(image_socket),
        videos=catalog.videos,
        dead_links=options.dead_links,
    )
    server = SandboxServer([(api_socket, service.api), (image_socket, service.image_host)])
    if options.end_with_stdin:
        server.end_with_stdin()
    facts = {
        "api_url": url_of(api_socket) + BASE_PATH,
        "image_url": url_of(image_socket),
        "token": catalog.token,
        "jobs": catalog.ids(),
    }
    print(json.dumps(facts), flush=True)  # noqa: T201
    server.run()
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="dreamina-sandbox",
        description="A simulated image API on this machine: no account, no cost, no network. "
        "The first line of output is JSON with its URLs, a token and job IDs of every kind.",
    )
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="port of the API")
    parser.add_argument(
        "--speed",
        type=_positive,
        default=1.0,
        metavar="X",
        help="jobs run X times as fast; 60: a minute passes in a second",
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="the same token, IDs' digits and prompts every time"
    )
    parser.add_argument(
        "--library",
        type=_count,
        default=0,
        metavar="N",
        help="so many more finished jobs, of three accounts, with references and upscales",
    )
    parser.add_argument(
        "--small",
        action="store_true",
        help="no picture has a side above 640 pixels: drawn in a tenth of the time",
    )
    parser.add_argument(
        "--odd",
        action="store_true",
        help="one more finished job for each answer that differs from the documented form",
    )
    parser.add_argument(
        "--link-lifetime",
        type=_positive,
        default=LIFETIME_S,
        metavar="SECONDS",
        help="how long a signed image URL works (default: 5400)",
    )
    parser.add_argument(
        "--dead-links",
        action="store_true",
        help="the links in jobs' records have expired; only the account's history gives good ones",
    )
    parser.add_argument(
        "--end-with-stdin", action="store_true", help="end when standard input ends"
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 100_000):
        raise argparse.ArgumentTypeError(f"a number from 0 to 100000 is needed, not {text!r}")
    return int(text)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (0 < number < math.inf):
        raise argparse.ArgumentTypeError(f"a number above 0 is needed, not {text!r}")
    return number


if __name__ == "__main__":
    sys.exit(main())
