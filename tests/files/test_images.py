"""Originals: whole, never overwritten, never renamed."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dreamina_desktop.files.atomic import write_atomically
from dreamina_desktop.files.images import ImageFiles
from dreamina_desktop.files.parts import PARTS, PartFiles
from dreamina_desktop.files.unique_name import name_part


@pytest.fixture
def files(tmp_path: Path) -> Iterator[ImageFiles]:
    with ThreadPoolExecutor(1) as disk:
        yield ImageFiles(tmp_path / "images", disk)


def part(tmp_path: Path, content: bytes) -> Path:
    """Each has a name of its own, as the real ones have."""
    folder = tmp_path / "images" / PARTS
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{len(list(folder.iterdir()))}.part"
    file.write_bytes(content)
    return file


async def test_a_part_gets_its_name_and_goes_when_it_is_discarded(
    files: ImageFiles, tmp_path: Path
) -> None:
    source = part(tmp_path, b"picture")
    kept = await files.keep(source, "2026-03-02", "0214-2 aurora", "jpg")
    assert kept == tmp_path / "images" / "2026-03-02" / "0214-2 aurora.jpg"
    await files.discard(source)
    assert kept.read_bytes() == b"picture"
    assert not source.exists()


async def test_an_image_that_was_not_recorded_is_found_by_its_part(
    files: ImageFiles, tmp_path: Path
) -> None:
    source = part(tmp_path, b"picture")
    kept = await files.keep(source, "day", "0214-2 aurora", "jpg")
    (kept.parent / "0214-2 aurora copy.jpg").write_bytes(b"picture")  # the user's own
    assert await files.unrecorded() == [(source, kept)]
    assert await files.digest(kept) == (7, hashlib.sha256(b"picture").hexdigest())
    await files.discard(source)
    assert await files.unrecorded() == []


async def test_an_image_that_was_moved_away_before_it_was_recorded_has_no_place(
    files: ImageFiles, tmp_path: Path
) -> None:
    source = part(tmp_path, b"picture")
    kept = await files.keep(source, "day", "0214-2 aurora", "jpg")
    kept.rename(tmp_path / "mine.jpg")
    assert await files.unrecorded() == [(source, None)]


async def test_without_a_folder_nothing_is_unrecorded(files: ImageFiles) -> None:
    assert await files.unrecorded() == []


async def test_where_files_have_one_name_only_a_part_is_moved(
    files: ImageFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_links(monkeypatch, errno.EPERM)
    names = [
        (await files.keep(part(tmp_path, content), "day", "a", "jpg")).name
        for content in (b"one", b"two")
    ]
    assert names == ["a.jpg", "a (2).jpg"]
    assert list((tmp_path / "images" / PARTS).glob("*.part")) == []


def kill_at(count: int) -> None:
    """In this process: SIGKILL before the step of that number, on a disk without links."""
    left = itertools.count(count, -1)

    def before(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            if next(left) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            if real is real_link:
                raise OSError(errno.EPERM, "no links")
            return real(*arguments, **options)

        return step

    real_link = os.link
    for name in ("open", "fsync", "link", "replace", "unlink"):
        setattr(os, name, before(getattr(os, name)))


def ended_by_kill(work: Callable[[], None]) -> bool:
    """In a process of its own; False where it came to its end."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.skipif(os.name == "nt", reason="Windows has links")
@pytest.mark.parametrize("taken", [False, True])
async def test_without_links_a_kill_at_any_step_loses_no_byte(tmp_path: Path, taken: bool) -> None:
    steps = 0
    for steps in itertools.count():
        root = tmp_path / str(steps) / "images"
        source = root / PARTS / "1.part"
        source.parent.mkdir(parents=True, mode=0o700)
        source.write_bytes(b"picture")
        if taken:
            (root / "day").mkdir()
            (root / "day" / "0214-2 a.jpg").write_bytes(b"the user's own")

        def work(source: Path = source, root: Path = root, steps: int = steps) -> None:
            kill_at(steps)
            name_part(source, root / "day", "0214-2 a", "jpg", notes_place=True)

        was_killed = ended_by_kill(work)
        await look_after_kill(root, was_killed=was_killed, taken=taken)
        if not was_killed:
            break
    assert steps > 5


async def look_after_kill(root: Path, *, was_killed: bool, taken: bool) -> None:
    """As the next start does. What had no place yet was not promised to anybody."""
    part = root / PARTS / "1.part"
    had_place = bool(list((root / PARTS).glob("*.place")))
    assert had_place or (was_killed and part.read_bytes() == b"picture")
    PartFiles(root / PARTS).remove_leftovers()
    with ThreadPoolExecutor(1) as disk:
        files = ImageFiles(root, disk)
        found = await files.unrecorded()
        place = root / "day" / ("0214-2 a (2).jpg" if taken else "0214-2 a.jpg")
        assert found == ([(part, place)] if had_place else [])
        for each, _ in found:
            assert place.read_bytes() == b"picture"
            await files.discard(each)
        assert await files.unrecorded() == []
        assert not had_place or place.read_bytes() == b"picture"
    assert list((root / PARTS).iterdir()) == []
    if taken:
        assert (root / "day" / "0214-2 a.jpg").read_bytes() == b"the user's own"


