"""Archives that are damaged, or mean harm: refused whole with the reason, and nothing changed."""

from __future__ import annotations

import hashlib
import io
import json
import random
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import apsw
import pytest
from archive_bench import Place, fill, jpeg, opened

NAME = "atelier.dreamina.zip"
Members = dict[str, bytes]


@pytest.fixture
async def archive(tmp_path: Path) -> Path:
    file = tmp_path / NAME
    async with opened(tmp_path / "first") as first:
        await fill(first)
        await first.save(file)
    return file


@pytest.fixture
async def place(tmp_path: Path) -> Any:
    """A library with something in it, that must stay as it is."""
    async with opened(tmp_path / "here") as here:
        await here.complete(1, "red", "green")
        yield here


async def refused(place: Place, file: Path) -> str:
    """Why; nothing of the library or of the images was touched."""
    rows, tree, undo = place.rows(), place.tree(), place.undo.label
    with pytest.raises(OSError) as told:  # noqa: PT011 - each test looks at the words
        await place.add(file)
    assert (place.rows(), place.tree(), place.undo.label) == (rows, tree, undo)
    words = str(told.value)
    assert words.endswith(". Nothing was added.")
    assert "Errno" not in words
    return words.removesuffix(" Nothing was added.")


def read(file: Path) -> bytes:
    return file.read_bytes()


def found(folder: Path, pattern: str) -> list[Path]:
    return list(folder.rglob(pattern))


def members_of(file: Path) -> Members:
    with zipfile.ZipFile(file) as opened_zip:
        return {name: opened_zip.read(name) for name in opened_zip.namelist()}


def write(file: Path, members: Mapping[str, bytes], **infos: zipfile.ZipInfo) -> Path:
    with zipfile.ZipFile(file, "w") as made:
        for name, data in members.items():
            made.writestr(infos.get(name, name), data)
    return file


def listed(members: Members, **fields: Any) -> Members:
    """With a list of contents that fits what is there."""
    manifest = json.loads(members["manifest.json"])
    manifest["files"] = [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in members.items()
        if name != "manifest.json"
    ]
    return members | {"manifest.json": json.dumps(manifest | fields).encode()}


def with_library(members: Members, folder: Path, sql: str) -> Members:
    """The library in it changed, and all the rest fitting."""
    file = folder / "changed.sqlite3"
    file.write_bytes(members["library.sqlite3"])
    connection = apsw.Connection(str(file))
    connection.execute("PRAGMA foreign_keys = OFF; PRAGMA journal_mode = DELETE")
    connection.execute(sql)
    connection.close()
    return listed(members | {"library.sqlite3": file.read_bytes()})


def an_image(members: Members) -> str:
    return next(name for name in members if name.startswith("images/") and "/0001-1" in name)


