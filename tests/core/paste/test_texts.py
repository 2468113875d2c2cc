"""Every text in which people keep job IDs: mail, chat, wiki, tables, scripts, file names."""

from __future__ import annotations

import base64
import html
import json
import quopri
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from dreamina_desktop.core.paste.find_ids import find, parts
from dreamina_desktop.core.paste.lines import read_text

CASES = Path(__file__).parents[2] / "cases" / "texts"
HEAD = "j0719093015123456789i-u1234-US:"
MAIL = "jane.doe@example.com"
ID = f"{HEAD}{MAIL}-bot:dreamina"
SHORT = f"{HEAD}{MAIL}:dreamina"
OTHER = "j0719093015123456790i-u1234-CA:bob@example.org-bot:dreamina"
RECORD: dict[str, Any] = {
    "jobid": ID,
    "type": "image",
    "status": "completed",
    "model": "seedream-4.6",
    "created": "2026-07-19T09:30:15.123Z",
    "request": {"prompt": 'Jane\'s "red" boat, <b> & 红色 {x}'},
    "response": {"images": [{"imageUrl": "https://a.example/x?b=c%3D", "assetRef": "US:x"}]},
}
SNAKE = {"job_id" if key == "jobid" else key: value for key, value in RECORD.items()}
CAMEL = {"jobId" if key == "jobid" else key: value for key, value in RECORD.items()}


@pytest.mark.parametrize("case", sorted(CASES.glob("*.txt")), ids=lambda case: case.stem)
def test_the_text_gives_what_was_meant(case: Path) -> None:
    meant = json.loads(case.with_suffix(".expected").read_text(encoding="utf-8"))
    found = find(case.read_text(encoding="utf-8"))
    allowed = [meant["jobids"], *([meant["or_jobids"]] if "or_jobids" in meant else [])]
    assert list(found.jobids) in allowed
    assert len(found.records) == meant.get("records", 0)
    assert found.hidden == meant.get("hidden", 0)
    assert found.had_token == meant.get("had_token", False)
    if "raw_has" in meant:
        assert any(meant["raw_has"].encode() in raw for raw in found.records.values())


