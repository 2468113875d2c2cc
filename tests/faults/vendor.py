"""The API and an image host with a script for each job: what they serve, and how they fail."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import unquote

from faults import LOOP, Effect, Fault, Served, full, loop, response
from pictures import KINDS, picture, sha256
from scripted_server import Answer, Exchange, ScriptedServer

TOKEN = "user:12345-ordinary0token"
ADDRESS = "user@example.com"
BASE = "/v1/dreamina"
PROMPT = "A stunning aurora over job {}"


def job_id(number: int, address: str = ADDRESS) -> str:
    """Of the form that the API gives, created on the second of March."""
    return f"j0302140530{number:09d}i-u12345-US:{address}-bot:dreamina"


@dataclass
class ScriptedJob:
    """A job as the vendor knows it. Faults are used up, one a request, before the truth."""

    jobid: str
    number: int
    pictures: list[bytes]
    running: int = 0  # so many answers say that it still runs
    code: int | None = None  # of a failed job
    prompt: str = ""
    origin: str = ""  # of its images, where it is another than the vendor's own
    lives_s: int = 5400  # its links
    faults: list[Fault] = field(default_factory=list)
    image_faults: dict[int, list[Fault]] = field(default_factory=dict)
    links: int = 0  # how often it was given out as completed: each time with fresh links

    history: dict[int, set[Effect]] = field(default_factory=dict)  # of images: what was done

    @property
    def hashes(self) -> list[str]:
        return [sha256(data) for data in self.pictures]

    def may_end_as(self, index: int) -> set[str]:
        """States that are honest for an image beside "saved"."""
        done = self.history.get(index, set())
        states = {Effect.GONE: "lost", Effect.SPOILT: "invalid"}
        return {states[effect] for effect in done if effect in states}


class Vendor:
    """Two servers on loopback, and what they have to say."""

    def __init__(self, seed: int = 0, token: str = TOKEN, address: str = ADDRESS) -> None:
        self._rng = random.Random(seed)
        self._seed = seed
        self.token = token
        self.address = address
        self.jobs: dict[str, ScriptedJob] = {}
        self.api = ScriptedServer(self._answer_api)
        self.images = ScriptedServer(self.answer_image)
        self.wrong_tokens = 0

    def __enter__(self) -> Vendor:
        self.api.start()
        self.images.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.api.close()
        self.images.close()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api.port}{BASE}"

    def add_job(self, images: int = 1, *, running: int = 0, code: int | None = None) -> ScriptedJob:
        """A job that nobody has asked for yet; its pictures are like no others."""
        number = len(self.jobs) + 1
        seed = self._seed * 1_000_003 + number * 10
        pictures = [picture(seed + index, KINDS[index % 3]) for index in range(images)]
        jobid = job_id(number, self.address)
        job = ScriptedJob(jobid, number, pictures, running, code, PROMPT.format(number))
        self.jobs[jobid] = job
        return job

    def asked(self, job: ScriptedJob) -> list[Exchange]:
        """The requests for a job, in order."""
        end = f"/images/{job.jobid}".encode()
        return [one for one in self.api.exchanges if one.target.endswith(end)]

    def fetched(self, job: ScriptedJob, index: int) -> list[Exchange]:
        """The requests for an image."""
        start = f"/{job.number}/{index}.".encode()
        return [one for one in self.images.exchanges if one.target.startswith(start)]

    # -- the API ------------------------------------------------------------------------------

    def _answer_api(self, exchange: Exchange) -> Answer:
        path = exchange.target.decode("ascii", "replace").partition("?")[0]
        if exchange.header("Authorization") != f"Bearer {self.token}":
            self.wrong_tokens += 1
            return [response(b'{"error": "Unauthorized"}', status="401 Unauthorized")]
        kind, _, name = path.removeprefix(f"{BASE}/").partition("/")
        if kind == "assets":
            return [response(json.dumps(self._assets()).encode())]
        job = self.jobs.get(unquote(name))
        if kind != "images" or job is None:
            return [response(b'{"error": "Job not found"}', status="404 Not Found")]
        exchange.note = job.faults.pop(0) if job.faults else None
        served = Served(self._record(job), "application/json", path, self._rng)
        return exchange.note.answer(served) if exchange.note else [full(served)]

    def _record(self, job: ScriptedJob) -> bytes:
        record: dict[str, object] = {
            "jobid": job.jobid,
            "type": "image",
            "status": "created",
            "model": "seedream-4.6",
            "created": "2026-03-02T14:05:30.123Z",
            "request": {"prompt": job.prompt, "model": "seedream-4.6", "ratio": "3:2"},
            "response": {"forecastCost": 0},
            "code": 200,
        }
        if job.running > 0:
            job.running -= 1
            return json.dumps(record).encode()
        record["updated"] = "2026-03-02T14:06:30.123Z"
        if job.code is not None:
            record |= {"status": "failed", "code": job.code, "error": f"fail_code: {job.code}"}
            del record["response"]
            return json.dumps(record).encode()
        job.links += 1
        record["status"] = "completed"
        record["response"] = {"images": [self._image(job, n) for n in range(len(job.pictures))]}
        return json.dumps(record).encode()

    def _image(self, job: ScriptedJob, index: int) -> dict[str, object]:
        size = len(job.pictures[index])
        uri = f"tos-{job.number}-{index}"
        return {
            "imageUrl": self._link(job, index),
            "imageUri": uri,
            "width": 96,
            "height": 64,
            "format": "jpeg",
            "assetId": f"US:{self.address}:{uri}",
            "assetRef": f"US:{self.address}-image:w96:h64:s{size}-uri:{uri}",
            "itemId": f"item-{job.number}-{index}",
        }

    def _link(self, job: ScriptedJob, index: int) -> str:
        origin = job.origin or f"http://127.0.0.1:{self.images.port}"
        expires = int(time.time()) + job.lives_s
        query = f"x-expires={expires}&x-signature=a%2Fb%3D{job.links}"
        return f"{origin}/{job.number}/{index}.image?{query}"

    def _assets(self) -> dict[str, object]:
        """The account's history, on one page, the newest first."""
        assets = [
            {**self._image(job, index), "type": "image", "description": job.prompt}
            for job in reversed(self.jobs.values())
            if job.code is None and job.links
            for index in range(len(job.pictures))
        ]
        return {"assets": assets, "hasMore": False, "account": f"US:{self.address}"}

    # -- the image host -----------------------------------------------------------------------

    def answer_image(self, exchange: Exchange) -> Answer:
        """As the vendor's own image host does; for others that serve its images too."""
        path = exchange.target.decode("ascii", "replace")
        number, _, rest = path.lstrip("/").partition("/")
        job = next((job for job in self.jobs.values() if str(job.number) == number), None)
        index = int(rest.partition(".")[0]) if rest[:1].isdigit() else 0
        if job is None or index >= len(job.pictures):
            return [response(b"", "text/plain", "404 Not Found")]
        served = self._served(job.pictures[index], path)
        if path.endswith(LOOP):
            return loop(served)
        script = job.image_faults.get(index)
        exchange.note = script.pop(0) if script else None
        if exchange.note:
            job.history.setdefault(index, set()).add(exchange.note.effect)
            return exchange.note.answer(served)
        return [_range(served, exchange) or full(served)]

    def _served(self, data: bytes, path: str) -> Served:
        tag = f'ETag: "{sha256(data)[:16]}"'
        return Served(data, "image/jpeg", path, self._rng, (tag, "Accept-Ranges: bytes"))


def _range(served: Served, exchange: Exchange) -> bytes | None:
    """The rest of a picture, for who has its beginning."""
    asked = exchange.header("Range") or ""
    first = asked.removeprefix("bytes=").removesuffix("-")
    tag = served.headers[0].partition(": ")[2]
    same = exchange.header("If-Range") in (None, tag)
    if not first.isdigit() or not same or not 0 < int(first) < len(served.body):
        return None
    length = len(served.body)
    said = f"Content-Range: bytes {first}-{length - 1}/{length}"
    rest = served.body[int(first) :]
    return response(rest, served.kind, "206 Partial Content", said, *served.headers)


def ids(jobs: Sequence[ScriptedJob]) -> str:
    """As a script would print them."""
    return "\n".join(job.jobid for job in jobs)
