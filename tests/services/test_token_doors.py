"""A token that gets into words by mistake is cut out at every door: neither kept nor shown."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import apsw
import pytest
from archive_bench import Place, opened
from fakes import completed_raw, job_id

from dreamina_desktop.app.cli.options import parse
from dreamina_desktop.app.cli.standard_streams import say_on_standard_error
from dreamina_desktop.core.export.contact_sheet import SheetItem, item
from dreamina_desktop.core.export.request import JobsForm
from dreamina_desktop.core.jobs.job import Image, ImageKey, Job
from dreamina_desktop.core.jobs.record import ImageEntry, parse_record
from dreamina_desktop.core.search.filters import Narrowing
from dreamina_desktop.services.curation.saved_searches import SavedSearches
from dreamina_desktop.services.export.image_export import _provenance
from dreamina_desktop.services.export.jobs_as_text import jobs_as
from dreamina_desktop.services.session.messages import Condition, Messages

SECRET = "Abcdefgh0123456789xy"
TOKEN = f"user:12345-{SECRET}"
ONE = ImageKey(1, 0)


def kept_in(folder: Path) -> list[str]:
    """The files of a folder in which the secret stands."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return [file.name for file in files if SECRET.encode() in file.read_bytes()]


async def fill_with_it(place: Place) -> None:
    """Through every door by which users and other programs get words in."""
    jobid = job_id(1)
    raw = completed_raw(jobid, "https://a.example.com/1")
    record = json.loads(raw) | {"note": f"Bearer {TOKEN}", "request": {"prompt": f"a {TOKEN}"}}
    await place.tracker.track(f"{json.dumps(record)} sent with {TOKEN}\n{TOKEN}\n{job_id(2)}")
    await place.marking.tag([ONE], [TOKEN], [])
    await place.marking.note([ONE], f"made with {TOKEN}")
    made = await place.collections.named(f"of {TOKEN}")
    assert made is not None
    await place.collections.add(made.id, [ONE])
    await place.collections.collect([2], TOKEN)
    SavedSearches(place.preferences).save(f"my {TOKEN}", TOKEN, Narrowing())
    place.preferences.account_names = {"US:user@example.com": TOKEN}
    place.preferences.set("draft", {"prompt": [f"x {TOKEN}"], TOKEN: 1})


async def test_nothing_that_is_kept_or_leaves_has_it(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as place:
        await fill_with_it(place)
        archive = tmp_path / "all.dreamina.zip"
        await place.save(archive)
        exports = [
            b"".join([piece async for piece in jobs_as(form, place.library)]) for form in JobsForm
        ]
        assert place.library.job(1).record is not None
        assert await place.library.raw_record(1)
    assert kept_in(tmp_path) == []
    assert all(SECRET.encode() not in export for export in exports)
    assert all(b"[token]" in export for export in exports)


async def test_a_library_that_holds_it_hands_it_on_to_nobody(tmp_path: Path) -> None:
    """From before: in the database it stands already."""
    async with opened(tmp_path / "first") as place:
        await fill_with_it(place)
        await place.database.call(spoil)
    async with opened(tmp_path / "first") as place:
        archive = tmp_path / "all.dreamina.zip"
        await place.save(archive)
        exports = [
            b"".join([piece async for piece in jobs_as(form, place.library)]) for form in JobsForm
        ]
    assert all(SECRET.encode() not in export for export in exports)
    async with opened(tmp_path / "second") as other:
        await other.add(archive)
        assert other.library.job(1).jobid == job_id(1)
    assert kept_in(tmp_path / "second") == []


def spoil(connection: apsw.Connection) -> None:
    for table, column in (
        ("job", "note"),
        ("mark", "note"),
        ("collection", "name"),
        ("pasted", "text"),
        ("image", "note"),
    ):
        connection.execute(f"UPDATE {table} SET {column} = {column} || ' {TOKEN}'")
    connection.execute(
        f"UPDATE job SET raw = CAST(replace(CAST(raw AS TEXT), '[token]', '{TOKEN}') AS BLOB)"
    )


def test_neither_pictures_nor_sheets_nor_messages_nor_errors_say_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    record = parse_record(
        {"jobid": "j1", "status": "completed", "request": {"prompt": f"a {TOKEN}"}, "model": TOKEN}
    )
    job = Job(1, "j1", 1, 0.0, record=record)
    made = _provenance(job, Image(ONE, ImageEntry(0)))
    sheet = item(SheetItem("1-1", 1, 1, b"jpeg", "", record.prompt))
    messages = Messages()
    messages.say(f"The API said {TOKEN}.")
    messages.hold(Condition.DOWN, f"The API said {TOKEN}.")
    say_on_standard_error(f"Not an ID: {TOKEN}.\n")
    with contextlib.suppress(SystemExit):
        parse(["--size", TOKEN, "--screenshot", "a.png"])
    said = f"{made} {sheet} {messages.passing} {messages.lasting} {capsys.readouterr().err}"
    assert SECRET not in said
    assert said.count("[token]") >= 6


def test_a_collection_named_on_the_command_line_has_it_not() -> None:
    assert parse(["--collection", f"of {TOKEN}"]).collection == "of [token]"
