"""Which sample jobs there are: some of every kind that the documentation knows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from dreamina_desktop.sandbox.identity import CA, SG, US, Identities
from dreamina_desktop.sandbox.odd_answers import ODD_ANSWERS
from dreamina_desktop.sandbox.sample import (
    DAY_S,
    Fault,
    Picture,
    SampleImage,
    SampleJob,
    SampleVideo,
)

MINUTE_S, HOUR_S = 60.0, 3600.0

# Pixels by resolution and ratio.
SIZES: Mapping[tuple[str, str], tuple[int, int]] = {
    ("1k", "1:1"): (1024, 1024),
    ("1k", "16:9"): (1280, 720),
    ("2k", "1:1"): (2048, 2048),
    ("2k", "3:4"): (1728, 2304),
    ("2k", "16:9"): (2560, 1440),
    ("2k", "9:16"): (1440, 2560),
    ("2k", "3:2"): (2496, 1664),
    ("2k", "21:9"): (3024, 1296),
}
# Of a library: small, for there are thousands.
LIBRARY_SIZES: Mapping[str, tuple[int, int]] = {
    "16:9": (640, 360),
    "1:1": (480, 480),
    "9:16": (360, 640),
    "3:4": (432, 576),
    "4k": (1024, 1024),
}
LIBRARY_DAYS = 28
VARIANTS = ("", "; wide", "; close up", "; 4k, film grain", "; 红色, 夜景")
REFERENCE_BYTES = 1_000_000  # the size in a reference; nobody compares it with the file's
SMALL_SIDE = 640  # pixels of the longer side
UPSCALED = (4096, 4096)  # of a 16:9 source too, as in the vendor's own sample

PROMPTS = (
    "Paper-cut mountains in ochre and blue, layered, soft shadows",
    "A field of poppies in early summer, wide sky",
    "Portrait of a woman with leaves in her hair, flat colours, poster",
    "A red boat at dawn, mist, muted colours, long exposure",
    "A stunning aurora borealis over a frozen lake at midnight",
    "A lighthouse on a basalt cliff, storm light",
    "Desert dunes at sunset, long shadows, minimal",
    "Botanical poster with autumn leaves and a low sun",
    "A city skyline at dusk, reflections in the river",
    "A ringed planet in deep space, dust and stars",
    "Misty mountains at sunrise, range behind range",
    "A cup of tea by the window on a quiet morning",
    "Forest in morning fog, shafts of light",
)
FAILED_PROMPTS = (
    "A crowded market square with a hundred portraits, extremely detailed",
    "An old harbour in winter, snow on the ropes",
    "A famous film hero on a film poster, with the studio's logo",
    "A glass greenhouse at night, lit from inside",
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A generation job to be: ages and times in seconds, `ends_in` after the sandbox's start."""

    age_s: float
    takes_s: float
    images: int
    ratio: str
    model: str = "seedream-4.6"
    resolution: str = "2k"
    account: str = US


COMPLETED = (
    _Plan(2.2 * DAY_S, 24.7, 2, "1:1", "gpt-image-2", "1k", CA),
    _Plan(1.1 * DAY_S, 58.2, 3, "3:2", "seedream-4.5"),
    _Plan(20 * HOUR_S, 31.4, 1, "3:4", "seedream-4.1"),
    _Plan(47 * MINUTE_S, 52.3, 4, "16:9"),
    _Plan(26 * MINUTE_S, 36.7, 2, "16:9", "seedream-4.0"),
)
# The last number is when each completes: job seconds after the sandbox's start.
RUNNING = (
    (_Plan(11.2, 0.0, 2, "16:9"), 8.0),
    (_Plan(9.1, 0.0, 4, "1:1", "seedream-4.5", "2k", CA), 17.0),
    (_Plan(6.4, 0.0, 1, "3:4"), 28.0),
    (_Plan(4.3, 0.0, 2, "16:9", "seedream-4.0"), 41.0),
    (_Plan(2.0, 0.0, 3, "21:9", "seedream-5.0-lite"), 57.0),
)
FAULTS = (
    ("failed_408", 9.3 * HOUR_S, math.inf, None),
    ("failed_596", 5.2 * HOUR_S, 2.6, Fault(596, "Dreamina session expired")),
    ("failed_2057", 3.4 * HOUR_S, 33.8, Fault(2057, "fail_code: 2057")),
    ("failed_2038", 38 * MINUTE_S, 6.1, Fault(2038, "fail_code: 2038", "ContentFiltered")),
)
EXPIRED_DAYS = (33.4, 61.7)
VIDEOS = ((US, 21 * HOUR_S), (US, 40 * MINUTE_S), (CA, 3.1 * DAY_S))  # by age


