"""The two ASGI applications: the documented API, and the image host."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dreamina_desktop.sandbox.catalog import SampleJob
from dreamina_desktop.sandbox.gallery import Gallery, image_uri
from dreamina_desktop.sandbox.links import LIFETIME_S, LinkSigner
from dreamina_desktop.sandbox.records import KEPT, record, status_at


class Service:
    """The state of one sandbox. `speed`: seconds of a running job in a second of the clock."""

    def __init__(
        self, jobs: Sequence[SampleJob], token: str, signer: LinkSigner, speed: float
    ) -> None:
        self._jobs = {job.jobid: job for job in jobs if job.known}
        self._token = token
        self._signer = signer
        self._speed = speed
        self._gallery = Gallery(jobs)
        self._links_from = int(time.time())
        self.image_url = ""  # set once the image host listens

    def api(self) -> Starlette:
        """`GET /v1/dreamina/images/{jobid}`; every other address is a 404 of another kind."""
        route = Route("/v1/dreamina/images/{jobid:path}", self._job, methods=["GET"])
        return Starlette(routes=[route], exception_handlers={404: _unknown, 405: _unknown})

    def images(self) -> Starlette:
        """`GET /<imageUri>?x-expires=…&x-signature=…`"""
        return Starlette(routes=[Route("/{uri:path}", self._image, methods=["GET"])])

    async def draw_ahead(self) -> None:
        """Draw what will be asked for first, so that nobody waits for it."""
        for job in self._jobs.values():
            for index in range(len(job.sizes)):
                await self._gallery.picture(image_uri(job, index))

    async def _job(self, request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return JSONResponse({"error": "Unauthorized"}, 401)
        job = self._jobs.get(request.path_params["jobid"])
        now = datetime.now(UTC)
        if job is None or now - job.created > KEPT:
            return JSONResponse({"error": "Job not found"}, 404)
        return JSONResponse(await self._record(job, now))

    async def _record(self, job: SampleJob, now: datetime) -> object:
        runs = job.kind == "running"
        age_s = (now - job.created).total_seconds() * (self._speed if runs else 1.0)
        took_s = job.takes_s / (self._speed if runs else 1.0)
        sizes: list[int] = []
        if status_at(job, age_s) == "completed":
            uris = [image_uri(job, index) for index in range(len(job.sizes))]
            pictures = await asyncio.gather(*map(self._gallery.picture, uris))
            sizes = [len(picture or b"") for picture in pictures]
        return record(job, age_s, took_s, sizes, self._links(job))

    def _links(self, job: SampleJob) -> list[str]:
        """The same links at each request, until half their life is over."""
        if time.time() - self._links_from > LIFETIME_S / 2:
            self._links_from = int(time.time())
        paths = [f"/{image_uri(job, index)}" for index in range(len(job.sizes))]
        expires = self._links_from + LIFETIME_S
        return [f"{self.image_url}{path}?{self._signer.query(path, expires)}" for path in paths]

    async def _image(self, request: Request) -> Response:
        path, query = request.url.path, request.scope["query_string"].decode("latin-1")
        if not self._signer.is_good(path, query, time.time()):
            return Response("signature wrong or expired", 403)
        picture = await self._gallery.picture(request.path_params["uri"])
        if picture is None:
            return Response("no such image", 404)
        return Response(picture, media_type="image/jpeg")


async def _unknown(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"error": "Not available in the sandbox"}, 404)
