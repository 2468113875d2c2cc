"""What a real browser makes of a contact sheet: Debian's chromium."""

from __future__ import annotations

import html
import io
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image

from dreamina_desktop.core.export.contact_sheet import SheetItem, head, item, tail

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed")

QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--hide-scrollbars",
)
LIGHT, DARK = "1", "0"  # what the system prefers, in chromium's own numbers
COLOURS = [(220, 20, 60), (0, 128, 0), (30, 60, 255), (255, 140, 0), (128, 0, 128), (0, 170, 180)]

Browse = Callable[..., bytes]


@pytest.fixture
def browse(tmp_path: Path) -> Browse:
    """Open a sheet with these options; what chromium prints."""

    def run(sheet: str, *options: str, prefers: str = LIGHT) -> bytes:
        assert CHROMIUM is not None
        file = tmp_path / "sheet.html"
        file.write_text(sheet, encoding="utf-8")
        ended = subprocess.run(
            [
                CHROMIUM,
                *QUIET,
                f"--user-data-dir={tmp_path / 'profile'}",
                f"--blink-settings=preferredColorScheme={prefers}",
                *options,
                file.as_uri(),
            ],
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert ended.returncode == 0, ended.stderr.decode(errors="replace")
        return ended.stdout

    return run


@pytest.fixture
def picture(browse: Browse, tmp_path: Path) -> Callable[..., Image.Image]:
    """A sheet as it looks in a window of this width and height."""

    def take(sheet: str, width: int, height: int, prefers: str = LIGHT) -> Image.Image:
        file = tmp_path / "picture.png"
        size = f"--window-size={width},{height}"
        browse(sheet, f"--screenshot={file}", size, prefers=prefers)
        return Image.open(file).convert("RGB")

    return take


@pytest.fixture
def printed(browse: Browse, tmp_path: Path) -> Callable[[str], bytes]:
    """A sheet on paper, as a PDF."""

    def run(sheet: str) -> bytes:
        file = tmp_path / "sheet.pdf"
        browse(sheet, "--no-pdf-header-footer", f"--print-to-pdf={file}", prefers=DARK)
        return file.read_bytes()

    return run


def coloured(size: tuple[int, int], colour: tuple[int, int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", quality=95, subsampling=0)
    return out.getvalue()


def items(
    count: int, *sizes: tuple[int, int], prompts: Sequence[str | None] = (None,)
) -> list[SheetItem]:
    """Pictures of these sizes and prompts in turn."""
    return [
        SheetItem(
            f"{place // 4 + 1}-{place % 4 + 1}",
            *sizes[place % len(sizes)],
            coloured(sizes[place % len(sizes)], COLOURS[place % len(COLOURS)]),
            f"{place}.jpg",
            prompts[place % len(prompts)],
        )
        for place in range(count)
    ]


def sheet(pictures: Sequence[SheetItem], title: str = "Shortlist", inside: str = "") -> str:
    return "".join((head(title, len(pictures)), inside, *map(item, pictures), tail()))


def box(image: Image.Image, colour: tuple[int, int, int]) -> tuple[int, int, int, int] | None:
    """Where a colour is: left, top, right, bottom."""
    bands = image.split()
    mask = Image.new("L", image.size, 255)
    for band, value in zip(bands, colour, strict=True):
        near = band.point(lambda each, value=value: 255 * (abs(each - value) <= 6))
        mask = Image.composite(near, Image.new("L", image.size), mask)
    return mask.getbbox()


HOSTILE = [
    "<script>document.title = 'run'</script>",
    "<img src=x onerror=\"document.title = 'run'\">",
    '"></figcaption></figure></main><h1>gone</h1>',
    "</style></script>\u202e\x00\x1b[31m",
]


def test_numbers_and_hostile_prompts_are_texts(browse: Browse) -> None:
    title = "</title><script>document.title = 'run'</script>"
    dom = browse(sheet(items(4, (64, 36), prompts=HOSTILE), title), "--dump-dom").decode()
    assert re.findall(r"<bdi>(.*?)</bdi>", dom) == ["1-1", "1-2", "1-3", "1-4"]
    prompts = [html.unescape(text) for text in re.findall(r'lang="">(.*?)</p>', dom, re.DOTALL)]
    assert prompts == [*HOSTILE[:3], "</style></script>\u202e [31m"]
    (shown,) = re.findall(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert html.unescape(shown) == title
    assert re.findall(r"<(script|h1|figure|img|main)\b", dom) == [
        "h1",
        "main",
        *["figure", "img"] * 4,
    ]


@pytest.fixture
def host() -> Iterator[socket.socket]:
    """Listens, and answers nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def was_called(host: socket.socket) -> bool:
    try:
        host.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize("has_policy", [True, False])
def test_its_policy_lets_nothing_run_and_nothing_out(
    has_policy: bool, browse: Browse, host: socket.socket
) -> None:
    """Even if there were something of the kind in it."""
    there = f"http://127.0.0.1:{host.getsockname()[1]}"
    inside = (
        f'<script>document.title = "run"</script><link rel="icon" href="{there}/0">'
        f'<p onclick="" style="background: url({there}/1)">x</p><img src="{there}/2" alt="">'
    )
    page = sheet(items(1, (64, 36)), inside=inside)
    if not has_policy:
        page = page.replace("Content-Security-Policy", "nothing")
    dom = browse(page, "--dump-dom", "--timeout=2000").decode()
    assert ("<title>Shortlist</title>" in dom) is has_policy
    assert ("<title>run</title>" in dom) is not has_policy
    assert was_called(host) is not has_policy


def test_pictures_are_seen_in_their_shapes_side_by_side(
    picture: Callable[..., Image.Image],
) -> None:
    seen = picture(sheet(items(4, (640, 360), (360, 640), (640, 640), (640, 274))), 1200, 700)
    boxes = [box(seen, colour) for colour in COLOURS[:4]]
    assert all(boxes), boxes
    sizes = [(right - left, bottom - top) for left, top, right, bottom in filter(None, boxes)]
    for (width, height), shape in zip(sizes, (16 / 9, 9 / 16, 1, 640 / 274), strict=True):
        assert width / height == pytest.approx(shape, rel=0.03)
    lefts, _, _, bottoms = zip(*filter(None, boxes), strict=True)
    assert list(lefts) == sorted(lefts)
    assert max(bottoms) - min(bottoms) <= 2  # they stand on one line
    assert sizes[2][0] == pytest.approx(sizes[0][0], abs=2)  # a column wide
    assert sizes[1][1] == pytest.approx(sizes[2][1], abs=2)  # as high as a column is wide


@pytest.mark.parametrize(("width", "columns"), [(390, 2), (900, 3), (1600, 5)])
def test_there_are_as_many_columns_as_there_is_room_for(
    width: int, columns: int, picture: Callable[..., Image.Image]
) -> None:
    seen = picture(sheet(items(6, (640, 360)) + items(6, (640, 360))), width, 2000)
    tops = [found[1] for colour in COLOURS if (found := box(seen, colour))]
    lefts = [found[0] for colour in COLOURS if (found := box(seen, colour))]
    assert len(tops) == 6
    assert sum(abs(top - tops[0]) <= 2 for top in tops) == columns
    assert min(lefts) >= 16


@pytest.mark.parametrize(
    ("prefers", "ground"), [(LIGHT, (0xF4, 0xF4, 0xF6)), (DARK, (0x14, 0x15, 0x19))]
)
def test_it_is_as_light_or_dark_as_the_system(
    prefers: str, ground: tuple[int, int, int], picture: Callable[..., Image.Image]
) -> None:
    assert picture(sheet(items(1, (64, 36))), 800, 600, prefers).getpixel((3, 590)) == ground


def pages(pdf: bytes) -> list[int]:
    """The numbers of the objects that are pages."""
    return [int(number) for number in re.findall(rb"(\d+) 0 obj\n<</Type /Page\b(?!s)", pdf)]


def tiles(pdf: bytes) -> list[tuple[str, set[int]]]:
    """Of each figure the name of its picture and the pages that it is on, by the structure that
    the PDF keeps for screen readers."""
    elements = {
        int(number): body
        for number, body in re.findall(
            rb"(\d+) 0 obj\n(<</Type /StructElem.*?)endobj", pdf, re.DOTALL
        )
    }

    def within(number: int) -> Iterator[bytes]:
        body = elements.get(number, b"")
        yield body
        for kid in re.findall(rb"(\d+) 0 R", body.partition(b"/K ")[2]):
            yield from within(int(kid))

    found = []
    for number, body in elements.items():
        if b"/S /Figure" in body and b"/Alt" not in body:
            all_of_it = b"".join(within(number))
            (name,) = re.findall(rb"/Alt \((.*?)\)", all_of_it)
            found.append((name.decode(), set(map(int, re.findall(rb"/Pg (\d+) 0 R", all_of_it)))))
    return found


def test_four_or_so_stand_side_by_side_on_paper(printed: Callable[[str], bytes]) -> None:
    pdf = printed(sheet(items(60, (640, 360))))
    assert len(pages(pdf)) == 3
    assert [name for name, _ in tiles(pdf)] == [
        f"Picture {place // 4 + 1}-{place % 4 + 1}" for place in range(60)
    ]
    assert {len(on) for _, on in tiles(pdf)} == {1}


LONG = "A stunning aurora over a frozen lake, 极光照耀下的宁静湖泊. " * 20


@pytest.mark.parametrize("more", ["", "figure { break-inside: auto !important; }"])
def test_no_tile_is_cut_by_the_end_of_a_page(more: str, printed: Callable[[str], bytes]) -> None:
    sizes = [(640, 360), (360, 640), (640, 640), (640, 274), (480, 640)]
    prompts = ["A boat", LONG, LONG, "夜の東京", None, LONG, LONG]
    page = sheet(items(60, *sizes, prompts=prompts))
    pdf = printed(page.replace("</style>", f"@media print {{ {more} }}</style>"))
    on = [where for _, where in tiles(pdf)]
    assert len(on) == 60
    assert set.union(*on) == set(pages(pdf))
    cut = sum(len(where) > 1 for where in on)
    assert (cut > 0) is bool(more)  # where it may be, some are


def test_one_picture_is_one_page(printed: Callable[[str], bytes]) -> None:
    pdf = printed(sheet(items(1, (360, 640), prompts=[LONG])))
    assert len(pages(pdf)) == 1
    assert b"/Lang (en)" in pdf
