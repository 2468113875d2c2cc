"""A contact sheet holds texts as texts, whatever they are, and comes in pieces."""

from __future__ import annotations

import base64
import dataclasses
import re
from collections.abc import Iterable
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.export.contact_sheet import SheetItem, head, item, tail

JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
HOSTILE = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title></h1></p></figcaption></figure></main></body></html><b>",
    '" onerror="alert(1)',
    "' onload='alert(1)",
    "<img src=x onerror=alert(1)>",
    "<!-- a comment",
    "]]>",
    "&lt;b&gt; &amp;amp; &#60;",
    '"; } @import url(http://example.com/x.css); {',
    "\\",
    "%s %(title)s {0} {title}",
]


class Read(HTMLParser):
    """What a browser would make of it: tags with their attributes, and the texts by tag."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.setdefault(self._open[-1], []).append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.attributes if name == tag]

    @property
    def is_closed(self) -> bool:
        return not self._open


def sheet(title: str = "Shortlist", items: Iterable[SheetItem] = ()) -> str:
    items = list(items)
    return "".join((head(title, len(items)), *map(item, items), tail()))


def picture(number: str = "214-2", caption: str = "", prompt: str | None = None) -> SheetItem:
    return SheetItem(number, 640, 360, JPEG, caption, prompt)


HEAD_TAGS = [
    *("html", "head", "meta", "meta", "meta", "meta", "title", "style"),
    *("body", "header", "h1", "p", "main"),
]
ITEM_TAGS = ["figure", "div", "img", "figcaption", "strong", "bdi"]


def test_a_sheet_has_its_title_count_numbers_captions_and_prompts() -> None:
    read = Read(sheet("Harbour", [picture("214-2", "a.jpg", "A boat"), picture("7")]))
    assert read.is_closed
    assert read.tags == [*HEAD_TAGS, *ITEM_TAGS, "span", "p", *ITEM_TAGS]
    assert read.texts["title"] == read.texts["h1"] == ["Harbour"]
    assert read.texts["p"] == ["2 pictures", "A boat"]
    assert read.texts["bdi"] == ["214-2", "7"]
    assert read.texts["span"] == ["a.jpg"]
    assert [each["alt"] for each in read.of("img")] == ["Picture 214-2", "Picture 7"]
    assert read.of("html") == [{"lang": "en"}]


def test_a_picture_is_in_it_whole() -> None:
    (attributes,) = Read(item(picture())).of("img")
    kind, _, data = str(attributes["src"]).partition(",")
    assert kind == "data:image/jpeg;base64"
    assert base64.b64decode(data, validate=True) == JPEG
    assert (attributes["width"], attributes["height"]) == ("640", "360")


@pytest.mark.parametrize(
    ("size", "percent"),
    [((640, 274), 100), ((640, 640), 100), ((360, 640), 56.25), ((1, 640), 0.16), ((0, 0), 100)],
)
def test_no_picture_is_higher_than_its_column_is_wide(
    size: tuple[int, int], percent: float
) -> None:
    (attributes,) = Read(item(SheetItem("1-1", *size, JPEG))).of("img")
    assert attributes["style"] == f"width:{percent:.2f}%"


def test_nothing_runs_in_it_and_nothing_is_fetched() -> None:
    read = Read(sheet(items=[picture(prompt="A boat")]))
    metas = {
        each.get("http-equiv") or each.get("name"): each["content"] for each in read.of("meta")[1:]
    }
    assert metas["referrer"] == "no-referrer"
    policy = dict(
        part.strip().split(" ", 1) for part in str(metas["Content-Security-Policy"]).split(";")
    )
    assert policy == {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    (style,) = read.texts["style"]
    assert not re.search(r"url\(|@import|//", style)
    assert not {"href", "srcset", "action", "onload", "onerror"} & {
        name for _, attributes in read.attributes for name in attributes
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_html_is_shown_as_a_text(text: str) -> None:
    read = Read(sheet(text, [picture(text, text, text)]))
    assert read.is_closed
    assert read.tags == [*HEAD_TAGS, *ITEM_TAGS, "span", "p"]
    assert read.texts["title"] == read.texts["h1"] == [text]
    assert read.texts["span"] == read.texts["bdi"] == [text]
    assert read.texts["p"] == ["1 picture", text]
    assert read.of("img")[0]["alt"] == f"Picture {text}"
    assert set(read.of("img")[0]) == {"width", "height", "style", "alt", "src"}


@given(st.text(), st.text(), st.text(min_size=1))
def test_no_text_is_anything_else(title: str, caption: str, prompt: str) -> None:
    html = sheet(title, [picture("1-1", caption, prompt)])
    html.encode()
    read = Read(html)
    assert read.is_closed
    assert [tag for tag in read.tags if tag not in ("span", "p")] == [
        *(tag for tag in HEAD_TAGS if tag != "p"),
        *ITEM_TAGS,
    ]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", html)


@given(st.text())
def test_a_title_cannot_leave_its_quotes_in_the_style(title: str) -> None:
    (style,) = Read(head(title, 3)).texts["style"]
    written = re.search(r'@top-left \{ content: "([^"]*)"; \}', style)
    assert written
    assert re.fullmatch(r"(?:[A-Za-z0-9]|\\[0-9a-f]{1,6} )*", written[1])


def test_control_characters_are_spaces_and_halves_of_characters_are_question_marks() -> None:
    read = Read(item(picture(prompt="a\x00b\x1b[31m\r\n\tc\x9f d\ud800e")))
    assert read.texts["p"] == ["a b [31m c d?e"]


def test_each_text_keeps_its_direction_to_itself() -> None:
    read = Read(sheet("قارب", [picture("1-1", "\u202egpj.exe", "\u2066x")]))
    assert [each.get("dir") for tag in ("h1", "span") for each in read.of(tag)] == ["auto"] * 2
    assert read.of("p")[-1] == {"dir": "auto", "lang": ""}


def test_megabytes_are_cut_with_an_ellipsis() -> None:
    long = "boat " * 1_000_000
    html = sheet(long, [picture("9" * 1_000_000, long, long)])
    assert len(html) < 20_000
    read = Read(html)
    assert read.texts["p"][-1].startswith("boat boat")
    for text in (*read.texts["h1"], *read.texts["bdi"], *read.texts["span"], read.texts["p"][-1]):
        assert text.endswith("…")
        assert len(text) <= 601


def test_what_is_not_wanted_is_not_there() -> None:
    assert Read(item(picture())).tags == ITEM_TAGS
    assert Read(item(picture(prompt=" \n "))).tags == ITEM_TAGS
    assert Read(head("\n", 0)).texts["h1"] == ["Contact sheet"]


def test_a_picture_has_no_place_for_an_account_or_a_job_id() -> None:
    assert [each.name for each in dataclasses.fields(SheetItem)] == [
        *("number", "width", "height", "jpeg", "caption", "prompt")
    ]