async def test_a_folder_that_cannot_be_flushed_keeps_no_file(
    files: ImageFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_folder: Path) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr("dreamina_desktop.files.unique_name.flush_folder", refuse)
    source = part(tmp_path, b"picture")
    with pytest.raises(OSError, match="input/output"):
        await files.keep(source, "day", "a", "jpg")
    assert list((tmp_path / "images" / "day").iterdir()) == []
    assert source.read_bytes() == b"picture"


def refuse_links(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "no links")

    monkeypatch.setattr(os, "link", refuse)


async def test_a_name_that_is_taken_is_never_overwritten(files: ImageFiles, tmp_path: Path) -> None:
    names = []
    for content in (b"one", b"two", b"three"):
        kept = await files.keep(part(tmp_path, content), "day", "a", "jpg")
        names.append(kept.name)
        assert kept.read_bytes() == content
    assert names == ["a.jpg", "a (2).jpg", "a (3).jpg"]


async def test_a_folder_that_cannot_be_made_leaves_the_part(
    files: ImageFiles, tmp_path: Path
) -> None:
    source = part(tmp_path, b"picture")
    (tmp_path / "images" / "day").write_bytes(b"a file where the folder should be")
    with pytest.raises(OSError, match="day"):
        await files.keep(source, "day", "a", "jpg")
    assert source.read_bytes() == b"picture"


async def test_missing_and_empty_files_are_told_apart_from_good_ones(
    files: ImageFiles, tmp_path: Path
) -> None:
    good, empty, gone = (tmp_path / name for name in ("good", "empty", "gone"))
    good.write_bytes(b"x")
    empty.touch()
    names = [str(good), str(empty), str(gone)]
    assert await files.missing(names) == {str(empty), str(gone)}


async def test_free_room_is_known_before_the_folder_is_there(files: ImageFiles) -> None:
    free, total = await files.free_bytes()
    assert 0 < free <= total


async def test_discarding_what_is_not_there_is_fine(files: ImageFiles, tmp_path: Path) -> None:
    source = part(tmp_path, b"x")
    await files.discard(source)
    await files.discard(source)
    assert not source.exists()


def test_a_failed_write_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "export.json"
    file.write_bytes(b"before")

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="space"):
        write_atomically(file, b"after")
    assert file.read_bytes() == b"before"
    assert [one.name for one in tmp_path.iterdir()] == ["export.json"]


def test_only_private_files_are_private(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a", b"x", private=True)
    write_atomically(tmp_path / "b", b"x")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    (tmp_path / "c").touch()
    assert (tmp_path / "b").stat().st_mode == (tmp_path / "c").stat().st_mode


async def test_new_images_go_to_the_folder_that_was_chosen_meanwhile(
    files: ImageFiles, tmp_path: Path
) -> None:
    before = await files.keep(part(tmp_path, b"one"), "day", "a", "jpg")
    files.use_folder(tmp_path / "elsewhere")
    kept = await files.keep(part(tmp_path, b"two"), "day", "b", "jpg")
    assert kept == tmp_path / "elsewhere" / "day" / "b.jpg"
    assert before.read_bytes() == b"one"


async def test_a_part_on_another_disk_is_copied_whole(
    files: ImageFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        if Path(source).parent.name == PARTS != Path(target).parent.name:
            raise OSError(errno.EXDEV, "another disk")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    refuse_links(monkeypatch, errno.EXDEV)
    source = part(tmp_path, b"picture")
    kept = await files.keep(source, "day", "a", "jpg")
    assert kept.read_bytes() == b"picture"
    assert [file.name for file in kept.parent.iterdir()] == ["a.jpg"]
    assert not source.exists()


async def test_a_name_is_free_again_when_the_disk_refused(
    files: ImageFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(os, "replace", refuse)
    refuse_links(monkeypatch, errno.EIO)
    source = part(tmp_path, b"picture")
    with pytest.raises(OSError, match="input/output"):
        await files.keep(source, "day", "a", "jpg")
    assert list((tmp_path / "images" / "day").iterdir()) == []
    assert source.read_bytes() == b"picture"


async def test_sizes_tell_what_is_there_and_what_is_not(files: ImageFiles, tmp_path: Path) -> None:
    there, gone = tmp_path / "there", tmp_path / "gone"
    there.write_bytes(b"seven b")
    inside = there / "a file where a folder should be"
    names = [str(there), str(gone), str(inside)]
    assert await files.sizes(names) == {str(there): 7, str(gone): None, str(inside): None}


async def test_a_file_that_cannot_be_asked_for_is_not_said_to_be_gone(
    files: ImageFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise PermissionError(errno.EACCES, "permission denied")

    monkeypatch.setattr(os, "stat", refuse)
    assert await files.sizes(["a"]) == {}


async def test_an_images_files_are_found_by_its_number(files: ImageFiles, tmp_path: Path) -> None:
    day = tmp_path / "images" / "day"
    day.mkdir(parents=True)
    its = ("0214-2 aurora (2).jpg", "0214-2 aurora.jpg", "0214-2.webp")
    others = ("0214-20 a.jpg", "0214-1 a.jpg", "0214-2 a.txt", "0214-2x.jpg", "10214-2 a.jpg")
    for name in (*its, *others):
        (day / name).write_bytes(b"picture")
    (day / "0214-2 empty.jpg").touch()
    found = await files.find(["day", "no such day"], (214, 1))
    assert sorted(file.name for file in found) == sorted(its)
