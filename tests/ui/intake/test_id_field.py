from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest

from dreamina_desktop.ui.intake.id_edit import RENDERED
from dreamina_desktop.ui.intake.id_field import IdField


def button(field):
    return field.findChild(type(field._button))


def paste(field, text):
    data = QMimeData()
    data.setText(text)
    field.edit.insertFromMimeData(data)


async def test_the_field_says_what_it_found_while_one_types(bench, record, put_up, until):
    job = await bench.add(record(1))
    field = await put_up(IdField(bench.services), 900, 60)
    field.edit.setPlainText(f"{job.jobid} j1:dreamina j2:dreamina")
    await until(field.found_text)
    assert field.found_text() == "3 found: 2 new, 1 already here"
    assert button(field).text() == "Track 2"
    assert field.edit.accessibleDescription() == field.found_text()


async def test_enter_submits_and_shift_enter_makes_a_line(bench, put_up, until):
    field = await put_up(IdField(bench.services), 900, 60)
    sent = []
    field.submitted.connect(sent.append)
    field.edit.setFocus()
    QTest.keyClicks(field.edit, "j1:dreamina")
    low = field.edit.height()
    QTest.keyClick(field.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(field.edit, "j2:dreamina")
    await until(lambda: field.edit.height() > low)
    assert sent == []
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert sent == ["j1:dreamina\nj2:dreamina"]


async def test_a_word_that_is_no_id_is_offered(bench, put_up):
    field = await put_up(IdField(bench.services), 900, 60)
    sent, anyway = [], []
    field.submitted.connect(sent.append)
    field.anyway.connect(anyway.append)
    field.offer("whatever")
    assert button(field).text() == "Track anyway"
    button(field).click()
    assert (sent, anyway) == ([], ["whatever"])


async def test_what_was_not_taken_is_explained_below_the_field(bench, put_up):
    field = await put_up(IdField(bench.services), 900, 60)
    hidden = "j0302140530123456789i-u12345-US:[email\u00a0protected]:dreamina"
    field.offer(f"j1:dreamina {hidden}")
    words = [label.text() for label in (field._found, field._more) if label.isVisible()]
    assert words == [
        "1 found, new",
        "1 has its e-mail address hidden: copy it from your script's output",
    ]


async def test_text_is_never_taken_for_markup(bench, put_up):
    field = await put_up(IdField(bench.services), 900, 60)
    assert {label.textFormat() for label in (field._found, field._more)} == {
        Qt.TextFormat.PlainText
    }


async def test_an_empty_field_cannot_be_submitted(bench, put_up):
    field = await put_up(IdField(bench.services), 900, 60)
    sent = []
    field.submitted.connect(sent.append)
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert not button(field).isEnabled()
    assert sent == []


async def test_five_thousand_ids_in_one_paste_are_found(bench, put_up, until):
    field = await put_up(IdField(bench.services), 900, 60)
    sent = []
    field.submitted.connect(sent.append)
    text = "\n".join(f"j{number}:dreamina" for number in range(5000))
    paste(field, text)
    await until(lambda: button(field).text() == "Track 5,000")
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert sent == [text]


async def test_ten_megabytes_are_read_in_slices_and_not_rendered(bench, put_up, until):
    field = await put_up(IdField(bench.services), 900, 60)
    text = "nothing to be found in it " * 400_000 + "j1:dreamina"
    paste(field, text)
    assert len(field.edit.toPlainText()) < RENDERED
    assert field.edit.toPlainText() == "10.4 million characters"
    assert field.text() == text
    await until(lambda: field.found_text() == "Reading…")
    await until(lambda: field.found_text() == "1 found, new", 30)


async def test_typing_replaces_a_large_paste(bench, put_up):
    field = await put_up(IdField(bench.services), 900, 60)
    field.edit.setFocus()
    paste(field, "x " * RENDERED)
    QTest.keyClicks(field.edit, "j1:dreamina")
    assert field.text() == "j1:dreamina"


async def test_a_large_paste_is_added_to_what_is_there(bench, put_up):
    field = await put_up(IdField(bench.services), 900, 60)
    field.edit.setPlainText("j1:dreamina")
    large = "x " * RENDERED
    paste(field, large)
    assert field.text() == f"j1:dreamina\n{large}"


async def test_pasted_files_are_handed_on(bench, put_up, tmp_path):
    field = await put_up(IdField(bench.services), 900, 60)
    given = []
    field.files_pasted.connect(given.append)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "ids.txt"))])
    field.edit.insertFromMimeData(data)
    assert given == [[str(tmp_path / "ids.txt")]]
    assert field.text() == ""


async def test_escape_empties_the_field(bench, put_up):
    field = await put_up(IdField(bench.services), 900, 60)
    field.offer("j1:dreamina")
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert field.text() == ""


async def test_addresses_in_what_is_said_are_masked(bench, put_up):
    field = await put_up(IdField(bench.services), 900, 60)
    field.offer("j0302140530123456789i-u12345-US:user@example.com-bot/x:dreamina")
    assert field.found_text()
    assert "user@example.com" not in field.found_text()


async def test_a_pasted_token_is_never_shown(bench, record, put_up):
    field = await put_up(IdField(bench.services), 900, 60)
    paste(field, f"curl -H 'Authorization: Bearer user:123-AbCdEfGh' {record(1)['jobid']}")
    assert "AbCdEfGh" not in field.edit.toPlainText()
    assert record(1)["jobid"] in field.text()
