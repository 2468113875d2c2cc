"""The faults of a network, of the API and of an image host, as bytes and silences."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum, auto

from scripted_server import Answer, End

PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>"
LOOP = "&again=1"
SILENCE_S = 1.5  # then the server hangs up; the program's own limit of 30 s is the full scale's


class Effect(Enum):
    """What a fault has to lead to."""

    NONE = auto()  # the answer is whole in the end
    CUT = auto()  # no HTTP answer: tried again
    TROUBLE = auto()  # an HTTP answer that says nothing: tried again after a back-off
    PASSING = auto()  # images: refused by a host that works; tried again after a back-off
    THROTTLE = auto()  # tried again when the pause is over
    REFUSAL = auto()  # API: nothing more is asked in this run
    UNKNOWN = auto()  # API: "Job not found", once
    GONE = auto()  # images: lost, or saved by a fresh link
    SPOILT = auto()  # images: the whole body came and is no picture: marked so


@dataclass(frozen=True)
class Served:
    """What the answer would be without the fault."""

    body: bytes
    kind: str  # Content-Type
    here: str  # the URL's path, for redirects
    rng: random.Random
    headers: tuple[str, ...] = ()  # of a whole answer


@dataclass(frozen=True)
class Fault:
    name: str
    effect: Effect
    answer: Callable[[Served], Answer]
    wait_s: float | None = None  # the pause that it asks for


def response(
    body: bytes, kind: str = "application/json", status: str = "200 OK", *headers: str
) -> bytes:
    """A correct answer, in one piece."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def full(served: Served) -> bytes:
    """The answer without a fault."""
    return response(served.body, served.kind, "200 OK", *served.headers)


# -- the connection, cut at every stage ---------------------------------------------------------


def _stages(served: Served) -> dict[str, int]:
    """How many bytes were sent at each stage of an answer."""
    sent = full(served)
    head = sent.index(b"\r\n\r\n") + 4
    return {
        "before the answer": 0,
        "in the status line": served.rng.randint(1, 12),
        "in the headers": served.rng.randint(17, head - 3),
        "before the body": head,
        "in the body": served.rng.randint(head + 1, len(sent) - 1),
        "before the last byte": len(sent) - 1,
    }


def _cut(stage: str, end: End) -> Callable[[Served], Answer]:
    def answer(served: Served) -> Answer:
        sent = full(served)[: _stages(served)[stage]]
        # A reset overtakes what was sent: the pause lets the client see it.
        return [sent, 0.02, end] if sent else [end]

    return answer


def _cuts() -> Iterator[Fault]:
    stages = (
        "before the answer",
        "in the status line",
        "in the headers",
        "before the body",
        "in the body",
        "before the last byte",
    )
    for stage in stages:
        for word, end in (("cut", End.CLOSE), ("reset", End.RESET)):
            yield Fault(f"{word} {stage}", Effect.CUT, _cut(stage, end))


