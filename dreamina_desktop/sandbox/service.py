"""The documented endpoint and the image host, as ASGI applications."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Callable, Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dreamina_desktop.sandbox import record
from dreamina_desktop.sandbox.sample import Picture, SampleImage, SampleJob
from dreamina_desktop.sandbox.signing import Signer
from dreamina_desktop.sandbox.studio import Studio
from dreamina_desktop.sandbox.timeline import Timeline

BASE_PATH = "/v1/dreamina"
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
    ) -> None:
        self._jobs = {job.jobid: job for job in jobs}
        self._pictures = {
            _path(image): image.picture for job in self._jobs.values() for image in job.images
        }
        self._authorization = f"Bearer {token}".encode()
        self._timeline = timeline
        self._signer = signer
        self._studio = studio
        self._image_url = image_url
        self._clock = clock
        self.api = _application(Route(f"{BASE_PATH}/images/{{jobid:path}}", self._answer))
        self.image_host = _application(Route("/{path:path}", self._serve_image))

    async def _answer(self, request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, self._authorization):
            return JSONResponse({"error": "Unauthorized"}, 401)
        job = self._jobs.get(request.path_params["jobid"])
        if job is None or self._timeline.is_forgotten(job, self._clock()):
            return JSONResponse({"error": "Job not found"}, 404)
        return JSONResponse(await self._record(job))

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
            record.image(job, image, self._signed_url(image), size)
            for image, size in zip(job.images, sizes, strict=True)
        ]
        return record.completed(job, ended, images)

    async def _sizes(self, job: SampleJob) -> list[int]:
        """The true sizes of a job's files in bytes."""
        files = await asyncio.gather(*(self._studio.file(image.picture) for image in job.images))
        return [len(file) for file in files]

    def _signed_url(self, image: SampleImage) -> str:
        path = _path(image)
        return f"{self._image_url}{path}?{self._signer.query(path, self._clock())}"

    async def _serve_image(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode("latin-1")
        picture: Picture | None = self._pictures.get(path)
        query: bytes = request.scope["query_string"]
        if picture is None or not self._signer.opens(path, query, self._clock()):
            return JSONResponse({"error": "Forbidden"}, 403)
        return Response(await self._studio.file(picture), media_type="image/jpeg")


def _path(image: SampleImage) -> str:
    return f"/{image.uri}~image.jpeg"


def _application(route: Route) -> Starlette:
    handlers = {HTTPException: _say}
    application = Starlette(routes=[route], exception_handlers=handlers)
    application.router.redirect_slashes = False
    return application


async def _say(_request: Request, error: Exception) -> Response:
    """What is not simulated: 404 for an unknown path, 405 for another method."""
    assert isinstance(error, HTTPException)
    words = {404: "Not found", 405: "Method not allowed"}
    return JSONResponse(
        {"error": words.get(error.status_code, error.detail)}, error.status_code, error.headers
    )
