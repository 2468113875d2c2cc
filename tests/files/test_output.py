"""Results go into devices, pipes and open descriptors, and in place of regular files only."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dreamina_desktop.files.atomic import part_prefix, write_atomically
from dreamina_desktop.files.output import OutputFile, descriptor_named, is_stream

pytestmark = pytest.mark.skipif(os.name == "nt", reason="devices and pipes as files")
BIG = bytes(range(256)) * 2000  # more than a pipe holds


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for end in (reader, writer):
        os.close(end)


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def all_of(read: int, into: list[bytes]) -> None:
    while data := os.read(read, 65536):
        into.append(data)


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_new_file_has_the_users_mode_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    OutputFile.at(tmp_path / "a.json").write(b"x")
    (tmp_path / "made").touch()
    assert mode(tmp_path / "a.json") == mode(tmp_path / "made")
    assert names(tmp_path) == ["a.json", "made"]


@pytest.mark.parametrize("wanted", [0o600, 0o664, 0o444, 0o4755])
def test_a_file_that_is_there_keeps_its_mode(tmp_path: Path, wanted: int) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"before")
    file.chmod(wanted)
    OutputFile.at(file).write(b"after")
    assert (file.read_bytes(), mode(file)) == (b"after", wanted)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_stays_theirs(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"before")
    os.chown(file, 12345, 54321)
    OutputFile.at(file).write(b"after")
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 54321)


def test_links_stay_and_what_they_lead_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "a.json"
    target.write_bytes(b"before")
    (tmp_path / "near").symlink_to(Path("real", "a.json"))
    (tmp_path / "far").symlink_to("near")
    number = target.stat().st_ino
    OutputFile.at(tmp_path / "far").write(b"after")
    assert (tmp_path / "far").is_symlink()
    assert (tmp_path / "near").is_symlink()
    assert target.read_bytes() == b"after"
    assert target.stat().st_ino != number  # whole or not at all
    (tmp_path / "new").symlink_to(Path("real", "b.json"))
    OutputFile.at(tmp_path / "new").write(b"first")
    assert (tmp_path / "real" / "b.json").read_bytes() == b"first"
    assert names(tmp_path / "real") == ["a.json", "b.json"]


@pytest.mark.parametrize("name", ["n" * 250 + ".json", "ä" * 125 + ".json", "n" * 143])
def test_the_longest_names_work_also_for_files_of_our_own(tmp_path: Path, name: str) -> None:
    for content in (b"first", b"second"):
        OutputFile.at(tmp_path / name).write(content)
        assert (tmp_path / name).read_bytes() == content
    write_atomically(tmp_path / name, b"third", private=True)
    assert names(tmp_path) == [name]


def test_the_names_of_parts_tell_whose_they_are() -> None:
    assert part_prefix("library.rescue") == ".library.rescue."
    long = {part_prefix("n" * 254 + end) for end in "ab"}
    assert len(long) == 2
    assert max(map(len, long)) < 40


def test_a_name_that_is_too_long_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too long"):
        OutputFile(tmp_path / ("n" * 256)).write(b"x")
    assert names(tmp_path) == []


def test_a_device_is_written_into_and_says_what_is_wrong() -> None:
    OutputFile.at(Path("/dev/null")).write(BIG)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(OSError, match="No space left"):
        OutputFile.at(Path("/dev/full")).write(b"x")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_named_pipe_is_waited_for_and_gets_all_of_it(tmp_path: Path) -> None:
    fifo, got = tmp_path / "fifo", list[bytes]()
    os.mkfifo(fifo)
    (tmp_path / "link").symlink_to(fifo)

    def read() -> None:
        got.append(fifo.read_bytes())

    reader = threading.Thread(target=read)

    def begins_to_read() -> bool:
        """Asked the first time when nobody reads yet."""
        if not reader.ident:
            reader.start()
        return False

    OutputFile.at(tmp_path / "link").write(BIG, begins_to_read)
    reader.join()
    assert got == [BIG]
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert names(tmp_path) == ["fifo", "link"]


def test_a_pipe_that_nobody_reads_ends_with_patience_or_a_stop(
    tmp_path: Path, pipe: tuple[int, int]
) -> None:
    os.mkfifo(tmp_path / "fifo")
    for place in (OutputFile.at(tmp_path / "fifo"), OutputFile.on(pipe[1], "pipe")):
        with pytest.raises(TimeoutError, match="nothing read it for 0 seconds"):
            place.write(BIG, patience_s=0.0)
        with pytest.raises(TimeoutError, match="stopped"):
            place.write(BIG, lambda: True)


def test_a_pipe_whose_reader_is_gone_is_an_error() -> None:
    reader, writer = os.pipe()
    place = OutputFile.on(writer, "pipe")
    os.close(writer)
    os.close(reader)
    with pytest.raises(BrokenPipeError):
        place.write(b"x")


def test_the_number_of_a_descriptor_is_written_into(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    for name in (f"/dev/fd/{writer}", f"/proc/self/fd/{writer}"):
        place = OutputFile.at(Path(name))
        assert place.descriptor not in (None, writer)
        place.write(name.encode())
        assert os.read(reader, 100) == name.encode()
    assert not stat.S_ISREG(os.stat(f"/dev/fd/{writer}").st_mode)


def test_a_descriptor_of_a_file_goes_on_where_it_was(tmp_path: Path) -> None:
    """`{ echo first; dreamina-desktop --export /dev/stdout; echo last; } >> file`"""
    file = tmp_path / "log"
    file.write_bytes(b"before\n")
    handle = os.open(file, os.O_WRONLY | os.O_APPEND)
    try:
        OutputFile.at(Path(f"/dev/fd/{handle}")).write(b"export\n")
        os.write(handle, b"last\n")
    finally:
        os.close(handle)
    assert file.read_bytes() == b"before\nexport\nlast\n"


def test_names_of_descriptors_are_known_through_links(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/dev/stdout")
    (tmp_path / "1").touch()
    found = {
        name: descriptor_named(Path(name))
        for name in ("/dev/stdout", "/dev/stderr", "/dev/fd/63", "/proc/self/fd/7", "/dev/null")
    }
    assert found == {
        "/dev/stdout": 1,
        "/dev/stderr": 2,
        "/dev/fd/63": 63,
        "/proc/self/fd/7": 7,
        "/dev/null": None,
    }
    assert descriptor_named(tmp_path / "out") == 1
    assert descriptor_named(tmp_path / "1") is None
    (tmp_path / "round").symlink_to("round")
    assert descriptor_named(tmp_path / "round") is None
    assert [is_stream(Path(name)) for name in ("/dev/null", "/dev/fd/63", "/", __file__)] == [
        *(True, True, False, False)
    ]


def test_a_number_that_is_not_open_is_refused_before_one_of_ours_gets_it() -> None:
    with pytest.raises(OSError, match="descriptor"):
        OutputFile.at(Path("/dev/fd/1000"))


def test_a_file_that_cannot_be_replaced_where_it_is_mounted_is_written_over(
    tmp_path: Path,
) -> None:
    """As containers mount one file: its name cannot be taken."""
    source, place = tmp_path / "source", tmp_path / "place"
    source.write_bytes(b"before, and longer")
    place.touch()
    mounted = subprocess.run(["mount", "--bind", source, place], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this machine does not let us mount")
    try:
        OutputFile.at(place).write(b"after")
        assert names(tmp_path) == ["place", "source"]
    finally:
        subprocess.run(["umount", place], check=True)
    assert source.read_bytes() == b"after"


def test_a_shells_process_substitution_gets_the_result(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; "
        "from dreamina_desktop.files.output import OutputFile; "
        "OutputFile.at(Path(sys.argv[1])).write(b'x' * 500_000)"
    )
    script = f'"{sys.executable}" -c "{program}" >(wc -c > "{tmp_path}/count"; echo done)'
    ended = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, check=True)
    assert ended.stdout == b"done\n"  # which ends when the shell's reader has ended
    assert (tmp_path / "count").read_text().strip() == "500000"