BROKEN = {
    "html link": f'{HEAD}<a href="mailto:{MAIL}">{MAIL}</a>-bot:dreamina',
    "html link of more": f'{HEAD}<a href="mailto:{MAIL}-bot">{MAIL}-bot</a>:dreamina',
    "html with a break": f"{HEAD}<wbr>{MAIL}<span class='x'>-bot</span>:dreamina",
    "html found again": f"{HEAD}jane.<mark>doe</mark>@example.com-bot:dreamina",
    "escaped html": html.escape(f'{HEAD}<a href="mailto:{MAIL}">{MAIL}</a>-bot:dreamina'),
    "entities by number": "".join(f"&#{ord(c)};" for c in ID),
    "entities by name": ID.replace("@", "&commat;").replace(":", "&colon;"),
    "hexadecimal entity": ID.replace("@", "&#x40;").replace("-", "&#x2d;"),
    "markdown": f"**{HEAD}[{MAIL}](mailto:{MAIL})-bot:dreamina**",
    "markdown escaped": ID.replace("-", "\\-").replace("@", "\\@"),
    "markdown's short link": f"{HEAD}<{MAIL}>-bot:dreamina",
    "slack": f"{HEAD}<mailto:{MAIL}|{MAIL}>-bot:dreamina",
    "outlook": f"{HEAD}{MAIL}<mailto:{MAIL}>-bot:dreamina",
    "outlook with a blank": f"{HEAD}{MAIL} <mailto:{MAIL}>-bot:dreamina",
    "jira": f"{HEAD}[{MAIL}|mailto:{MAIL}]-bot:dreamina",
    "mediawiki": f"{HEAD}[mailto:{MAIL} {MAIL}]-bot:dreamina",
    "org": f"{HEAD}[[mailto:{MAIL}][{MAIL}]]-bot:dreamina",
    "bare link": f"{HEAD}[mailto:{MAIL}]-bot:dreamina",
    "backticks": f"{HEAD}`{MAIL}`-bot:dreamina",
    "spelt out": ID.replace("@", " [at] ").replace(".com", "[dot]com"),
    "quoted-printable": quopri.encodestring(f"Hello dear customer, {ID} is".encode()).decode(),
    "quoted-printable signs": ID.replace("@", "=40").replace(":", "=3A"),
    "hard wrap": f"{HEAD}jane.doe@exam\nple.com-bot:dreamina",
    "hard wrap with an indent": f"{ID[:33]}\r\n      {ID[33:]}",
    "wrap within the date": f"{ID[:12]}\n{ID[12:]}",
    "wrap within the end": f"{ID[:-4]}\n{ID[-4:]}",
    "two wraps": f"{ID[:20]}\n{ID[20:44]}\n{ID[44:]}",
    "reply": f"> > {ID[:33]}\n> > {ID[33:]}",
    "shell continuation": f"{ID[:33]}\\\n{ID[33:]}",
    "quoted-printable wrap": f"{ID[:33]}=\r\n{ID[33:]}",
    "cell": f"│ {ID[:30]} │ x │\n│ {ID[30:]} │   │",
    "cell of three rows": f"| {ID[:20]} | x |\n| {ID[20:40]} | y |\n| {ID[40:]} | z |",
    "second cell": f"┃ 1 ┃ {ID[:34]} ┃ done ┃\n┃   ┃ {ID[34:]} ┃      ┃",
    "full width": "".join(chr(ord(c) + 0xFEE0) if c in ":@-." else c for c in ID),
    "full width throughout": "".join(chr(ord(c) + 0xFEE0) for c in ID),
    "non-breaking hyphens": ID.replace("-", "‑"),
    "en dashes": ID.replace("-", "–"),
    "minus signs": ID.replace("-", "−"),
    "ratio signs": ID.replace(":", "∶"),
    "script": ID.replace(":", "\\x3a").replace("@", "\\x40"),
    "file name": ID.replace(":", "_") + ".jpeg",
    "numbered file name": ID.replace(":", "_") + "_0.png",
    "listing": f"-rw-r--r-- 1 me me 913204 Jul 19 09:31 {ID.replace(':', '_')}-1.webp",
    "folder": f"/srv/renders/{ID.replace(':', '_')}/0.jpg",
    "windows folder": f"C:\\renders\\{ID.replace(':', '_')}\\0.jpg",
    "private sign for a colon": ID.replace(":", "\uf03a") + ".jpeg",
    "glued head": f"Job ID{ID}",
    "glued tail": f"{ID}Statuscompleted",
    "glued lower case": f"{ID}completed",
    "latex": f"{HEAD}\\href{{mailto:{MAIL}}}{{{MAIL}}}-bot:dreamina",
    "asciidoc": f"{HEAD}mailto:{MAIL}[{MAIL}]-bot:dreamina",
    "bbcode": f"{HEAD}[email]{MAIL}[/email]-bot:dreamina",
    "bbcode with the address": f"{HEAD}[url=mailto:{MAIL}]{MAIL}[/url]-bot:dreamina",
    "restructured text": f"{HEAD}`{MAIL} <mailto:{MAIL}>`_-bot:dreamina",
    "textile": f'{HEAD}"{MAIL}":mailto:{MAIL}-bot:dreamina',
    "outlook in brackets": f"{HEAD}{MAIL} [mailto:{MAIL}]-bot:dreamina",
    "slack of more": f"{HEAD}<mailto:{MAIL}-bot|{MAIL}-bot>:dreamina",
    "dokuwiki": f"{HEAD}<{MAIL}|{MAIL}>-bot:dreamina",
    "dokuwiki's links": f"{HEAD}[[{MAIL}|{MAIL}]]-bot:dreamina",
    "markdown of the beginning": f"[{HEAD}{MAIL}](mailto:{HEAD}{MAIL})-bot:dreamina",
    "html of the beginning": f'<a href="mailto:{HEAD}{MAIL}">{HEAD}{MAIL}</a>-bot:dreamina',
    "markdown with escaped brackets": f"{HEAD}\\[{MAIL}\\](mailto:{MAIL})-bot:dreamina",
    "bold": f"{HEAD}**{MAIL}**-bot:dreamina",
    "italic": f"{HEAD}_{MAIL}_-bot:dreamina",
    "entity without its end": ID.replace("@", "&#64"),
    "entity of an entity": ID.replace("@", "&amp;#64;"),
    "entity that nobody sees": ID.replace("-bot", "&shy;-bot").replace("@", "&#8203;@"),
    "script's braces": ID.replace("@", "\\u{40}"),
    "style sheet": ID.replace("@", "\\40 ").replace(":", "\\3a "),
    "octal": ID.replace("@", "\\100"),
    "rich text": ID.replace(":", "\\'3a").replace("@", "\\'40"),
    "quoted-printable dashes": ID.replace("-", "=2D").replace("@", "=40").replace(":", "=3A"),
    "comment": f"# {ID[:37]}\n# {ID[37:]}",
    "comment of a script": f"// {ID[:37]}\n// {ID[37:]}",
    "quote bar": f"| {ID[:37]}\n| {ID[37:]}",
    "return alone": f"{ID[:37]}\r{ID[37:]}",
    "line separator": f"{ID[:37]}\u2028{ID[37:]}",
    "blank after the region": f"{HEAD} {MAIL}-bot:dreamina",
    "shell of Windows": f"{ID[:37]}^\n{ID[37:]}",
    "editor's mark of a wrap": f"{ID[:37]}↩\n{ID[37:]}",
    "two texts of Python": f'"{ID[:37]}"\n"{ID[37:]}"',
    "two texts of JavaScript": f'"{ID[:37]}" +\n "{ID[37:]}"',
    "ideographic dots": ID.replace(".", "。"),
    "dot leaders": ID.replace(".", "․"),
    "heavy minus": ID.replace("-", "➖"),
    "armenian full stop": ID.replace(":", "։"),
    "bold digits": ID.replace("1234", "𝟏𝟐𝟑𝟒"),
    "file name of Finder": ID.replace(":", "-") + ".png",
    "base64 in lines": base64.encodebytes(f"{'x' * 50} {ID} {'y' * 50}".encode()).decode(),
    "base64": base64.b64encode(f'{{"id": "{ID}"}}'.encode()).decode(),
    "base64 of a url": base64.urlsafe_b64encode(f"??>{ID}?>".encode()).decode().rstrip("="),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_id_is_put_together(name: str) -> None:
    found = find(BROKEN[name])
    assert (found.jobids, found.rejected, found.had_token) == ((ID,), (), False)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_id_spoils_no_other_and_keeps_its_place(name: str) -> None:
    text = f"{OTHER}\n{BROKEN[name]}\n{OTHER.replace('790i', '791i')}"
    assert find(text).jobids == (OTHER, ID, OTHER.replace("790i", "791i"))


def test_a_broken_id_is_one_line_of_its_paste() -> None:
    text = f"{OTHER}\n{BROKEN['hard wrap']}\n\n{OTHER}"
    lines = read_text(text).lines
    assert [line.jobid for line in lines] == [OTHER, ID, "", OTHER]


def test_an_id_without_bot_is_of_the_usual_form() -> None:
    found = find(f"{SHORT} and {HEAD}<a href='mailto:{MAIL}'>{MAIL}</a>:dreamina")
    assert found.jobids == (SHORT,)
    of = parts(SHORT, datetime(2026, 12, 1, tzinfo=UTC))
    assert of is not None
    assert (of.account, of.user_number) == (f"US:{MAIL}", 1234)
    assert of.created is not None
    assert of.created.month == 7


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{MAIL}-bot:dreamina", "its beginning is missing"),
        (f"it is {HEAD}\n\n\nand later {MAIL}-bot:dreamina", "its end is missing"),
        ("john:dreamina", "has digits in it"),
        ("joe@example.com:dreamina", "its beginning is missing"),
    ],
)
def test_half_an_id_is_never_tracked_and_said_once(text: str, reason: str) -> None:
    found = find(text)
    assert found.jobids == ()
    assert [reason in one.reason for one in found.rejected] == [True]


