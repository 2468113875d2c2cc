"""Images leave the library: for others alone, for oneself with all that is known."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from dreamina_desktop.core.export.request import ExportWish, JobsForm
from dreamina_desktop.core.export.xmp import Provenance, parse_packet, xmp_packet
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.imaging.metadata import read_xmp_file

Until = Callable[[Callable[[], object]], Awaitable[None]]
CASES = Path(__file__).parents[2] / "cases" / "images"
SECRETS = (b"user@example.com", b"j0302", b"aurora", b"tos-1", b"x-signature", b"dreamina")


@pytest.fixture
def said(bench: Any, until: Until) -> Callable[[], Awaitable[str]]:
    async def wait() -> str:
        await until(lambda: bench.services.messages.passing is not None)
        message = bench.services.messages.passing
        assert message is not None
        bench.services.messages.dismiss()
        return str(message.text)

    return wait


async def five(bench: Any, record: Any) -> list[ImageKey]:
    """Three jobs: five images, of which the third is not saved."""
    await bench.add(record(1))
    await bench.add(record(2, images=1), saved=False)
    await bench.add(record(3))
    return [ImageKey(n, i) for n, i in ((1, 0), (1, 1), (2, 0), (3, 0), (3, 1))]


def wish(keys: list[ImageKey], place: Path, **more: Any) -> ExportWish:
    return ExportWish(keys, str(place), **({"for_others": True, "pattern": "{number}"} | more))


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def damage(file: str) -> None:
    Path(file).write_bytes(b"\xff\xd8\xff\xe1\x00")


def overwrite(file: str, content: bytes) -> None:
    Path(file).write_bytes(content)


def lose(file: str) -> None:
    Path(file).unlink()


async def test_for_others_there_are_the_pictures_and_nothing_else(
    bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    keys = await five(bench, record)
    first = bench.services.library.image(keys[0])
    with Pillow.open(first.file) as picture:  # as a model's own tool may have marked it
        exif = Pillow.Exif()
        exif[0x010E] = "A stunning aurora by user@example.com"
        picture.save(first.file, exif=exif, comment=b"j0302 aurora", quality=95)
    bench.services.exporter.start(wish(keys, tmp_path / "out"))

    words = await said()
    assert words.startswith("Exported 4 images to ")
    assert "1 image not saved: 2-1." in words
    assert names(tmp_path / "out") == ["1-1.jpg", "1-2.jpg", "3-1.jpg", "3-2.jpg"]
    for file in (tmp_path / "out").iterdir():
        held = file.read_bytes()
        assert [
            secret for secret in SECRETS if secret in held or secret in file.name.encode()
        ] == []
    with Pillow.open(first.file) as before, Pillow.open(tmp_path / "out" / "1-1.jpg") as after:
        assert before.tobytes() == after.tobytes()


async def test_for_oneself_all_is_inside_and_beside(
    bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    keys = await five(bench, record)
    await bench.services.marking.flag(keys[:1], Flag.PICKED)
    await bench.services.marking.rate(keys[:1], 4)
    await bench.services.marking.tag(keys[:1], ["Campaign X"], [])
    bench.services.exporter.start(
        wish(keys[:1], tmp_path, for_others=False, pattern="{number} {prompt}")
    )

    assert (await said()).startswith("Exported 1 image to ")
    picture = tmp_path / "1-1 a-stunning-aurora-over-lake-1.jpg"
    packet = read_xmp_file(picture)
    assert packet is not None
    inside = parse_packet(packet)
    assert inside is not None
    assert (inside.jobid, inside.index) == (record(1)["jobid"], 0)
    assert inside.prompt == record(1)["request"]["prompt"]
    assert inside.asset_ref == record(1)["response"]["images"][0]["assetRef"]
    assert inside.created == record(1)["created"]
    beside = json.loads(picture.with_suffix(".json").read_text())
    assert (beside["image"], beside["index"], beside["rating"]) == ("1-1", 0, 4)
    assert (beside["flag"], beside["tags"]) == ("picked", ["Campaign X"])
    assert beside["job"]["jobid"] == record(1)["jobid"]
    assert beside["job"]["request"] == record(1)["request"]


@pytest.mark.parametrize("keeps", [True, False])
async def test_content_credentials_stay_valid_or_go(
    keeps: bool, bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    """As copied by the vendor's host; any change would make them invalid (contentauth's c2pa-rs
    calls it assertion.dataHash.mismatch)."""
    keys = await five(bench, record)
    signed = (CASES / "c2pa-signed.jpg").read_bytes()
    overwrite(bench.services.library.image(keys[0]).file, signed)
    bench.services.exporter.start(
        wish(keys[:1], tmp_path, for_others=False, pattern="it", keeps_credentials=keeps)
    )

    await said()
    copy = (tmp_path / "it.jpg").read_bytes()
    assert json.loads((tmp_path / "it.json").read_text())["job"]["jobid"] == record(1)["jobid"]
    if keeps:
        assert copy == signed
    else:
        inside = parse_packet(read_xmp_file(tmp_path / "it.jpg") or b"")
        assert inside is not None
        assert inside.jobid == record(1)["jobid"]
        assert b"jumdc2pa" not in copy


async def test_nothing_is_overwritten_and_names_that_are_the_same_get_numbers(
    bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    keys = await five(bench, record)
    (tmp_path / "boat.jpg").write_text("somebody's own")
    bench.services.exporter.start(wish(keys[:2], tmp_path, pattern="boat"))

    await said()
    assert names(tmp_path) >= ["boat (2).jpg", "boat (3).jpg", "boat.jpg"]
    assert (tmp_path / "boat.jpg").read_text() == "somebody's own"


async def test_a_zip_holds_the_same_and_replaces_none(
    bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    keys = await five(bench, record)
    for _ in range(2):
        bench.services.exporter.start(
            wish(keys, tmp_path / "out.zip", pattern="{index}", has_sheet=True)
        )
        await said()

    assert [name for name in names(tmp_path) if name.endswith(".zip")] == ["out (2).zip", "out.zip"]
    assert not [name for name in names(tmp_path) if name.endswith(".part")]
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [
            *("001.jpg", "002.jpg", "004.jpg", "005.jpg"),
            "contact sheet.html",
        ]


async def test_a_contact_sheet_shows_each_picture_in_order_and_prompts_by_choice(
    bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    keys = await five(bench, record)
    for has_prompts in (False, True):
        place = tmp_path / str(has_prompts)
        sheet = {"has_pictures": False, "has_sheet": True, "has_prompts": has_prompts}
        bench.services.exporter.start(wish([*reversed(keys)], place, **sheet))
        assert "Exported a contact sheet" in await said()

        html = (place / "contact sheet.html").read_text()
        assert [html.index(f"<bdi>{number}</bdi>") for number in ("3-2", "3-1", "1-2", "1-1")] == (
            sorted(html.index(f"<bdi>{number}</bdi>") for number in ("3-2", "3-1", "1-2", "1-1"))
        )
        assert ("A stunning aurora" in html) is has_prompts
        assert "user@example.com" not in html
        assert names(place) == ["contact sheet.html"]


async def test_a_folder_that_vanishes_leaves_whole_files_and_names_what_is_missing(
    bench: Any, record: Any, said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [
        ImageKey(job.number, index)
        for second in range(1, 6)
        for job in [await bench.add(record(second))]
        for index in (0, 1)
    ]
    place = tmp_path / "stick"
    from dreamina_desktop.files import export_target  # noqa: PLC0415

    name_part, named = export_target.name_part, []

    def pull_out(*arguments: Any) -> Path:
        if len(named) == 5:
            shutil.rmtree(place)
        named.append(arguments)
        return name_part(*arguments)

    monkeypatch.setattr(export_target, "name_part", pull_out)
    bench.services.exporter.start(wish(keys, place))

    words = await said()
    assert "was given up" in words
    assert "The folder is not there." in words
    assert "5 images written, each of them whole; 5 not: 3-2, 4-1, 4-2, 5-1 and 1 more." in words


@pytest.mark.parametrize("name", ["out", "out.zip"])
async def test_stopped_it_says_what_there_is_and_leaves_nothing_half(
    bench: Any,
    record: Any,
    said: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    keys = [
        ImageKey(job.number, index)
        for second in range(1, 6)
        for job in [await bench.add(record(second))]
        for index in (0, 1)
    ]
    note = bench.services.exporter._fingerprints.note

    async def note_and_stop(copies: Any) -> None:
        await note(copies)
        bench.services.long_work.stop()

    monkeypatch.setattr(bench.services.exporter._fingerprints, "note", note_and_stop)
    bench.services.exporter.start(wish(keys, tmp_path / name))

    words = await said()
    if name == "out":
        assert words == (
            "Stopped. 4 images written, each of them whole; 6 not: 3-1, 3-2, 4-1, 4-2 and 2 more."
        )
        assert names(tmp_path / "out") == ["1-1.jpg", "1-2.jpg", "2-1.jpg", "2-2.jpg"]
    else:
        assert words == "Stopped. Nothing was written."
        assert not [each for each in names(tmp_path) if "zip" in each or each.endswith(".part")]


async def test_a_full_disk_leaves_no_half_file(
    bench: Any, record: Any, said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = await five(bench, record)
    from dreamina_desktop.files import export_target  # noqa: PLC0415

    new_part = export_target._new_part

    class Full:
        def __init__(self, file: Any) -> None:
            self._file = file

        def write(self, data: bytes) -> int:
            self._file.write(data[:100])
            raise OSError(28, "No space left on device")

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

    def full(folder: Path) -> Any:
        file, part = new_part(folder)
        return Full(file), part

    for name, not_written in (
        ("out", "0 images written, each of them whole; 4 not: 1-1, 1-2"),
        ("out.zip", "Nothing was written."),
    ):
        monkeypatch.setattr(export_target, "_new_part", full)
        bench.services.exporter.start(wish(keys, tmp_path / name))
        words = await said()
        assert "The disk is full." in words
        assert not_written in words
    assert names(tmp_path / "out") == []
    assert not [each for each in names(tmp_path) if "zip" in each or each.endswith(".part")]


async def test_a_picture_that_cannot_be_told_from_its_metadata_goes_to_nobody_else(
    bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    keys = await five(bench, record)
    damage(bench.services.library.image(keys[0]).file)
    lose(bench.services.library.image(keys[1]).file)
    bench.services.exporter.start(wish(keys, tmp_path / "out"))

    words = await said()
    assert "cannot be told apart: 1-1." in words
    assert "2 images not saved: 2-1, 1-2." in words
    assert names(tmp_path / "out") == ["3-1.jpg", "3-2.jpg"]


async def test_captions_of_a_sheet_name_the_files_beside_it(
    bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    keys = await five(bench, record)
    bench.services.exporter.start(wish(keys, tmp_path, pattern="boat {index}", has_sheet=True))

    assert "Exported 4 images and a contact sheet to " in await said()
    html = (tmp_path / "contact sheet.html").read_text()
    assert html.index("boat 001.jpg") < html.index("boat 005.jpg")


async def test_a_place_that_cannot_be_is_said_in_words(
    bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    keys = await five(bench, record)
    (tmp_path / "file").write_text("")
    bench.services.exporter.start(wish(keys, tmp_path / "file" / "below"))

    assert "A file stands where the folder would be. Nothing was written." in await said()


async def test_what_was_exported_is_known_when_it_comes_back(
    bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    keys = await five(bench, record)
    bench.services.exporter.start(wish(keys[3:], tmp_path / "others"))
    await said()
    bench.services.exporter.start(wish(keys[:1], tmp_path / "me", for_others=False))
    await said()
    stranger = tmp_path / "stranger.png"
    Pillow.new("RGB", (3, 3)).save(stranger)
    copies = [tmp_path / "others" / "3-2.jpg", tmp_path / "me" / "1-1.jpg", stranger]

    came = await bench.services.way_back.find([str(file) for file in copies])

    assert came.keys == (ImageKey(3, 1), ImageKey(1, 0))
    assert came.unknown == ("stranger.png",)


async def test_a_picture_of_a_job_that_is_not_tracked_names_it(
    bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    keys = await five(bench, record)
    bench.services.exporter.start(wish(keys[:1], tmp_path, for_others=False))
    await said()
    await bench.services.tracker.remove([1])

    came = await bench.services.way_back.find([str(tmp_path / "1-1.jpg")])

    assert came.keys == ()
    assert came.untracked == (record(1)["jobid"],)


@pytest.mark.parametrize("index", [2, 7, 999_999_999])
async def test_a_forged_number_finds_nothing(
    index: int, bench: Any, record: Any, tmp_path: Path
) -> None:
    await five(bench, record)
    forged = tmp_path / "forged.jpg"
    packet = xmp_packet(Provenance(record(1)["jobid"], index))
    Pillow.new("RGB", (3, 3)).save(forged, xmp=packet)

    came = await bench.services.way_back.find([str(forged)])

    assert (came.keys, came.untracked, came.unknown) == ((), (), ("forged.jpg",))


async def test_the_vendors_own_label_tells_which_image_it_is(
    bench: Any, record: Any, tmp_path: Path
) -> None:
    await five(bench, record)
    uri = record(3)["response"]["images"][1]["imageUri"]
    packet = read_xmp_file(CASES / "tc260-aigc-label.jpg") or b""
    example = b"tos-cn-i-tb4s082cfz/0123456789abcdef0123456789abcdef"
    assert example in packet
    saved = tmp_path / "from the web page.jpg"
    Pillow.new("RGB", (3, 3)).save(saved, xmp=packet.replace(example, uri.encode()))

    came = await bench.services.way_back.find([str(saved)])

    assert came.keys == (ImageKey(3, 1),)


async def test_jobs_are_exported_as_a_table_and_as_records(
    bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    await five(bench, record)
    for form in JobsForm:
        bench.services.exporter.start_jobs(
            form, [3, 1], str(tmp_path / f"jobs.{form.value.lower()}")
        )
        assert f"Exported 2 jobs to {tmp_path / 'jobs.'}" in await said()

    rows = list(csv.DictReader(io.StringIO((tmp_path / "jobs.csv").read_text("utf-8-sig"))))
    records = json.loads((tmp_path / "jobs.json").read_text())
    assert [row["number"] for row in rows] == ["3", "1"]
    assert [each["number"] for each in records] == [3, 1]
    assert rows[0]["job ID"] == records[0]["jobid"] == record(3)["jobid"]


async def test_a_table_of_jobs_replaces_none(
    bench: Any, record: Any, said: Any, tmp_path: Path
) -> None:
    await five(bench, record)
    (tmp_path / "jobs.csv").write_text("mine")
    bench.services.exporter.start_jobs(JobsForm.CSV, [1], str(tmp_path / "jobs.csv"))

    assert str(tmp_path / "jobs (2).csv") in await said()
    assert (tmp_path / "jobs.csv").read_text() == "mine"
    assert [name for name in names(tmp_path) if "jobs" in name] == ["jobs (2).csv", "jobs.csv"]
