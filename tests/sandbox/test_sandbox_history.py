"""An account's history, and the parts of pictures that can be had."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from dreamina_desktop.sandbox.sample import (
    DAY_S,
    Fault,
    Picture,
    SampleImage,
    SampleJob,
    SampleVideo,
)
from dreamina_desktop.sandbox.service import Service
from dreamina_desktop.sandbox.signing import Signer
from dreamina_desktop.sandbox.studio import Studio
from dreamina_desktop.sandbox.timeline import Timeline

START = 1_780_000_000.0
US, CA = "US:user@example.com", "CA:studio@example.com"


def job(number: int, account: str = US, takes_s: float = 30, age_s: float = 100) -> SampleJob:
    images = tuple(
        SampleImage(Picture("A boat", n, 64, 36), f"tos-x/{number}{n}", f"76{number}{n}")
        for n in range(2)
    )
    created = START - age_s
    return SampleJob(f"j{number}", "x", account, created, takes_s, "m", {}, images)


def failed() -> SampleJob:
    fault = Fault(2038, "no")
    return SampleJob("j9", "x", US, START - 500, 3, "m", {}, job(9).images, fault)


JOBS = (
    job(1),
    job(2, age_s=200),
    job(3, age_s=40 * DAY_S),
    job(4, CA),
    job(5, takes_s=900),
    failed(),
)
ITEMS = ["7611", "7610", "7699", "7621", "7620", "7631", "7630"]
VIDEO = SampleVideo(US, START - 120, "Waves", "tos-x/video", "7699", "30")


@dataclass
class Bench:
    api: httpx.AsyncClient
    images: httpx.AsyncClient
    service: Service

    async def assets(self, account: str = US, query: str = "", token: str = "token") -> Any:
        url = f"http://x/v1/dreamina/assets/{account}{query}"
        return await self.api.get(url, headers={"Authorization": f"Bearer {token}"})

    async def record(self, jobid: str) -> Any:
        url = f"http://x/v1/dreamina/images/{jobid}"
        return (await self.api.get(url, headers={"Authorization": "Bearer token"})).json()


async def open_bench(**options: Any) -> AsyncIterator[Bench]:
    service = Service(
        JOBS,
        "token",
        Timeline(START),
        Signer(b"key"),
        Studio(lambda picture: bytes(range(100))),
        "http://images",
        lambda: START + 1,
        videos=(VIDEO,),
        **options,
    )
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(service.api)) as api,
        httpx.AsyncClient(transport=httpx.ASGITransport(service.image_host)) as images,
    ):
        yield Bench(api, images, service)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async for bench in open_bench():
        yield bench


@pytest.fixture
async def dead() -> AsyncIterator[Bench]:
    async for bench in open_bench(dead_links=True):
        yield bench


async def test_the_history_is_newest_first_with_what_the_api_has_forgotten(bench: Bench) -> None:
    page = (await bench.assets()).json()
    assert [asset["itemId"] for asset in page["assets"]] == ITEMS
    assert page["hasMore"] is False
    assert "nextOffset" not in page
    assert page["account"] == US
    times = [asset["createdAt"] for asset in page["assets"]]
    assert times == sorted(times, reverse=True)


async def test_an_asset_is_the_same_image_as_in_the_jobs_record(bench: Bench) -> None:
    asset = (await bench.assets()).json()["assets"][0]
    image = (await bench.record("j1"))["response"]["images"][1]
    same = ("assetId", "assetRef", "itemId", "width", "height", "format")
    assert [asset[name] for name in same] == [image[name] for name in same]
    assert (asset["type"], asset["description"]) == ("image", "A boat")
    assert (await bench.images.get(asset["imageUrl"])).content == bytes(range(100))


async def test_a_video_has_neither_reference_nor_image(bench: Bench) -> None:
    (video,) = (a for a in (await bench.assets()).json()["assets"] if a["type"] == "video")
    assert video["videoUrl"]
    assert not {"assetRef", "imageUrl"} & set(video)


async def test_pages_follow_one_another_without_gap_or_double(bench: Bench) -> None:
    offset, items = "", []
    while True:
        page = (await bench.assets(query=f"?count=3{offset}")).json()
        assert len(page["assets"]) <= 3
        items += [asset["itemId"] for asset in page["assets"]]
        if not page["hasMore"]:
            break
        offset = f"&offset={page['nextOffset']}"
    assert items == ITEMS
    assert (await bench.assets(query="?offset=500")).json()["assets"] == []


@pytest.mark.parametrize(
    "query", ["?count=0", "?count=101", "?count=x", "?count=", "?offset=-1", "?offset=1e3"]
)
async def test_an_impossible_page_is_refused(bench: Bench, query: str) -> None:
    assert (await bench.assets(query=query)).status_code == 400


async def test_unknown_accounts_and_wrong_tokens_are_refused(bench: Bench) -> None:
    answer = await bench.assets("US:other@example.com")
    assert answer.status_code == 404
    said = "Unable to find configuration for account US:other@example.com"
    assert answer.json() == {"error": said}
    assert (await bench.assets(token="x")).json() == {"error": "Unauthorized"}


async def test_dead_links_in_records_and_good_ones_in_the_history(dead: Bench) -> None:
    links = [image["imageUrl"] for image in (await dead.record("j1"))["response"]["images"]]
    again = [image["imageUrl"] for image in (await dead.record("j1"))["response"]["images"]]
    assert links == again
    assert [(await dead.images.get(link)).status_code for link in links] == [403, 403]
    asset = (await dead.assets()).json()["assets"][0]
    assert (await dead.images.get(asset["imageUrl"])).status_code == 200


async def test_a_picture_is_had_in_parts_as_long_as_it_is_the_same(bench: Bench) -> None:
    link = (await bench.assets()).json()["assets"][0]["imageUrl"]
    whole = await bench.images.get(link)
    assert whole.headers["accept-ranges"] == "bytes"
    tag = whole.headers["etag"]
    assert tag.startswith('"')
    part = await bench.images.get(link, headers={"Range": "bytes=40-", "If-Range": tag})
    assert (part.status_code, part.content) == (206, bytes(range(40, 100)))
    assert part.headers["content-range"] == "bytes 40-99/100"
    assert part.headers["etag"] == tag
    other = await bench.images.get(link, headers={"Range": "bytes=40-", "If-Range": '"x"'})
    assert (other.status_code, other.content) == (200, bytes(range(100)))
    outside = await bench.images.get(link, headers={"Range": "bytes=100-"})
    assert (outside.status_code, outside.headers["content-range"]) == (416, "bytes */100")