async def test_the_rewritten_archive_itself_is_taken(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    """What the tests below change is what is refused."""
    members = listed(members_of(archive))
    assert "Added 4 jobs" in await place.add(write(tmp_path / "a.zip", members))


# -- damage -------------------------------------------------------------------------------------


async def test_an_archive_that_is_cut_anywhere_is_refused(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    data = read(archive)
    places = {
        0,
        1,
        21,
        22,
        *range(100, len(data), len(data) // 20),
        *range(len(data) - 120, len(data), 7),
    }
    for length in sorted(places):
        cut = tmp_path / "cut.zip"
        cut.write_bytes(data[:length])
        assert "damaged" in await refused(place, cut), length


async def test_a_byte_that_is_another_is_found_wherever_it_is(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    data, rng = read(archive), random.Random(7)
    caught = 0
    for _ in range(120):
        at = rng.randrange(len(data))
        flipped = bytearray(data)
        flipped[at] ^= 1 << rng.randrange(8)
        file = tmp_path / "flipped.zip"
        file.write_bytes(flipped)
        rows, tree = place.rows(), place.tree()
        try:
            await place.add(file)
        except OSError as error:
            assert str(error).endswith("Nothing was added.")  # noqa: PT017
            assert (place.rows(), place.tree()) == (rows, tree), at
            caught += 1
    assert caught > 60
    if len(place.rows()["job"]) > 1:  # by a flip in a time, which says nothing
        by_colour = {place.bytes_of(*key) for key in ((1, 0), (1, 1), (2, 0))}
        assert by_colour == {jpeg("red"), jpeg("green"), jpeg("blue")}


async def test_what_is_no_zip_at_all_is_refused(place: Place, tmp_path: Path) -> None:
    for name, data in (("empty", b""), ("text", b"j1:dreamina\n" * 50), ("picture", jpeg("red"))):
        file = tmp_path / name
        file.write_bytes(data)
        assert await refused(place, file) == "It is damaged or was not copied to its end."
    assert "not there" in await refused(place, tmp_path / "none.zip")


async def test_another_zip_is_no_library(place: Place, tmp_path: Path) -> None:
    file = write(tmp_path / "other.zip", {"README.txt": b"hello"})
    assert "no list of contents" in await refused(place, file)
    for manifest in (b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"kind": "other", "format": 1}'):
        assert (
            "list of contents cannot be read"
            in await refused(place, write(tmp_path / "b.zip", {"manifest.json": manifest}))
            or b"other" in manifest
        )


async def test_an_image_that_is_another_does_not_match_its_check_sum(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    members = members_of(archive)
    name = next(name for name in members if "/0002-1" in name)
    members[name] = members[name][:-1] + b"x"
    words = await refused(place, write(tmp_path / "a.zip", members))
    assert words == f"“{name}” in it is damaged."


async def test_an_image_that_is_here_already_is_compared_too(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    members = members_of(archive)
    name = an_image(members)
    members[name] = members[name][:-1] + b"x"
    assert "is damaged" in await refused(place, write(tmp_path / "a.zip", members))


async def test_a_picture_that_is_none_is_refused_though_its_sum_is_right(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    members = members_of(archive)
    name = next(name for name in members if "/0002-1" in name)
    for data in (b"MZ no picture", members[name][:-40], b""):
        digest = hashlib.sha256(data).hexdigest()
        changed = with_library(
            listed(members | {name: data}),
            tmp_path,
            f"UPDATE image SET sha256 = '{digest}' WHERE file = '{name}'",
        )
        words = await refused(place, write(tmp_path / "a.zip", changed))
        assert words.startswith(f"“{name}” in it is no whole picture: it is ")


# -- the list of contents -----------------------------------------------------------------------


def newer(members: Members) -> Members:
    return listed(members, format=2, kind="dreamina-desktop-library", shiny=[1])


def missing(members: Members) -> Members:
    return {name: data for name, data in members.items() if name != an_image(members)}


def extra(members: Members) -> Members:
    return members | {"images/2026-03-02/extra.jpg": jpeg("red")}


def unlisted_library(members: Members) -> Members:
    del members["library.sqlite3"]
    return listed(members)


def larger(members: Members) -> Members:
    manifest = json.loads(members["manifest.json"])
    manifest["files"][1]["size"] += 1
    return members | {"manifest.json": json.dumps(manifest).encode()}


def twice(members: Members) -> Members:
    manifest = json.loads(members["manifest.json"])
    manifest["files"].append(manifest["files"][1])
    return members | {"manifest.json": json.dumps(manifest).encode()}


def huge_counts(members: Members) -> Members:
    return listed(members, jobs=10**30)


def other_counts(members: Members) -> Members:
    return listed(members, jobs=6)


def fewer_images(members: Members) -> Members:
    return listed(missing(members), images=3)


def negative(members: Members) -> Members:
    manifest = json.loads(members["manifest.json"])
    manifest["files"][1]["size"] = -1
    return members | {"manifest.json": json.dumps(manifest).encode()}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (newer, "It was made by a newer Dreamina Desktop. Install the newer version."),
        (missing, "is missing in it."),
        (extra, "is in it and not in its list of contents."),
        (unlisted_library, "Its list of contents is not complete."),
        (larger, "is not as large as its list of contents says."),
        (twice, "Its list of contents names a file twice."),
        (huge_counts, "Its list of contents cannot be read."),
        (other_counts, "The library in it and its list of contents do not agree."),
        (fewer_images, "The library in it and its list of contents do not agree."),
        (negative, "Its list of contents cannot be read."),
    ],
)
async def test_a_list_of_contents_that_is_wrong(
    place: Place,
    archive: Path,
    tmp_path: Path,
    change: Callable[[Members], Members],
    reason: str,
) -> None:
    changed = change(members_of(archive))
    assert (await refused(place, write(tmp_path / "a.zip", changed))).endswith(reason)


# -- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../evil.jpg",
        "images/../../evil.jpg",
        "images/../evil.jpg",
        "/etc/evil.jpg",
        "images//evil.jpg",
        "C:/evil.jpg",
        "images/C:evil/a.jpg",
        "images\\day\\evil.jpg",
        "images/day\\..\\evil/a.jpg",
        "images/day/evil.jpg/x",
        "images/day/evil\x07.jpg",
        "images/day/evil\u202egpj.exe",
        "images/con/evil.jpg",
        "images/day/NUL.jpg",
        "images/day/evil.",
        "images/day/ evil.jpg",
        "images/.parts/evil.part",
        "images/day/" + "e" * 250 + ".jpg",
        "images/",
        "lock",
        "backups/library-000001-20260101-000000.sqlite3",
    ],
)
async def test_a_name_that_leads_elsewhere_is_refused(
    place: Place, archive: Path, tmp_path: Path, name: str
) -> None:
    data = jpeg("blue")
    file = write(tmp_path / "a.zip", listed(members_of(archive) | {name: data}))
    words = await refused(place, file)
    assert "may not be in it: it has a name that leads elsewhere." in words
    assert not found(tmp_path, "*evil*")


async def test_a_name_with_a_nul_is_refused(place: Place, archive: Path, tmp_path: Path) -> None:
    name = an_image(members_of(archive))
    data = read(archive)
    file = tmp_path / "a.zip"
    place_in_directory = data.rindex(name.encode()) + 7
    file.write_bytes(data[:place_in_directory] + b"\0" + data[place_in_directory + 1 :])
    assert "may not be in it" in await refused(place, file)


async def test_names_that_some_systems_hold_for_one_are_refused(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    members = members_of(archive)
    other = an_image(members).upper().replace("IMAGES/", "images/")
    file = write(tmp_path / "a.zip", listed(members | {other: jpeg("blue")}))
    assert "is in it twice" in await refused(place, file)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR])
async def test_a_member_that_is_no_file_is_refused(
    place: Place, archive: Path, tmp_path: Path, kind: int
) -> None:
    members = members_of(archive)
    name = an_image(members)
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o777) << 16
    members[name] = b"/etc/passwd"
    file = write(tmp_path / "a.zip", listed(members), **{name: info})
    assert "is a link or another thing that is no file." in await refused(place, file)


# -- bombs --------------------------------------------------------------------------------------


async def test_a_member_that_grows_a_thousand_times_is_refused(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    members = members_of(archive)
    name = an_image(members)
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    file = write(tmp_path / "a.zip", listed(members | {name: bytes(60_000_000)}), **{name: info})
    assert file.stat().st_size < 200_000
    assert "would grow" in await refused(place, file)


async def test_a_member_that_is_longer_than_it_says_is_not_read_to_its_end(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    """Both headers and the list of contents are of a small file; the packed data is not."""
    members = members_of(archive)
    name = next(name for name in members if "/0002-1" in name)
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    bomb = write(tmp_path / "a.zip", members | {name: bytes(5_000_000)}, **{name: info})
    data = bytearray(bomb.read_bytes())
    true, said = struct.pack("<L", 5_000_000), struct.pack("<L", len(members[name]))
    assert data.count(true) == 2
    bomb.write_bytes(bytes(data).replace(true, said))
    assert "in it is damaged." in await refused(place, bomb)


async def test_an_end_that_promises_millions_of_files_is_refused(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    data = read(archive)
    directory = data.rindex(b"PK\x01\x02")
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 10**9, 10**9, 10**12, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, directory, 1)
    file = tmp_path / "a.zip"
    file.write_bytes(data[:directory] + end + locator + data[-22:])
    assert "It has too many files." in await refused(place, file)


async def test_files_that_lie_over_each_other_are_refused(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    """As bombs have them, whose one part is unpacked a thousand times."""
    members = listed(members_of(archive))
    file = write(tmp_path / "a.zip", members)
    data = bytearray(file.read_bytes())
    name = an_image(members).encode()
    record = data.rindex(b"PK\x01\x02", 0, data.rindex(name))
    struct.pack_into("<L", data, record + 42, 1)  # where its data begins
    file.write_bytes(data)
    assert "lie over each other" in await refused(place, file)


async def test_an_encrypted_member_is_refused(place: Place, archive: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.zip", listed(members_of(archive)))
    data = bytearray(file.read_bytes())
    record = data.index(b"PK\x01\x02")
    data[record + 8] |= 1
    file.write_bytes(data)
    assert "is encrypted" in await refused(place, file)


# -- the library in it --------------------------------------------------------------------------


LIBRARIES = {
    "of a newer program": ("PRAGMA user_version = 500", "by a newer Dreamina Desktop"),
    "of no program": ("PRAGMA user_version = 0", "none of Dreamina Desktop"),
    "of an impossible version": ("PRAGMA user_version = -3", "none of Dreamina Desktop"),
    "with a trigger": (
        "CREATE TRIGGER t AFTER INSERT ON job BEGIN DELETE FROM job; END",
        "tables that are not ours",
    ),
    "with a view": ("CREATE VIEW v AS SELECT 1", "tables that are not ours"),
    "with a view for a table": (
        "ALTER TABLE mark RENAME TO m; CREATE VIEW mark AS SELECT * FROM m",
        "tables that are not ours",
    ),
    "with another table": ("CREATE TABLE evil (a)", "tables that are not ours"),
    "with another column": ("ALTER TABLE job ADD COLUMN evil", "tables that are not ours"),
    "with an index that computes": (
        "CREATE INDEX evil ON job (abs(number))",
        "tables that are not ours",
    ),
    "without a table": ("DROP TABLE collected", "tables that are not ours"),
    "with a state that is none": ("UPDATE image SET state = 'evil'", "is damaged"),
    "with a text that is none": ("UPDATE job SET note = CAST(x'ff' AS TEXT)", "is damaged"),
    "with a batch that is not there": ("DELETE FROM batch", "is damaged"),
    "with the last of all numbers": (
        "UPDATE job SET number = 9223372036854775807 WHERE number = 4; "
        "UPDATE pasted SET number = 9223372036854775807 WHERE number = 4",
        "holds what cannot be",
    ),
    "with endless images": (
        "INSERT INTO image VALUES (4, 1000000000, 'pending', NULL, NULL, NULL, NULL, NULL, '', "
        "NULL, '', '')",
        "holds what cannot be",
    ),
    "with a time that no calendar has": ("UPDATE job SET tracked_at = 9e999", "what cannot be"),
    "with a note of megabytes": (
        "UPDATE job SET note = hex(zeroblob(4000000)) WHERE number = 1",
        "holds what cannot be",
    ),
    "with an ID that cannot be one": (
        "UPDATE job SET jobid = '../../x' WHERE number = 3",
        "a job ID that cannot be one",
    ),
    "with a file that is not in it": (
        "UPDATE image SET file = '/etc/passwd' WHERE number = 1 AND idx = 0",
        "do not agree",
    ),
    "with one file for two images": (
        "UPDATE image SET file = (SELECT file FROM image WHERE number = 2), sha256 = "
        "(SELECT sha256 FROM image WHERE number = 2) WHERE number = 1 AND idx = 0",
        "do not agree",
    ),
    "with another check sum": ("UPDATE image SET sha256 = 'x' WHERE idx = 0", "do not agree"),
}


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_library_that_is_not_ours_is_refused(
    place: Place, archive: Path, tmp_path: Path, library: str
) -> None:
    sql, reason = LIBRARIES[library]
    changed = with_library(members_of(archive), tmp_path, sql)
    assert reason in await refused(place, write(tmp_path / "a.zip", changed))


async def test_a_file_that_is_no_database_is_refused(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    members = members_of(archive)
    good = members["library.sqlite3"]
    for data in _no_databases(good):
        changed = listed(members | {"library.sqlite3": data})
        words = await refused(place, write(tmp_path / "a.zip", changed))
        assert words.startswith("The library in it is")


def _no_databases(good: bytes) -> Iterator[bytes]:
    yield b""
    yield b"no database" * 1000
    yield good[: len(good) // 2]
    yield good[:4096] + bytes(len(good) - 4096)
    stream = io.BytesIO(good)
    stream.seek(18)
    stream.write(b"\x09\x09")  # as of a SQLite to come
    yield stream.getvalue()
    page = 4096
    for at in range(page, len(good), 3 * page):
        yield good[:at] + b"\xaa" * page + good[at + page :]


async def test_marks_and_names_from_elsewhere_are_cleaned(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    """What is no damage, and yet nothing that could have been typed here."""
    changed = with_library(
        members_of(archive),
        tmp_path,
        "UPDATE mark SET tags = json_array('a' || char(8238) || 'b', '', 'x'), "
        "note = char(7) || 'n' WHERE number = 2;"
        "UPDATE collection SET name = '  ' || char(10) || 'Selects ' || hex(zeroblob(200))",
    )
    await place.add(write(tmp_path / "a.zip", changed))
    marks = place.library.job(2).marks_of(0)
    assert (marks.tags, marks.note) == (("a b", "x"), "n")
    (collection,) = place.collections.all()
    assert len(collection.name) == 80
    assert collection.name.startswith("Selects 000")
