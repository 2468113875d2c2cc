"""The sandbox's sample jobs: what was asked for, when, and how each ends. docs/sandbox.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

_SIZES = {
    "16:9": (2560, 1440),
    "9:16": (1440, 2560),
    "1:1": (2048, 2048),
    "3:4": (1728, 2304),
    "4:3": (2304, 1728),
    "3:2": (2496, 1664),
}
# Prompt, model, ratio, images.
_FINISHED = (
    ("Paper-cut mountains in ochre and blue, soft shadows", "seedream-4.6", "16:9", 2),
    ("A red boat at dawn, mist, muted colours", "seedream-4.6", "16:9", 4),
    ("Botanical poster of monstera leaves on warm paper", "nano-banana", "3:4", 1),
    ("A stunning aurora borealis over a frozen lake at midnight", "seedream-4.0", "16:9", 2),
    ("Neon city skyline in the rain, seen across the water", "seedream-5.0-lite", "16:9", 3),
)
# Prompt, model, ratio, images, seconds until it is completed.
_RUNNING = (
    ("A lighthouse on a basalt cliff, storm rolling in", "seedream-4.6", "16:9", 2, 8),
    ("Golden dunes at sunset, long shadows, a lone caravan", "seedream-4.6", "3:2", 2, 16),
    ("A ringed planet above a quiet horizon", "seedream-4.5", "1:1", 1, 26),
    ("Poppies in a summer meadow, wide and bright", "seedream-4.0", "16:9", 2, 40),
    ("Birch forest on a misty morning", "seedream-4.6", "4:3", 1, 60),
)
_FAILED = {
    "408": ("An endless staircase made of clouds", "Generation timed out", None),
    "596": ("A quiet street after the rain", "Dreamina account session has expired", None),
    "2038": ("A test prompt that the content filter does not like", None, "ContentFiltered"),
    "2057": ("A clockwork bird on a window sill", None, "ProcessingError"),
}


@dataclass(frozen=True, slots=True)
class SampleJob:
    """One job of the sandbox. Times are aware UTC datetimes."""

    jobid: str
    account: str
    kind: str  # of the first line's "jobs"
    created: datetime
    model: str
    prompt: str | None = None
    ratio: str | None = None
    sizes: tuple[tuple[int, int], ...] = ()  # of its images, pixels
    takes_s: float = 30.0  # job time until it is final
    error: str | None = None
    error_details: str | None = None
    code: int = 200
    source: SampleJob | None = None  # upscales: the job that was enlarged
    known: bool = True  # the server knows it

    @property
    def drawn_from(self) -> str:
        """The prompt that its pictures are drawn from."""
        return self.source.drawn_from if self.source else self.prompt or ""


def sample_jobs(now: datetime, user: int, random: Random) -> Iterator[SampleJob]:
    """A few dozen jobs in the order in which they were made; the last ones still run."""
    accounts = ("US:ada@example.com", "CA:ben@example.com")

    def job(kind: str, made: datetime, letter: str = "i", **fields: object) -> SampleJob:
        account = accounts[random.random() < 0.3]
        number = int(fields.pop("user", user))  # type: ignore[call-overload]
        jobid = _jobid(made, letter, number, account, random)
        return SampleJob(jobid, account, kind, made, **fields)  # type: ignore[arg-type]

    for days in (45, 33):
        yield job(
            "expired", now - timedelta(days=days), model="seedream-4.0", prompt="", known=False
        )
    other = {"user": user + 7, "known": False, "model": "seedream-4.0", "prompt": ""}
    yield job("not_found", now - timedelta(days=3), **other)
    for hours, (code, (prompt, error, details)) in enumerate(_FAILED.items()):
        yield job(
            f"failed_{code}",
            now - timedelta(hours=9 - hours),
            model="seedream-4.6",
            prompt=prompt,
            ratio="16:9",
            error=error or f"fail_code: {code}",
            error_details=details,
            code=int(code),
            takes_s=3601.0 if code == "408" else random.uniform(15, 40),
        )
    finished = [
        job(
            "completed",
            now - timedelta(minutes=150 - 25 * place),
            model=model,
            prompt=prompt,
            ratio=ratio,
            sizes=(_SIZES[ratio],) * count,
            takes_s=random.uniform(20, 60),
        )
        for place, (prompt, model, ratio, count) in enumerate(_FINISHED)
    ]
    yield from finished
    # As in the vendor's samples: square, though its source is not.
    yield job(
        "upscale",
        now - timedelta(minutes=12),
        "I",
        model="seedream-4.6",
        sizes=((4096, 4096),),
        takes_s=97.0,
        source=finished[0],
    )
    for prompt, model, ratio, count, takes_s in _RUNNING:
        yield job(
            "running",
            now,
            model=model,
            prompt=prompt,
            ratio=ratio,
            sizes=(_SIZES[ratio],) * count,
            takes_s=float(takes_s),
        )


def _jobid(made: datetime, letter: str, user: int, account: str, random: Random) -> str:
    time = f"{made:%m%d%H%M%S}{made.microsecond // 1000:03d}"
    return f"j{time}{random.randrange(10**6):06d}{letter}-u{user}-{account}-bot:dreamina"


def user_number(token: str) -> int:
    """The number in a token `user:<number>-<string>`."""
    found = re.match(r"user:(\d+)-", token)
    return int(found[1]) if found else 0
