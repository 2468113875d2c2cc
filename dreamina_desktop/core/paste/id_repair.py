"""Put job IDs together again that mail, chat, wiki and table programs took apart.

An ID holds an e-mail address, so these programs make links of a part of it, break it over lines
and replace its colons. Only IDs of the usual form (docs/api.md, "Identifiers") are known well
enough to be repaired: whatever else is in a text stays as it is.
"""

from __future__ import annotations

import html
import re
import unicodedata

from dreamina_desktop.core.text.unescape import without_invisible

_REACH = 1_200  # characters of one broken ID, with the markup that went between its parts
_DASHES = "‐‑‒–—―−﹘﹣⁃➖"
_COLONS = "︰ː∶꞉﹕։\uf03a"  # the last stands for it in names of files on Windows
_LOOK_ALIKE = re.compile(f"[{_DASHES}{_COLONS}﹫\uff01-\uff5e\U0001d400-\U0001d7ff]")
_DOT_BETWEEN = re.compile("(?<=[A-Za-z0-9])[․。｡](?=[A-Za-z])")
_BORDER = "[|│┃║¦]"
_CUT_BY_A_BORDER = re.compile(
    rf"(?<![A-Za-z0-9])j\d{{10}}[^\s|│┃║¦<>\[\]()]{{0,200}}+(?=[ \t]*{_BORDER})", re.ASCII
)
_MOST_ROWS = 8  # that one cell of a table goes over
_ENTITY = re.compile(r"&(?:#\d{1,7};?|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z]{2,10}\d{0,2};)")
_TIMES_ESCAPED = 2
_BYTE_ESCAPE = re.compile(r"\\(?:x|'|u\{0{0,4})([2-7][0-9A-Fa-f])\}?")  # scripts, and RTF
_AT_AND_COLON = (
    ("@", re.compile(r"\\(?:0{0,4}40 |100)")),
    (":", re.compile(r"\\(?:0{0,4}3[aA] |072)")),
)
_MARKDOWN_ESCAPE = re.compile(r"\\(?=[-@:_.\[\]()*])")

# A line that was broken: by a mail's soft break, with the marks of quoting before the rest.
_BREAK = r"(?:[=\\^`↩⏎↵]?[ \t]*(?:\r\n?|[\n\u2028])(?:[ \t>#|]|//)*)"


def _over_lines(parts: str) -> str:
    """A pattern of single parts, divided by blanks, between which a line may have been broken."""
    return f"{_BREAK}?".join(parts.split())


_DIGITS = " ".join([r"\d"] * 19)
_BROKEN_BEGINNING = rf"j{_BREAK}?{_over_lines(_DIGITS + ' [A-Za-z] (?:-|=2D) u')}(?=\s?\d|=)"
_END = re.compile(_over_lines("(?:[:_]|=3A|(?<=-bot)-) d r e a m i n a"), re.ASCII)
_WIDE_BLANKS = r"\x85\xa0\u2000-\u200a\u2028\u2029\u202f\u3000"  # no blanks to re.ASCII
_FORM = (
    rf"j\d{{19}}[A-Za-z]-u\d{{1,12}}-[A-Z]{{2}}:[^\s{_WIDE_BLANKS}@:<>\[\](){{}}|\"\\/*…]{{1,64}}"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z]{2,24}?(?:-bot)?:dreamina"
)
_WHOLE = re.compile(_FORM, re.ASCII)
_BEGINNING = re.compile(rf"(?P<sound>{_FORM}(?![A-Za-z0-9]))|{_BROKEN_BEGINNING}", re.ASCII)
_LINE_BREAK = re.compile(_BREAK)
_SOFT_BREAK_CODES = re.compile(r"=([234][0-9A-F]|5[0-9A-F])")
# Of links whose words and whose address both have an ID's beginning, the words.
_LINK_FROM_ITS_BEGINNING = re.compile(
    r"\[([^\][\n]{0,300}?j\d{19}[^\][\n]{1,300})\]\s?\(<?mailto:[^()\n]{1,400}\)"
    r"|<a\b[^<>]{0,200}mailto:[^<>]{0,300}?j\d{19}[^<>]{0,400}>",
    re.ASCII,
)
_EMPHASIS = re.compile(r"(?<=:)(\*{1,3}|_{1,3}|~~|'{2,5})([^\s*~'_][^\s*~']*?@[^\s*~'_]+)\1")
_LINKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\\href\s?\{mailto:[^{}]*\}\s?\{([^{}]*)\}"), r"\1"),  # LaTeX
    (re.compile(r"`([^`<>]*?)\s?<mailto:[^<>]*>`__?"), r"\1"),  # reStructuredText
    (re.compile(r'"([^"\s]*)":mailto:\1'), r"\1"),  # Textile
    (re.compile(r"\[/?(?:email|mail|url|b|i|u|code)(?:=[^\][]*)?\]", re.IGNORECASE), ""),  # BBCode
    (re.compile(r"(?<=[A-Za-z])\s?\[mailto:[^\][]*\]"), ""),  # Outlook: behind the address
    (re.compile(r"(?<=:)mailto:[^\s\][]*\[([^\][]*)\]"), r"\1"),  # AsciiDoc
    (re.compile(r"<([^<>|\s:]*@[^<>|\s]*)\|[^<>]*>"), r"\1"),  # DokuWiki
    (re.compile(r"\[\[([^\][|\s]*@[^\][|\s]*)\|[^\][]*\]\]"), r"\1"),
    (_EMPHASIS, r"\2"),
    (re.compile(r"""(["'])\s*\+?\s*\1"""), ""),  # a text in two parts of a script
    (re.compile(r"\[\[mailto:[^\][]*\]\[([^\][]*)\]\]"), r"\1"),  # Org
    (re.compile(r"\[([^\][]*)\]\s?\(\s?<?mailto:[^()]*\)"), r"\1"),  # Markdown
    (re.compile(r"\[([^\][|]*)\|mailto:[^\][]*\]"), r"\1"),  # Jira, Confluence
    (re.compile(r"\[mailto:[^\][\s|]*[\s|]([^\][]*)\]"), r"\1"),  # MediaWiki
    (re.compile(r"<mailto:[^<>|]*\|([^<>]*)>"), r"\1"),  # Slack
    (re.compile(r"\[\[?(?:mailto:)([^\][\s|]*)\]\]?"), r"\1"),
    (re.compile(r"\(mailto:[^()]*\)"), ""),
    (re.compile(r"(?<=[A-Za-z])\s?<mailto:[^<>]*>"), ""),  # Outlook: behind the address
    (re.compile(r"<mailto:([^<>|]*)>"), r"\1"),
    (re.compile(r"(?<=:)<([^<>\s\"'=]*@[^<>\s\"'=]*)>"), r"\1"),  # Markdown's short form
    (re.compile(r"</?[A-Za-z][^<>]*>"), ""),  # HTML
    (re.compile(r"`"), ""),
    (re.compile(r"\s?[\[({]\s?(?:at|AT)\s?[\])}]\s?"), "@"),
    (re.compile(r"\s?[\[({]\s?(?:dot|DOT)\s?[\])}]\s?"), "."),
)


