"""Part files are private, whole when closed, and gone when discarded."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from dreamina_desktop.files.parts import PartFiles, part_files


@pytest.fixture
def parts(tmp_path: Path) -> PartFiles:
    return PartFiles(tmp_path / "images" / ".parts")


def test_what_is_written_is_there_when_the_file_is_closed(parts: PartFiles) -> None:
    part = parts.new()
    part.write(b"one ")
    part.write(b"")
    part.write(b"two" * 100_000)
    part.close()
    assert part.path.read_bytes() == b"one " + b"two" * 100_000
    assert part.path.suffix == ".part"


def test_each_file_is_another_one(parts: PartFiles) -> None:
    files = [parts.new() for _ in range(20)]
    assert len({file.path for file in files}) == 20
    for file in files:
        file.discard()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_the_user_can_read_it(parts: PartFiles) -> None:
    part = parts.new()
    part.close()
    path = part.path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_discarded_file_is_gone_and_more_calls_do_nothing(parts: PartFiles) -> None:
    part = parts.new()
    part.write(b"bytes")
    part.discard()
    assert not part.path.exists()
    part.write(b"late bytes of another thread")
    part.close()
    part.discard()
    assert not part.path.exists()


def test_a_closed_file_can_be_discarded(parts: PartFiles) -> None:
    part = parts.new()
    part.close()
    part.discard()
    assert not part.path.exists()


def test_discarding_waits_for_a_write_in_another_thread(parts: PartFiles) -> None:
    for _ in range(20):
        part = parts.new()
        thread = threading.Thread(target=part.write, args=(b"x" * 3_000_000,))
        thread.start()
        part.discard()
        thread.join()
        assert not part.path.exists()


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        PartFiles(tmp_path / "file" / "folder").new()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error(parts: PartFiles) -> None:
    part = parts.new()
    with open("/dev/full", "wb", buffering=0) as full:
        os.dup2(full.fileno(), part._file.fileno())
        with pytest.raises(OSError, match="space"):
            part.write(b"bytes")
    part.discard()
    assert not part.path.exists()


def test_leftovers_of_a_killed_run_are_removed_and_nothing_else(parts: PartFiles) -> None:
    part = parts.new()
    part.close()
    leftover = part.path
    image = leftover.with_name("0001-1 image.jpg")
    image.write_bytes(b"kept")
    parts.remove_leftovers()
    assert not leftover.exists()
    assert image.read_bytes() == b"kept"


def test_a_whole_image_that_was_not_recorded_keeps_its_part(
    parts: PartFiles, tmp_path: Path
) -> None:
    part = parts.new()
    part.close()
    os.link(part.path, tmp_path / "0001-1 image.jpg")
    parts.remove_leftovers()
    assert part.path.exists()


def test_there_may_be_no_folder_to_look_for_leftovers_in(parts: PartFiles, tmp_path: Path) -> None:
    parts.remove_leftovers()
    assert list(tmp_path.iterdir()) == []


def place_of_new(parts: PartFiles) -> Path:
    """The folder in which a new file is made."""
    part = parts.new()
    part.close()
    return part.path.parent


needs_descriptors = pytest.mark.skipif(os.name == "nt", reason="Windows has no such folders")


@needs_descriptors
def test_a_link_in_place_of_the_folder_is_not_followed(parts: PartFiles, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "theirs.part").write_bytes(b"theirs")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / ".parts").symlink_to(elsewhere)
    parts.remove_leftovers()
    part = parts.new()
    part.write(b"bytes")
    part.close()
    assert part.path == tmp_path / "images" / ".parts-2" / part.path.name
    assert part.path.read_bytes() == b"bytes"
    assert [file.name for file in elsewhere.iterdir()] == ["theirs.part"]


@needs_descriptors
def test_a_folder_that_others_may_write_to_is_not_trusted(parts: PartFiles, tmp_path: Path) -> None:
    theirs = tmp_path / "images" / ".parts"
    theirs.mkdir(parents=True)
    theirs.chmod(0o777)
    (theirs / "theirs.part").write_bytes(b"theirs")
    parts.remove_leftovers()
    assert place_of_new(parts).name == ".parts-2"
    assert place_of_new(parts).name == ".parts-2"
    assert [file.name for file in theirs.iterdir()] == ["theirs.part"]
    theirs.chmod(0o700)
    assert place_of_new(parts).name == ".parts"
    parts.remove_leftovers()
    assert part_files(tmp_path / "images") == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives a folder away")
def test_somebody_elses_folder_is_not_trusted(parts: PartFiles, tmp_path: Path) -> None:
    theirs = tmp_path / "images" / ".parts"
    theirs.mkdir(parents=True, mode=0o755)
    os.chown(theirs, 12345, -1)
    assert place_of_new(parts).name == ".parts-2"
    assert list(theirs.iterdir()) == []


@needs_descriptors
def test_on_a_disk_without_rights_the_folder_is_used_as_it_is(
    parts: PartFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAT: all that is made there belongs to whom the mount says."""
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    first = parts.new()
    assert first.path.parent == parts.folder
    assert place_of_new(parts) == parts.folder
    first.close()
    assert first.path in part_files(tmp_path / "images")
    assert [path.name for path in (tmp_path / "images").iterdir()] == [".parts"]


@needs_descriptors
def test_where_every_name_is_a_link_nothing_is_written(parts: PartFiles, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for name in (".parts", *(f".parts-{number}" for number in range(2, 10))):
        (tmp_path / "images" / name).symlink_to(tmp_path)
    with pytest.raises(PermissionError, match="a link or belongs to somebody else"):
        parts.new()
    assert [path.name for path in tmp_path.iterdir()] == ["images"]
