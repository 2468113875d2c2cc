from __future__ import annotations

import os

import pytest
from PySide6.QtCore import QMimeData, QSysInfo

from dreamina_desktop.core.paste.find_ids import find
from dreamina_desktop.core.paste.lines import read_text
from dreamina_desktop.core.text.unescape import decoded
from dreamina_desktop.ui.intake import clipboard_and_drops
from dreamina_desktop.ui.intake.clipboard_and_drops import (
    MAX_BYTES,
    files_and_text,
    files_within,
    named_ids,
    read_texts,
)
from dreamina_desktop.ui.intake.id_field import IdField
from dreamina_desktop.ui.window.main_window import MainWindow


def test_several_files_are_read_one_after_the_other(tmp_path):
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for file in files:
        file.write_text(f"j{file.stem}:dreamina")
    assert read_texts([str(file) for file in files]).text == "ja:dreamina\njb:dreamina"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_as_what_it_says_it_is(encoding):
    assert decoded("j1:dreamina für Ω".encode(encoding)) == "j1:dreamina für Ω"


def test_bytes_that_are_no_text_do_no_harm():
    assert "j1:dreamina" in decoded(b"\xff\x00\x80 j1:dreamina \xc3")


def test_what_cannot_be_read_is_named_with_its_reason(tmp_path):
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    texts = read_texts([str(tmp_path), str(large), str(tmp_path / "none.txt")])
    assert texts.text == ""
    assert texts.unread == (
        f"{tmp_path.name} is not a file",
        "large.txt is larger than 16 MB",
        "none.txt is not a file",
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert read_texts([str(tmp_path / "pipe")]).unread == ("pipe is not a file",)


def test_of_many_files_so_much_is_read_at_once_and_the_others_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(clipboard_and_drops, "MOST_BYTES", 25)
    files = [tmp_path / f"{name}.txt" for name in "abc"]
    for file in files:
        file.write_text(f"j{file.stem}:dreamina")
    texts = read_texts([str(file) for file in files])
    assert texts.text == "ja:dreamina\njb:dreamina"
    assert texts.unread == ("c.txt is more than the 64 MB that are read at once",)


def test_a_long_text_is_decoded_in_pieces(monkeypatch):
    monkeypatch.setattr("dreamina_desktop.core.text.unescape._DECODED_AT_ONCE", 3)
    text = "j1:dreamina für Ω 🖼️ 文" * 5
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert decoded(text.encode(encoding)) == text


ID = "j0719093015123456789i-u1234-US:jane.doe@example.com-bot:dreamina"
OTHER = "j0719093015123456790i-u1234-CA:bob@example.org-bot:dreamina"
EXCEL = f"""<html><head><style>td {{color: red}}</style></head><body><!--StartFragment--><table>
 <tr><td class=x>SKU&nbsp;1</td>
  <td>{ID.replace("@", "&#64;")}</td></tr>
 <tr><td>two
  words</td><td>{OTHER}</td></tr></table><!--EndFragment--></body></html>"""


def page(html):
    data = QMimeData()
    data.setHtml(html)
    return data


@pytest.mark.parametrize(
    ("html", "jobids"),
    [
        (f"<meta charset='utf-8'><p>Hi <b>{ID}</b></p>", (ID,)),
        (f"<p>{ID}</p><p>{OTHER}</p>", (ID, OTHER)),
        (f"{ID}<br>{OTHER}", (ID, OTHER)),
        (f"<ul><li>{ID}</li>\n<li>{OTHER}</li></ul>", (ID, OTHER)),
        (f'<span>{ID[:30]}</span><a href="mailto:x">{ID[30:50]}</a><i>{ID[50:]}</i>', (ID,)),
        (f'<a href="https://api.useapi.net/v1/dreamina/images/{ID}">this job</a>', (ID,)),
        (f"<pre>{ID}\n{OTHER}</pre>", (ID, OTHER)),
        (EXCEL, (ID, OTHER)),
        ("x" * 300_000 + f"<p>{ID}</p>", (ID,)),
    ],
)
def test_of_a_clipboard_with_a_page_alone_what_it_shows_is_read(html, jobids):
    assert find(files_and_text(page(html))[1]).jobids == jobids


def test_the_cells_of_a_page_are_those_of_a_table():
    assert read_text(files_and_text(page(EXCEL))[1]).labels == {ID: "SKU 1", OTHER: "two words"}


def test_a_text_goes_before_the_page_beside_it():
    data = page("<p>other</p>")
    data.setText("text")
    assert files_and_text(data)[1] == "text"


HERE = QSysInfo.machineHostName()


@pytest.mark.parametrize(
    ("listed", "path"),
    [
        ("file:///tmp/a%20b", "/tmp/a b"),
        ("file://localhost/tmp/a%20b", "/tmp/a b"),
        ("FILE://LOCALHOST/tmp/x", "/tmp/x"),
        ("file:/tmp/x", "/tmp/x"),
        ("file://127.0.0.1/tmp/x", "/tmp/x"),
        (f"file://{HERE}/tmp/x", "/tmp/x"),
        ("file:///tmp/%C3%A4", "/tmp/ä"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="paths as Windows writes them")
def test_addresses_of_files_here_are_paths_in_every_form(listed, path):
    data = QMimeData()
    data.setData("text/uri-list", f"{listed}\r\n# a comment\r\n".encode())
    assert files_and_text(data)[0] == [path]
    as_text = QMimeData()
    as_text.setText(f"x-special/nautilus-clipboard\ncopy\n{listed}\n")
    assert files_and_text(as_text)[0] == [path]


@pytest.mark.parametrize(
    "text", [f"file:///tmp/x\n{ID}", f"see file:///tmp/{ID}", "copy", "", "profile:\nx"]
)
def test_a_text_that_is_more_than_addresses_is_a_text(text):
    data = QMimeData()
    data.setText(text)
    assert files_and_text(data)[0] == []


def test_a_folder_stands_for_the_files_in_it(tmp_path):
    for name in ("b.txt", "a.txt", ".hidden", "in/c.txt", ".git/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    files, left_out = files_within([str(tmp_path), "/elsewhere/e.txt"])
    shown = [str(tmp_path / name) for name in ("a.txt", "b.txt", "in/c.txt")]
    assert (files, left_out) == ([*shown, "/elsewhere/e.txt"], [])


def test_of_a_folder_without_end_the_first_files_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(clipboard_and_drops, "MOST_FILES", 2)
    for name in "abc":
        (tmp_path / name).touch()
    files, left_out = files_within([str(tmp_path)])
    assert files == [str(tmp_path / name) for name in "ab"]
    assert left_out == [f"{tmp_path.name} has more than 2 files"]


@pytest.mark.parametrize(
    "name",
    [
        f"/srv/{ID.replace(':', '_')}.jpeg",
        f"/srv/{ID.replace(':', '_')}/0.jpg",
        f"C:\\renders\\{ID.replace(':', '_')}_2.png",
        f"/srv/{ID}",
    ],
)
def test_files_and_folders_name_their_job(name):
    assert named_ids([name, name, "/srv/dreamina/notes.txt"]) == [ID]


async def test_a_dropped_folder_gives_the_ids_in_its_files_and_in_their_names(
    bench, put_up, until, tmp_path
):
    window = await put_up(MainWindow(bench.services))
    folder = tmp_path / "renders"
    (folder / ID.replace(":", "_")).mkdir(parents=True)
    (folder / ID.replace(":", "_") / "0.json").write_text("{}")
    (folder / "ids.txt").write_text(OTHER)
    data = QMimeData()
    data.setData("text/uri-list", f"file://localhost{folder}\r\n".encode())
    assert window._intake.take(data)
    await until(lambda: bench.services.library.last_number == 2)
    assert set(await bench.services.library.jobids([1, 2])) == {ID, OTHER}


async def test_a_page_is_pasted_into_the_field_as_its_text(bench, put_up):
    field = await put_up(IdField(bench.services), 900, 60)
    data = page(f"<b>{ID}</b><br>{OTHER}")
    assert field.edit.canInsertFromMimeData(data)
    field.edit.insertFromMimeData(data)
    assert field.text() == f"{ID}\n{OTHER}"