def read_signs(text: str) -> str:
    """`text` with the signs of web pages (`&#64;`), of scripts (`\\x40`) and of typesetters
    (full-width letters, long dashes) read as those that job IDs are made of."""
    for _ in range(_TIMES_ESCAPED if "&" in text else 0):
        text = without_invisible(_ENTITY.sub(lambda entity: html.unescape(entity[0]), text))
    if "\\" in text:
        text = _BYTE_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
        for sign, escape in _AT_AND_COLON:
            text = escape.sub(sign, text)
        text = _MARKDOWN_ESCAPE.sub("", text)
    if text.isascii():
        return text
    return _DOT_BETWEEN.sub(".", _LOOK_ALIKE.sub(_usual_sign, text))


def _usual_sign(sign: re.Match[str]) -> str:
    if sign[0] in _DASHES:
        return "-"
    if sign[0] in _COLONS:
        return ":"
    return "@" if sign[0] == "﹫" else unicodedata.normalize("NFKC", sign[0])


def repaired(text: str) -> str:
    """`text` with every broken ID of the usual form in one piece, apart from its neighbours; what
    cannot be put together stays as it was. Linear; never raises."""
    text = _out_of_cells(text)
    if "mailto:" in text:
        text = _LINK_FROM_ITS_BEGINNING.sub(lambda link: link[1] or "", text)
    beginnings = list(_BEGINNING.finditer(text))
    limits = (*(beginning.start() for beginning in beginnings[1:]), len(text))
    kept: list[str] = []
    position = 0
    for beginning, limit in zip(beginnings, limits, strict=False):
        if beginning["sound"]:
            continue
        start = beginning.start()
        end, jobid = _put_together(text, start, min(limit, start + _REACH))
        if jobid:
            kept += (text[position:start], f" {jobid} ")
            position = end
    return "".join((*kept, text[position:])) if kept else text


def _put_together(text: str, start: int, limit: int) -> tuple[int, str]:
    """Where the broken ID that begins at `start` ends, and the ID; "" where there is none."""
    for ending in _END.finditer(text, start, limit):
        whole = _WHOLE.fullmatch(_without_markup(text[start : ending.end()]))
        if whole and not text[ending.end() : ending.end() + 1].isdigit():
            return ending.end(), whole[0]
    return start, ""


def _without_markup(piece: str) -> str:
    for link, name in _LINKS:
        piece = link.sub(name, piece)
    piece = _LINE_BREAK.sub("", piece)
    piece = _SOFT_BREAK_CODES.sub(lambda code: chr(int(code[1], 16)), piece)
    piece = re.sub(r"(?<=-)([A-Z]{2})(?:[_-]|\s?:?\s{1,4})(?=[^\s:]+@)", r"\1:", piece)
    return re.sub(r"[_:-]dreamina\Z", ":dreamina", piece)


def _out_of_cells(text: str) -> str:
    """IDs that a table broke over several rows of a cell, whole in the first of these rows."""
    if not _CUT_BY_A_BORDER.search(text):
        return text
    rows = [re.split(f"({_BORDER})", line) for line in text.split("\n")]  # cells at even places
    for number, row in enumerate(rows):
        for place in range(0, len(row), 2):
            _join_cell(rows[number : number + _MOST_ROWS], place)
    return "\n".join(map("".join, rows))


def _join_cell(rows: list[list[str]], place: int) -> None:
    """Put the ID whose beginning is in this cell of the first row together, from those below."""
    first = rows[0][place].strip()
    if not re.fullmatch(r"j\d{10}[^\s<>\[\]()]*", first, re.ASCII) or _END.search(first):
        return
    parts = [first]
    for row in rows[1:]:
        parts.append(row[place].strip() if len(row) == len(rows[0]) > 1 else "")
        if not parts[-1] or " " in parts[-1]:
            return
        if _END.search("".join(parts)):
            rows[0][place] = f" {''.join(parts)} "
            for emptied in rows[1 : len(parts)]:
                emptied[place] = " "
            return
