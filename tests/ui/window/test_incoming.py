from __future__ import annotations

import os

import pytest

from dreamina_desktop.core.wrapped_text import decoded
from dreamina_desktop.ui.window import incoming
from dreamina_desktop.ui.window.incoming import MAX_BYTES, read_texts


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
    monkeypatch.setattr(incoming, "MOST_BYTES", 25)
    files = [tmp_path / f"{name}.txt" for name in "abc"]
    for file in files:
        file.write_text(f"j{file.stem}:dreamina")
    texts = read_texts([str(file) for file in files])
    assert texts.text == "ja:dreamina\njb:dreamina"
    assert texts.unread == ("c.txt is more than the 64 MB that are read at once",)


def test_a_long_text_is_decoded_in_pieces(monkeypatch):
    monkeypatch.setattr("dreamina_desktop.core.wrapped_text._DECODED_AT_ONCE", 3)
    text = "j1:dreamina für Ω 🖼️ 文" * 5
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert decoded(text.encode(encoding)) == text
