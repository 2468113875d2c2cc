"""The host of the pictures, behind signed links that expire."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dreamina_desktop.sandbox import byte_range
from dreamina_desktop.sandbox.sample import Picture, SampleImage
from dreamina_desktop.sandbox.signing import Signer
from dreamina_desktop.sandbox.studio import Studio


class ImageHost:
    """`url`: where it is served, without a slash."""

    def __init__(
        self,
        images: Iterable[SampleImage],
        url: str,
        signer: Signer,
        studio: Studio,
        clock: Callable[[], float],
    ) -> None:
        self._pictures: dict[str, Picture] = {_path(image.uri): image.picture for image in images}
        self._url = url
        self._signer = signer
        self._studio = studio
        self._clock = clock

    def link(self, uri: str) -> str:
        """One that works for a while."""
        path = _path(uri)
        return f"{self._url}{path}?{self._signer.query(path, self._clock())}"

    def dead_link(self, uri: str, expired: float) -> str:
        """One that worked until that time, Unix seconds."""
        path = _path(uri)
        return f"{self._url}{path}?{self._signer.dead_query(path, expired)}"

    async def serve(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode("latin-1")
        picture = self._pictures.get(path)
        query: bytes = request.scope["query_string"]
        if picture is None or not self._signer.opens(path, query, self._clock()):
            return JSONResponse({"error": "Forbidden"}, 403)
        return _answer(await self._studio.file(picture), request)


def _answer(file: bytes, request: Request) -> Response:
    """The whole file, or the part of it that a single Range wants of this very file."""
    tag = f'"{hashlib.sha256(file).hexdigest()[:32]}"'
    headers = {"Accept-Ranges": "bytes", "ETag": tag}
    part = None
    if request.headers.get("if-range", tag) == tag:
        try:
            part = byte_range.wanted(request.headers.get("range", ""), len(file))
        except byte_range.OutsideError:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{len(file)}"})
    if part is None:
        return Response(file, media_type="image/jpeg", headers=headers)
    start, end = part
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(file)}"
    return Response(file[start:end], 206, media_type="image/jpeg", headers=headers)


def _path(uri: str) -> str:
    return f"/{uri}~image.jpeg"
