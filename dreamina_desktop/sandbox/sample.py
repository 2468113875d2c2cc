"""A sample job and its pictures: what is decided before anybody asks."""

from __future__ import annotations

from dataclasses import dataclass

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is drawn from. `width`, `height` in pixels."""

    prompt: str
    index: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class SampleImage:
    """One image of a job, as its record will name it."""

    picture: Picture
    uri: str  # `tos-…/<hex>`, unique
    item_id: str


@dataclass(frozen=True, slots=True)
class Fault:
    """How a job fails, in the words of the API."""

    code: int
    error: str
    details: str | None = None


@dataclass(frozen=True, slots=True)
class SampleJob:
    """One job. `created` in Unix seconds; `takes_s` in job time, which --speed may hasten."""

    jobid: str
    kind: str  # a key of `jobs` in the first line of output
    account: str  # `US:user@example.com`
    created: float
    takes_s: float
    model: str
    request: dict[str, str | int]
    images: tuple[SampleImage, ...] = ()
    fault: Fault | None = None
    history_record_id: str = ""

    @property
    def type(self) -> str:
        return "upscale" if "jobid" in self.request else "image"


@dataclass(frozen=True, slots=True)
class SampleVideo:
    """A video in an account's history; no job of ours made it. `created` in Unix seconds."""

    account: str
    created: float
    prompt: str
    uri: str
    item_id: str
    history_record_id: str