@pytest.mark.parametrize(
    "address",
    ["ja***@example.com", "j•••e@example.com", "jane@ex•••.com", "**@**.com", "ja**@e.co"],
)
def test_an_id_with_a_masked_address_is_counted_as_hidden(address: str) -> None:
    found = find(f"{HEAD}{address}-bot:dreamina {HEAD}{address}:dreamina {ID}")
    assert (found.hidden, found.jobids, found.rejected) == (2, (ID,), ())


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}jane.doe@example.com done, said bob-bot:dreamina",
        f"{HEAD}\nis no ID; {MAIL} is not either\n-bot:dreamina",
        f"| {ID[:30]} | x |\n| and more words | y |\n| {ID[30:]} | z |",
    ],
)
def test_what_does_not_belong_together_is_not_put_together(text: str) -> None:
    assert find(text).jobids == ()


WRAPPED = {
    "python": str,
    "python in a list": lambda record: str([record, {"jobid": OTHER, "status": "created"}]),
    "python in a log": lambda record: f"12:00 it's done: {record!r} (it's 3)",
    "python in an envelope": lambda record: str({"code": None, "ok": True, "data": record}),
    "escaped html": lambda record: f"<pre>{html.escape(json.dumps(record))}</pre>",
    "escaped html in html": lambda record: html.escape(html.escape(json.dumps(record))),
    "url": lambda record: quote(json.dumps(record)),
    "form": lambda record: quote_plus(json.dumps(record)),
    "escaped by number": lambda record: json.dumps(record).replace('"', "&#34;"),
    "base64": lambda record: base64.b64encode(json.dumps(record).encode()).decode(),
    "base64 in lines": lambda record: base64.encodebytes(json.dumps(record).encode()).decode(),
    "base64 in json": lambda record: json.dumps(
        {"isBase64Encoded": True, "body": base64.b64encode(json.dumps(record).encode()).decode()}
    ),
    "base64 for a url": lambda record: base64.urlsafe_b64encode(
        json.dumps(record).encode()
    ).decode(),
}


