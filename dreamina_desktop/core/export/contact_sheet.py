"""A contact sheet: pictures with their numbers as one HTML file that needs nothing else.

It comes in pieces (`head`, an `item` each, `tail`), so that a thousand pictures are never in
memory at once. Nothing in it runs, and nothing is fetched: its own policy forbids both.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from html import escape

MOST_TITLE = 200  # characters
MOST_CAPTION = 200
MOST_PROMPT = 600
_MOST_RUNNING_TITLE = 80  # characters at the top of a printed page
_TALLEST = 1.0  # a picture is at most so many times as high as its column is wide
_FEW = 6  # pictures that are shown larger
_COLUMN_OF_FEW = 26  # rem
# No character of a text: what a browser would guess about them is not worth knowing.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")

# Colours: 4.5 or more between each text and its ground. Paper is always light, and needs none of
# the backgrounds, which browsers do not print. No size of the page is asked for: A4 or Letter, and
# which way up, is for who prints to say.
_STYLE = """
:root {
  color-scheme: light;
  --canvas: #f4f4f6; --text: #1b1c22; --muted: #5a5c68; --line: #d9dae0; --edge: #0000001f;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    color-scheme: dark;
    --canvas: #141519; --text: #ecedf2; --muted: #a6a8b5; --line: #363842; --edge: #ffffff24;
  }
}
* { box-sizing: border-box; margin: 0; }
body {
  background: var(--canvas); color: var(--text); padding: 0 clamp(16px, 3vw, 40px) 48px;
  font: 16px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
header {
  display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between;
  gap: 4px 24px; padding: 28px 0 12px; margin-bottom: 24px; border-bottom: 1px solid var(--line);
}
h1 { font-size: 1.4rem; font-weight: 650; line-height: 1.25; }
h1, figcaption * { overflow-wrap: anywhere; overflow: hidden; }
header p { color: var(--muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
main {
  display: grid; gap: 32px 20px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr));
}
/* The pictures of a row stand on one line, and their numbers below them on another. */
figure { display: grid; grid-row: span 2; grid-template-rows: subgrid; row-gap: 8px; min-width: 0; }
figure > div { align-self: end; }
img {
  display: block; max-width: 100%; height: auto; border-radius: 6px;
  outline: 1px solid var(--edge); outline-offset: -1px;
}
figcaption strong, figcaption span { display: block; }
figcaption strong {
  font-size: 1.25rem; font-weight: 700; line-height: 1.3; font-variant-numeric: tabular-nums;
}
figcaption span { color: var(--muted); font-size: 0.8rem; }
figcaption p {
  margin-top: 4px; font-size: 0.875rem;
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 8; line-clamp: 8;
}
@media (max-width: 40rem) {
  main { gap: 24px 12px; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }
}
@page {
  margin: 14mm 12mm 13mm; font: 8pt system-ui, sans-serif; color: #5a5c68;
  @bottom-right { content: counter(page) " / " counter(pages); }
}
@media print {
  /* A page is some part of a pixel narrower than what a browser lays out for it. */
  body { padding: 0 1px 0 0; font-size: 10pt; background: none; }
  header { padding: 0 0 2mm; margin-bottom: 5mm; }
  h1 { font-size: 15pt; }
  main {
    max-width: none !important; gap: 6mm 5mm;
    grid-template-columns: repeat(auto-fill, minmax(40mm, 1fr));
  }
  figure { break-inside: avoid; row-gap: 1.5mm; }
  img { border-radius: 1mm; }
  figcaption strong { font-size: 13pt; line-height: 1.2; }
  figcaption span { font-size: 7pt; }
  figcaption p { font-size: 7.5pt; line-height: 1.35; margin-top: 0.7mm; }
}
"""

# The first page has the header itself.
_RUNNING_HEADER = """
@page { @top-left { content: %(title)s; } @top-right { content: %(count)s; white-space: nowrap; } }
@page :first { margin-top: 11mm; @top-left { content: none; } @top-right { content: none; } }
"""

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="%(policy)s">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%(title)s</title>
<style>%(style)s</style>
</head>
<body>
<header>
<h1 dir="auto">%(title)s</h1>
<p>%(count)s</p>
</header>
<main%(width)s>
"""
_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class SheetItem:
    """One picture. What is not in here is not in the sheet."""

    number: str  # as people see it: "214-2", "7"
    width: int  # pixels of `jpeg`
    height: int
    jpeg: bytes
    caption: str = ""  # the name of its file
    prompt: str | None = None


def head(title: str, count: int) -> str:
    """What comes before the pictures, of which there will be `count`."""
    pictures = "1 picture" if count == 1 else f"{count:,} pictures"
    # Without this, two pictures would be as wide as half a screen each.
    width = f' style="max-width:{count * _COLUMN_OF_FEW}rem"' if 0 < count <= _FEW else ""
    running = _RUNNING_HEADER % {
        "title": _css_string(_shown(title, _MOST_RUNNING_TITLE)),
        "count": _css_string(pictures),
    }
    return _HEAD % {
        "policy": _POLICY,
        "title": _text(title, MOST_TITLE) or "Contact sheet",
        "style": _STYLE + running,
        "count": pictures,
        "width": width,
    }


def item(one: SheetItem) -> str:
    """A picture with its number, caption and prompt."""
    number = _text(one.number, MOST_CAPTION)
    caption = _text(one.caption, MOST_CAPTION)
    prompt = _text(one.prompt or "", MOST_PROMPT)
    width, height = max(1, one.width), max(1, one.height)
    percent = min(100.0, 100 * _TALLEST * width / height)
    # Each text has a block of its own, so that its direction and marks end with it. The language
    # of a prompt is not known, and not English for certain.
    return (
        f'<figure>\n<div><img width="{width}" height="{height}" style="width:{percent:.2f}%" '
        f'alt="Picture {number}" src="data:image/jpeg;base64,{b64encode(one.jpeg).decode()}"></div>'
        f"\n<figcaption>\n<strong><bdi>{number}</bdi></strong>\n"
        + (f'<span dir="auto">{caption}</span>\n' if caption else "")
        + (f'<p dir="auto" lang="">{prompt}</p>\n' if prompt else "")
        + "</figcaption>\n</figure>\n"
    )


def tail() -> str:
    """What comes after the pictures."""
    return "</main>\n</body>\n</html>\n"


def _text(text: str, most: int) -> str:
    """As HTML, in which it is a text and nothing else; in an attribute too."""
    return escape(_shown(text, most))


def _shown(text: str, most: int) -> str:
    """At most so many characters, on one line."""
    text = text.strip()
    short = f"{text[:most].rstrip()}…" if len(text) > most else text
    whole = short.encode(errors="replace").decode()  # halves of characters cannot be written
    return " ".join(_CONTROLS.sub(" ", whole).split())


def _css_string(text: str) -> str:
    """With all but letters and digits escaped: it ends neither its quotes nor its element."""
    characters = (c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text)
    return f'"{"".join(characters)}"'