class Catalog:
    """The jobs and videos of one sandbox. Without a seed the prompts come in a chosen order."""

    def __init__(
        self,
        start: float,
        seed: int | None,
        library: int = 0,
        *,
        small: bool = False,
        odd: bool = False,
    ) -> None:
        """`library`: so many more finished jobs of the last weeks, of three accounts. `small`: no
        picture has a side above 640 pixels. `odd`: a job for each of the odd answers."""
        self._random = random = Random(seed)
        self._start = start
        self._small = small
        self._ids = Identities(random)
        self._prompts = list(PROMPTS if seed is None else random.sample(PROMPTS, len(PROMPTS)))
        self.token = self._ids.token
        self.signing_key = self._ids.signing_key()
        *before, newest = [self._generation("completed", plan) for plan in COMPLETED]
        # The newest was made from two images of the others.
        completed = [*before, with_references(newest, [before[-1].images[0], before[1].images[0]])]
        self.jobs: tuple[SampleJob, ...] = (
            *completed,
            *(self._running(plan, ends_in) for plan, ends_in in RUNNING),
            *(self._failed(*fault) for fault in zip(FAULTS, FAILED_PROMPTS, strict=True)),
            self._upscale(completed[-1], 1),
            *(self._expired(days) for days in EXPIRED_DAYS),
        )
        self._unknown = [
            self._ids.jobid(self._ago(2.6 * DAY_S), "i", US),
            self._ids.jobid(self._ago(6.8 * HOUR_S), "i", CA, foreign=True),
        ]
        self.jobs += tuple(self._library(library))
        self.jobs += tuple(map(self._odd, ODD_ANSWERS)) if odd else ()
        self.videos = tuple(self._video(account, age_s) for account, age_s in VIDEOS)

    def ids(self) -> dict[str, list[str]]:
        """Job IDs by kind; those of `not_found` belong to no job."""
        kinds: dict[str, list[str]] = {}
        for job in self.jobs:
            kinds.setdefault(job.kind, []).append(job.jobid)
        return {**kinds, "not_found": list(self._unknown)}

    def _library(self, count: int) -> Iterator[SampleJob]:
        """Some campaigns: prompts that come again, references to what was made before, upscales.
        Its pictures are few and small, so that thousands of jobs are ready in seconds."""
        random, made = self._random, list[SampleJob]()
        for place in range(count):
            age_s = LIBRARY_DAYS * DAY_S * (count - place) / count + HOUR_S
            account = random.choice((US, US, CA, SG))
            own = [job for job in made[-50:] if job.account == account and job.images]
            if own and random.random() < 0.08:
                source = random.choice(own)
                job = self._upscale(source, 0, age_s, kind="library", size=LIBRARY_SIZES["4k"])
            else:
                job = self._library_job(account, age_s)
            if own and random.random() < 0.3:
                images = [image for each in own for image in each.images]
                chosen = random.sample(images, min(len(images), random.randint(1, 3)))
                job = with_references(job, chosen) if job.type == "image" else job
            made.append(job)
            yield job

    def _odd(self, kind: str) -> SampleJob:
        plan = _Plan(12 * MINUTE_S, 20.0, 1, "16:9")
        return self._generation(kind, plan, prompt=PROMPTS[0], size=LIBRARY_SIZES["16:9"])

    def _library_job(self, account: str, age_s: float) -> SampleJob:
        random = self._random
        ratio = random.choice(("16:9", "16:9", "1:1", "9:16", "3:4"))
        model = random.choice(("seedream-4.6", "seedream-4.5", "seedream-4.0", "gpt-image-2"))
        resolution = random.choice(("1k", "2k", "2k"))
        fails = random.random() < 0.05
        images = 0 if fails else random.choice((1, 2, 4, 4))
        plan = _Plan(age_s, random.uniform(18, 90), images, ratio, model, resolution, account)
        prompt = f"{random.choice(PROMPTS)}{random.choice(VARIANTS)}"
        job = self._generation("library", plan, prompt=prompt, size=LIBRARY_SIZES[ratio])
        if not fails:
            return job
        return replace(job, fault=Fault(2038, "fail_code: 2038", "ContentFiltered"))

    def _running(self, plan: _Plan, ends_in: float) -> SampleJob:
        return self._generation("running", plan, ends_in=ends_in)

    def _expired(self, days: float) -> SampleJob:
        prompt = "An orchard in spring, forgotten by the server"
        return self._generation("expired", _Plan(days * DAY_S, 41.0, 1, "16:9"), prompt=prompt)

    def _generation(
        self,
        kind: str,
        plan: _Plan,
        ends_in: float | None = None,
        prompt: str | None = None,
        size: tuple[int, int] | None = None,
    ) -> SampleJob:
        prompt = prompt or self._prompts.pop(0)
        created = self._ago(plan.age_s)
        size = size or SIZES[plan.resolution, plan.ratio]
        scene = prompt.partition(";")[0]  # variants look alike
        pictures = [self._picture(scene, index, size) for index in range(plan.images)]
        return SampleJob(
            jobid=self._ids.jobid(created, "i", plan.account),
            kind=kind,
            account=plan.account,
            created=created,
            takes_s=plan.takes_s if ends_in is None else self._start + ends_in - created,
            model=plan.model,
            request=_request(prompt, plan),
            images=self._images(plan.account, pictures),
            history_record_id=self._ids.history_record_id(),
        )

    def _failed(self, fault: tuple[str, float, float, Fault | None], prompt: str) -> SampleJob:
        kind, age_s, takes_s, failure = fault
        plan = _Plan(age_s, takes_s, 0, "16:9")
        created = self._ago(age_s)
        return SampleJob(
            jobid=self._ids.jobid(created, "i", US),
            kind=kind,
            account=US,
            created=created,
            takes_s=takes_s,
            model=plan.model,
            request=_request(prompt, plan),
            fault=failure,
        )

    def _upscale(
        self,
        source: SampleJob,
        index: int,
        age_s: float | None = None,
        *,
        kind: str = "upscale",
        size: tuple[int, int] = UPSCALED,
    ) -> SampleJob:
        """A finished upscale, submitted two minutes after its source was finished, or then."""
        soon = self._start - source.created - source.takes_s - 120
        created = self._ago(soon if age_s is None else age_s)
        prompt = source.images[index].picture.prompt
        return SampleJob(
            jobid=self._ids.jobid(created, "I", source.account),
            kind=kind,
            account=source.account,
            created=created,
            takes_s=96.9,
            model=source.model,
            request={"jobid": source.jobid, "imageIndex": index, "resolution": "4k"},
            images=self._images(source.account, [self._picture(prompt, index, size)]),
            history_record_id=self._ids.history_record_id(),
        )

    def _video(self, account: str, age_s: float) -> SampleVideo:
        return SampleVideo(
            account=account,
            created=self._ago(age_s),
            prompt="Waves on a beach at night, slow camera",
            uri=self._ids.uri(account),
            item_id=self._ids.item_id(),
            history_record_id=self._ids.history_record_id(),
        )

    def _picture(self, prompt: str, index: int, size: tuple[int, int]) -> Picture:
        return Picture(prompt, index, *(shrunk(size) if self._small else size))

    def _images(self, account: str, pictures: Sequence[Picture]) -> tuple[SampleImage, ...]:
        return tuple(
            SampleImage(picture, self._ids.uri(account), self._ids.item_id())
            for picture in pictures
        )

    def _ago(self, age_s: float) -> float:
        """About that long ago, in whole milliseconds, as IDs and records have them."""
        return round(self._start - age_s - self._random.random(), 3)


def shrunk(size: tuple[int, int]) -> tuple[int, int]:
    """The same form, with a longer side of at most `SMALL_SIDE` pixels."""
    longer = max(size)
    width, height = (side * min(SMALL_SIDE, longer) // longer for side in size)
    return width, height


def with_references(job: SampleJob, images: Sequence[SampleImage]) -> SampleJob:
    """Made from these images of the same account."""
    references = {
        f"imageRef_{slot}": f"{job.account}-image:w{image.picture.width}:h{image.picture.height}"
        f":s{REFERENCE_BYTES}-uri:{image.uri}"
        for slot, image in enumerate(images, 1)
    }
    return replace(job, request={**job.request, **references})


def _request(prompt: str, plan: _Plan) -> dict[str, str | int]:
    return {
        "prompt": prompt,
        "model": plan.model,
        "ratio": plan.ratio,
        "resolution": plan.resolution,
        "inputMode": "generate",
    }