def _chunked(served: Served, *, whole_body: bool) -> Answer:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {served.kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
    middle = len(served.body) // 2
    parts = [served.body[:middle], served.body[middle:]] if whole_body else [served.body[:middle]]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return [head.encode() + chunks, *([b"0\r\n\r\n"] if whole_body else [0.02, End.CLOSE])]


def drip(served: Served, *, upto: float) -> Answer:
    """The whole answer, or a part of it, in about a second."""
    sent = full(served)
    sent = sent[: max(1, int(len(sent) * upto))]
    step = max(1, len(sent) // 40)
    steps: list[bytes | float | End] = []
    for start in range(0, len(sent), step):
        steps += [0.025, sent[start : start + step]]
    return [*steps, End.KEEP if upto == 1.0 else End.CLOSE]


def _with_length(length: str, *more: str) -> Callable[[Served], Answer]:
    """An answer whose Content-Length is another one; `{}` stands for the right one."""

    def answer(served: Served) -> Answer:
        said = length.format(len(served.body))
        head = [
            "HTTP/1.1 200 OK",
            f"Content-Type: {served.kind}",
            f"Content-Length: {said}",
            *more,
        ]
        return ["\r\n".join([*head, "", ""]).encode() + served.body, 0.05, End.CLOSE]

    return answer


def _too_short_length(served: Served) -> Answer:
    length = str(len(served.body) * 2 // 3)
    return _with_length(length)(served)


def _network() -> Iterator[Fault]:
    """What happens on the way, the same for the API and an image host."""
    yield from _cuts()
    yield Fault("chunks without an end", Effect.CUT, lambda s: _chunked(s, whole_body=False))
    yield Fault("drip, then cut", Effect.CUT, lambda s: drip(s, upto=0.7))
    yield Fault("silence, then cut", Effect.CUT, lambda _: [SILENCE_S, End.CLOSE])
    yield Fault("length too long", Effect.CUT, _with_length("9{}"))
    yield Fault("length is no number", Effect.CUT, _with_length("many"))
    yield Fault("two lengths", Effect.CUT, _with_length("{}", "Content-Length: 7"))
    yield Fault("garbage", Effect.CUT, lambda s: [s.rng.randbytes(300), 0.02, End.CLOSE])
    yield Fault("garbage as status", Effect.CUT, lambda _: [b"HTTP/9 abc\r\n\r\n", End.CLOSE])
    yield Fault("endless headers", Effect.CUT, _endless_headers)
    yield Fault("slow drip", Effect.NONE, lambda s: drip(s, upto=1.0))
    yield Fault("chunks", Effect.NONE, lambda s: _chunked(s, whole_body=True))
    yield Fault("no length, closed at the end", Effect.NONE, _until_closed)


def _endless_headers(_served: Served) -> Answer:
    many = "".join(f"X-Filler-{number}: {'x' * 1000}\r\n" for number in range(300))
    return [b"HTTP/1.1 200 OK\r\n" + many.encode(), 0.05, End.CLOSE]


def _until_closed(served: Served) -> Answer:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {served.kind}\r\nConnection: close\r\n\r\n"
    return [head.encode() + served.body, End.CLOSE]


# -- answers with a status ----------------------------------------------------------------------


def _status(line: str, error: str = "", *headers: str) -> Callable[[Served], Answer]:
    body = f'{{"error": "{error or line}"}}'.encode()
    return lambda _: [response(body, "application/json", line, *headers)]


def _page(line: str) -> Callable[[Served], Answer]:
    return lambda _: [response(PAGE, "text/html; charset=utf-8", line)]


def _redirect(line: str, to: str) -> Callable[[Served], Answer]:
    return lambda _: [response(b"", "text/plain", line, f"Location: {to}")]


def loop(served: Served) -> Answer:
    """To the same place by another name, and so on: a host answers any `LOOP` like this."""
    return [response(b"", "text/plain", "302 Found", f"Location: {served.here}{LOOP}")]


def _retry_date(line: str, seconds: int) -> Callable[[Served], Answer]:
    """Retry-After as a date; the server says by its own clock what time it is."""

    def answer(_served: Served) -> Answer:
        now = datetime.now(UTC) + timedelta(days=2)  # its clock is two days wrong
        sent = f"Date: {format_datetime(now, usegmt=True)}"
        until = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
        return [response(b"{}", "application/json", line, sent, f"Retry-After: {until}")]

    return answer


_SERVER_ERRORS = (
    "500 Internal Server Error",
    "502 Bad Gateway",
    "503 Service Unavailable",
    "504 Gateway Timeout",
)


def api_faults() -> list[Fault]:
    """Faults of GET /images/{jobid}, those of the whole origin (429, 401 …) not among them."""
    faults = [
        *_network(),
        Fault("length too short", Effect.TROUBLE, _too_short_length),
        Fault("a web page with 200", Effect.TROUBLE, _page("200 OK")),
        Fault("nothing with 200", Effect.TROUBLE, lambda _: [response(b"")]),
        Fault("nulls with 200", Effect.TROUBLE, lambda _: [response(b"\0" * 50)]),
        Fault("another job", Effect.TROUBLE, _another_job),
        Fault("an error with 200", Effect.TROUBLE, _status("200 OK", "busy")),
        Fault("broken gzip", Effect.TROUBLE, _broken_gzip),
        Fault("a gzip bomb", Effect.TROUBLE, _bomb),
        Fault("a redirect loop", Effect.TROUBLE, loop),
        Fault("404 without words", Effect.TROUBLE, _page("404 Not Found")),
        Fault("404 once", Effect.UNKNOWN, _status("404 Not Found", "Job not found")),
        Fault("410 once", Effect.UNKNOWN, _status("410 Gone", "Job has expired")),
        Fault("400 once", Effect.UNKNOWN, _status("400 Bad Request", "Invalid job ID format")),
        Fault("403 once", Effect.UNKNOWN, _status("403 Forbidden", "No access to user:999")),
        Fault("400", Effect.TROUBLE, _status("400 Bad Request")),
        Fault("403", Effect.TROUBLE, _page("403 Forbidden")),
        Fault("408", Effect.TROUBLE, _status("408 Request Timeout")),
        Fault("412", Effect.TROUBLE, _status("412 Precondition Failed")),
        Fault("596", Effect.TROUBLE, _status("596 Session", "Session expired")),
        Fault("599 without a reason", Effect.TROUBLE, _status("599")),
    ]
    faults += [Fault(line[:3], Effect.TROUBLE, _page(line)) for line in _SERVER_ERRORS]
    return faults


def api_throttles() -> list[Fault]:
    return [
        Fault("429 for 1.2 s", Effect.THROTTLE, _status("429 Busy", "", "Retry-After: 1.2"), 1.2),
        Fault("429 to a date", Effect.THROTTLE, _retry_date("429 Busy", 2), 2.0),
        Fault("429", Effect.THROTTLE, _status("429 Too Many Requests"), 1.0),
    ]


def api_refusals() -> list[Fault]:
    lines = ("401 Unauthorized", "402 Payment Required")
    return [Fault(line[:3], Effect.REFUSAL, _status(line)) for line in lines]


def image_faults() -> list[Fault]:
    faults = [
        *_network(),
        Fault("length too short", Effect.SPOILT, _too_short_length),
        Fault("garbage for a picture", Effect.SPOILT, _noise),
        Fault("a part only", Effect.TROUBLE, _part_only),
        Fault("broken gzip", Effect.TROUBLE, _broken_gzip),
        Fault("a web page with 200", Effect.GONE, _page("200 OK")),
        Fault("a web page as JPEG", Effect.GONE, lambda _: [response(PAGE, "image/jpeg")]),
        Fault("nothing with 200", Effect.GONE, lambda _: [response(b"", "image/jpeg")]),
        Fault("a redirect loop", Effect.PASSING, loop),
        Fault("a private address", Effect.PASSING, _redirect("302 Found", "http://10.0.0.1/x.jpg")),
        Fault("another scheme", Effect.PASSING, _redirect("301 Moved", "file:///etc/passwd")),
        Fault("304", Effect.PASSING, lambda _: [b"HTTP/1.1 304 Not Modified\r\n\r\n"]),
        Fault("408", Effect.TROUBLE, _status("408 Request Timeout")),
        Fault("596", Effect.TROUBLE, _status("596 Session")),
    ]
    refusals = ("401 Unauthorized", "402 Payment Required", "451 Unavailable")
    faults += [Fault(line[:3], Effect.PASSING, _page(line)) for line in refusals]
    deaths = ("403 Forbidden", "404 Not Found", "410 Gone")
    faults += [Fault(line[:3], Effect.GONE, _page(line)) for line in deaths]
    faults += [Fault(line[:3], Effect.TROUBLE, _page(line)) for line in _SERVER_ERRORS]
    return faults


def image_status(status: int) -> Fault:
    """An answer of an image host with this status and nothing else."""
    line = f"{status} Status"
    return Fault(str(status), Effect.TROUBLE, lambda _: [response(b"", "text/plain", line)])


def image_throttles() -> list[Fault]:
    return [
        Fault("429 for 3 s", Effect.THROTTLE, _status("429 Busy", "", "Retry-After: 3"), 3.0),
        Fault("429 to a date", Effect.THROTTLE, _retry_date("429 Busy", 4), 4.0),
        Fault("429", Effect.TROUBLE, _status("429 Too Many Requests")),
        Fault("503 for 3 s", Effect.THROTTLE, _status("503 Later", "", "Retry-After: 3"), 3.0),
    ]


def _another_job(served: Served) -> Answer:
    return [response(served.body.replace(b'"jobid": "j', b'"jobid": "jx'))]


def _broken_gzip(served: Served) -> Answer:
    packed = bytearray(gzip.compress(served.body))
    packed[len(packed) // 2] ^= 0xFF
    return [response(bytes(packed[:-4]), served.kind, "200 OK", "Content-Encoding: gzip")]


def _bomb(_served: Served) -> Answer:
    packed = gzip.compress(b" " * 20_000_000)
    return [response(packed, "application/json", "200 OK", "Content-Encoding: gzip")]


def _noise(served: Served) -> Answer:
    return [response(served.rng.randbytes(4000), "image/jpeg")]


def _part_only(served: Served) -> Answer:
    half = served.body[: len(served.body) // 2]
    part = f"Content-Range: bytes 0-{len(half) - 1}/{len(served.body)}"
    return [response(half, served.kind, "206 Partial Content", part)]
