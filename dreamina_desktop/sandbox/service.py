"""The documented endpoints and the image host, as ASGI applications."""

from __future__ import annotations

import asyncio
import hmac
import re
import time
from collections.abc import Callable, Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dreamina_desktop.sandbox import record
from dreamina_desktop.sandbox.history import DEFAULT_COUNT, MAX_COUNT, History, Made, number
from dreamina_desktop.sandbox.image_host import ImageHost
from dreamina_desktop.sandbox.odd_answers import ODD_ANSWERS
from dreamina_desktop.sandbox.sample import SampleImage, SampleJob, SampleVideo
from dreamina_desktop.sandbox.signing import Signer
from dreamina_desktop.sandbox.studio import Studio
from dreamina_desktop.sandbox.timeline import Timeline

BASE_PATH = "/v1/dreamina"
_ENCODED = re.compile(rb"%(?:3A|40)", re.IGNORECASE)  # what must stay raw in the path of an ID
PATIENCE_S = 8.0  # below the time after which common clients give up

Clock = Callable[[], float]


class Service:
    """Answers for a set of jobs. `image_url`: where `image_host` is served, without a slash."""

    def __init__(
        self,
        jobs: Iterable[SampleJob],
        token: str,
        timeline: Timeline,
        signer: Signer,
        studio: Studio,
        image_url: str,
        clock: Clock = time.time,
        *,
        videos: Iterable[SampleVideo] = (),
        dead_links: bool = False,
    ) -> None:
        """`dead_links`: those in the jobs' records have expired; the history's work."""
        self._jobs = {job.jobid: job for job in jobs}
        images = [image for job in self._jobs.values() for image in job.images]
        self._host = ImageHost(images, image_url, signer, studio, clock)
        self._authorization = f"Bearer {token}".encode()
        self._timeline = timeline
        self._studio = studio
        self._clock = clock
        self._dead_links = dead_links
        self._history = History(self._jobs.values(), videos, timeline)
        self.api = _application(
            Route(f"{BASE_PATH}/images/{{jobid:path}}", self._answer),
            Route(f"{BASE_PATH}/assets/{{account:path}}", self._list_assets),
        )
        self.image_host = _application(Route("/{path:path}", self._host.serve))

    def _is_authorized(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").encode()
        return hmac.compare_digest(given, self._authorization)

    async def _answer(self, request: Request) -> Response:
        if not self._is_authorized(request):
            return JSONResponse({"error": "Unauthorized"}, 401)
        if _ENCODED.search(request.scope["raw_path"]):
            return JSONResponse({"error": "Invalid job ID format"}, 400)
        job = self._jobs.get(request.path_params["jobid"])
        if job is None or self._timeline.is_forgotten(job, self._clock()):
            return JSONResponse({"error": "Job not found"}, 404)
        odd = ODD_ANSWERS.get(job.kind)
        body = await self._record(job)
        if odd is None or body["status"] == "created":
            return JSONResponse(body)
        status, body = odd(body)
        return JSONResponse(body, status)

    async def _record(self, job: SampleJob) -> record.Record:
        ended, fault = self._timeline.end(job), self._timeline.fault(job)
        if not self._timeline.is_over(job, self._clock()):
            for image in job.images:  # ready by the time the job completes
                self._studio.order(image.picture, urgent=False)
            return record.created(job)
        if fault is not None:
            return record.failed(job, ended, fault)
        try:
            sizes = await asyncio.wait_for(self._sizes(job), PATIENCE_S)
        except TimeoutError:
            return record.created(job)  # it completes once its pictures are drawn
        images = [
            record.image(job, image, self._link(job, image), size)
            for image, size in zip(job.images, sizes, strict=True)
        ]
        return record.completed(job, ended, images)

    async def _sizes(self, job: SampleJob) -> list[int]:
        """The true sizes of a job's files in bytes."""
        files = await asyncio.gather(*(self._studio.file(image.picture) for image in job.images))
        return [len(file) for file in files]

    def _link(self, job: SampleJob, image: SampleImage) -> str:
        if self._dead_links:
            return self._host.dead_link(image.uri, job.created)
        return self._host.link(image.uri)

    async def _list_assets(self, request: Request) -> Response:
        if not self._is_authorized(request):
            return JSONResponse({"error": "Unauthorized"}, 401)
        account = request.path_params["account"]
        if not self._history.knows(account):
            said = f"Unable to find configuration for account {account}"
            return JSONResponse({"error": said}, 404)
        try:
            count = number(request.query_params.get("count"), DEFAULT_COUNT, 1, MAX_COUNT)
            offset = number(request.query_params.get("offset"), 0, 0, 999_999_999)
        except ValueError:
            return JSONResponse({"error": f"count is 1 to {MAX_COUNT}, offset a number"}, 400)
        page = self._history.page(account, count, offset, self._clock())
        answer = {
            "assets": await asyncio.gather(*map(self._asset, page.made)),
            "hasMore": page.next_offset is not None,
            "account": account,
        }
        if page.next_offset is not None:
            answer["nextOffset"] = page.next_offset
        return JSONResponse(answer)

    async def _asset(self, made: Made) -> record.Record:
        if isinstance(made.thing, SampleVideo):
            return record.video(made.thing, self._host.link(made.thing.uri))
        job, image = made.thing
        size = len(await self._studio.file(image.picture))
        return record.asset(job, image, made.at, self._host.link(image.uri), size)


def _application(*routes: Route) -> Starlette:
    handlers = {HTTPException: _say}
    application = Starlette(routes=routes, exception_handlers=handlers)
    application.router.redirect_slashes = False
    return application


async def _say(_request: Request, error: Exception) -> Response:
    """What is not simulated: 404 for an unknown path, 405 for another method."""
    assert isinstance(error, HTTPException)
    words = {404: "Not found", 405: "Method not allowed"}
    return JSONResponse(
        {"error": words.get(error.status_code, error.detail)}, error.status_code, error.headers
    )