@pytest.mark.parametrize("name", WRAPPED)
@pytest.mark.parametrize("record", [RECORD, CAMEL, SNAKE], ids=["jobid", "jobId", "job_id"])
def test_a_record_is_taken_from_what_holds_it(name: str, record: dict[str, Any]) -> None:
    found = find(WRAPPED[name](record))
    assert found.jobids[0] == ID
    assert json.loads(found.records[ID]) == RECORD
    assert found.rejected == ()


def test_numbers_that_are_none_do_not_cost_the_record() -> None:
    found = find(json.dumps(RECORD | {"score": float("nan"), "worst": float("-inf")}))
    kept = json.loads(found.records[ID])
    assert kept["response"] == RECORD["response"]
    assert (kept["score"], kept["worst"]) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "{'jobid': " * 100_000,
        "{'jobid': 'a', 'b': " * 50_000 + "1" + "}" * 50_000,
        "&#64;" * 300_000,
        f"{HEAD}<a " * 20_000,
        f"{HEAD}[" * 20_000 + "]",
        "j0719093015\n" * 100_000,
        "| j0719093015 | x |\n" * 30_000,
        "aGpvYmlk" * 300_000,
        f"{HEAD}\n" * 20_000 + MAIL,
    ],
    ids=["open", "nested", "entities", "tags", "links", "beginnings", "cells", "base64", "heads"],
)
def test_large_texts_of_broken_pieces_take_time_in_line_with_their_length(text: str) -> None:
    found = find(text)
    assert (found.jobids, found.records) == ((), {})
