"""The images in a job's record, each as an object in the API's form (docs/api.md, "The record").

Only `response.images` is documented. Where that is missing or empty, links that stand elsewhere
are taken for images (inferred): without what went in, and without covers and previews.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

ELSEWHERE = "elsewhere"  # in a `response` of our own: its images were found elsewhere
MOST_IMAGES = 9_999  # of a job: names of files have four digits for them
_DEEPEST = 6
_LONGEST_JSON = 1_000_000  # characters of an object that was put into a string
_LINKS = (  # by preference, as `_plain` has them
    "imageurl",
    "url",
    "downloadurl",
    "imagedownloadurl",
    "imagelink",
    "src",
    "href",
    "imageurlbackup",
    "backupurl",
    "imageurlwatermarked",
    "watermarkedurl",
)
_OF_IMAGES = _LINKS[:1] + tuple(name for name in _LINKS if name.startswith("image"))
# How the words of a key begin that holds images, or links to them.
_OUTPUT = ("image", "img", "picture", "photo", "output", "result", "generat", "artifact")
_FILE = ("file", "media", "asset", "download")
_PLURAL = (*_OUTPUT, *_FILE, "url", "link", "data", "item", "sample")
# Those of what went in, and of what is shown before and around an image.
_NO_IMAGE = (
    *("input", "reference", "source", "origin", "init", "mask", "control", "upload", "request"),
    *("cover", "preview", "thumb", "poster", "placeholder", "frame", "sprite", "blur"),
    *("param", "template", "avatar", "icon", "logo", "user", "author", "creator"),
    *("video", "audio", "reply", "webhook", "callback", "page", "error"),
)
_NO_IMAGE_WORDS = frozenset(("ref", "refs"))
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_WEB_LINK = re.compile(r"https?://[^\s/]", re.IGNORECASE)

Object = Mapping[str, Any]


def documented(record: Object) -> list[Object]:
    """The elements of `response.images`, in their places; empty where there is no such list."""
    response = opened(record.get("response"))
    images = response.get("images") if isinstance(response, Mapping) else None
    return [_in_form(each) for each in images[:MOST_IMAGES]] if isinstance(images, list) else []


def were_elsewhere(record: Object) -> bool:
    """Whether they had been found elsewhere, when we wrote them down."""
    response = record.get("response")
    return isinstance(response, Mapping) and response.get(ELSEWHERE) is True


def elsewhere(record: Object) -> list[Object]:
    """Links to images anywhere in `response`; where there are none, in the record around it."""
    inside = _once(_search(opened(record.get("response")), "images", _DEEPEST))
    return inside or _once(_search(_around(record), "", _DEEPEST))


def names_video(record: Object) -> bool:
    """Whether `response` has a link to a video."""
    response = opened(record.get("response"))
    return isinstance(response, Mapping) and _has_video(response)


def opened(value: object) -> object:
    """An object or a list that was put into a string, as what it is; all else as it came."""
    if not isinstance(value, str) or len(value) > _LONGEST_JSON or value.strip()[:1] not in "{[":
        return value
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return inner if isinstance(inner, Mapping | list) else value


def _in_form(item: object) -> Object:
    """An element of `images`: a link alone, or an object that may name it otherwise."""
    if isinstance(item, str):
        return {"imageUrl": item} if _is_link(item) else {}
    if isinstance(item, list):
        return _in_form(item[0]) if len(item) == 1 else {}
    if not isinstance(item, Mapping):
        return {}
    if isinstance(item.get("imageUrl"), str) and item["imageUrl"]:
        return _with_reference(item)
    inside = (each["imageUrl"] for each in _inside(item, _DEEPEST))
    link = _link(item) or next(inside, None) or _any_link(item, _DEEPEST)
    return _with_reference(item if link is None else {**item, "imageUrl": link})


def _any_link(value: object, depth: int) -> str | None:
    """The first link in an element of `images`, whatever its name: only an image can be meant."""
    if isinstance(value, str) and _is_link(value):
        return value
    if depth == 0 or not isinstance(value, Mapping):
        return None
    named = (inner for name, inner in value.items() if not _is_no_image(str(name)))
    return next(filter(None, (_any_link(inner, depth - 1) for inner in named)), None)


def _with_reference(item: Object) -> Object:
    """`assetRef` has been `imageRef` before."""
    old = item.get("imageRef")
    return {**item, "assetRef": old} if old and item.get("assetRef") is None else item


def _around(record: Object) -> Object:
    """What of a record may hold images beside `response`."""
    known = ("request", "response", "error", "errorDetails")
    return {
        name: value
        for name, value in record.items()
        if name not in known and (_begins(name, _OUTPUT) or name in ("data", "urls"))
    }


def _search(value: object, name: str, depth: int) -> Iterator[Object]:
    """Each image in a value that stands under a name; those of another record are not ours."""
    if depth == 0 or (isinstance(value, Mapping) and "jobid" in value):
        return
    value = _as_list(value)
    if isinstance(value, Mapping):
        if link := _link(value):
            yield _with_reference({**value, "imageUrl": link})
        yield from _inside(value, depth)
    elif isinstance(value, list):
        for item in value:
            yield from _search(item, name, depth - 1)
    elif _is_link(value) and _begins(name, _PLURAL):
        yield {"imageUrl": value}


def _as_list(value: object) -> object:
    """An object whose names are numbers is a list."""
    is_list = isinstance(value, Mapping) and all(str(name).isdigit() for name in value)
    return list(value.values()) if isinstance(value, Mapping) and is_list else value


def _inside(value: Object, depth: int) -> Iterator[Object]:
    """What an object holds beside a link of its own."""
    has_link = _link(value) is not None
    for name, inner in value.items():
        if not isinstance(name, str) or _is_no_image(name):
            continue
        if isinstance(inner, Mapping | list):
            yield from _search(inner, name, depth - 1)
        elif not has_link and _begins(name, (*_OUTPUT, *_FILE)) and _is_link(inner):
            yield {"imageUrl": inner}


def _link(value: Object) -> str | None:
    """The link of an object that is an image."""
    named = {_plain(name): link for name, link in value.items() if _is_link(link)}
    names = _OF_IMAGES if _has_video(value) else _LINKS
    return next((named[name] for name in names if name in named), None)


def _has_video(value: Object) -> bool:
    kind = value.get("type") or value.get("mimeType") or ""
    if isinstance(kind, str) and kind.lower().startswith("video"):
        return True
    return any(isinstance(name, str) and _begins(name, ("video",)) for name in value)


def _once(images: Iterator[Object]) -> list[Object]:
    """Each image once: by its ID, else by its link without what signs it."""
    found: dict[str, Object] = {}
    for image in islice(images, MOST_IMAGES):
        known = image.get("itemId") or image.get("imageUri") or image["imageUrl"].partition("?")[0]
        found.setdefault(str(known), image)
    return list(found.values())


def _is_link(value: object) -> bool:
    return isinstance(value, str) and _WEB_LINK.match(value.strip()) is not None


def _is_no_image(name: str) -> bool:
    return _begins(name, _NO_IMAGE) or not _NO_IMAGE_WORDS.isdisjoint(_words(name))


def _begins(name: str, starts: tuple[str, ...]) -> bool:
    """Whether one of the words of a key begins so."""
    return any(word.startswith(starts) for word in _words(name))


def _words(name: str) -> list[str]:
    """`imageRef_1` -> `image`, `ref`"""
    return [word.lower() for word in _WORD.findall(name[:100])]


def _plain(name: object) -> str:
    return re.sub(r"[^a-z]", "", name.lower()) if isinstance(name, str) else ""
