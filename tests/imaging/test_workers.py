"""Workers decode, survive a death, and end with the program."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import select
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from dreamina_desktop.core.answer import Invalid, Verified
from dreamina_desktop.imaging.workers import ImagingWorkers, WorkerDiedError

Picture = Callable[..., Image.Image]
Encoded = Callable[..., bytes]
Save = Callable[..., Path]


@pytest_asyncio.fixture
async def workers() -> AsyncIterator[ImagingWorkers]:
    workers = ImagingWorkers()
    yield workers
    pids = worker_ids(os.getpid())
    await workers.aclose()
    assert await ended(pids)


def worker_ids(parent: int) -> list[int]:
    """The processes that `parent` has spawned to work, not its resource tracker."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue  # it has just ended
        state, parent_id = stat.rpartition(")")[2].split()[:2]
        if int(parent_id) == parent and state != "Z" and b"spawn_main" in line:
            found.append(int(folder.name))
    return found


async def spawned(count: int) -> list[int]:
    """The workers, as soon as there are `count`."""
    async with asyncio.timeout(60):
        while len(pids := worker_ids(os.getpid())) < count:  # noqa: ASYNC110 - the kernel's news
            await asyncio.sleep(0.01)
    return pids


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """A file whose opening blocks for ever."""
    file = tmp_path / "fifo.part"
    os.mkfifo(file)
    return file


def feed(fifo: Path, data: bytes) -> None:
    """Give `data` to whoever waits for a fifo's opening."""
    try:
        handle = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return  # nobody waits
    with contextlib.suppress(BrokenPipeError), os.fdopen(handle, "wb", buffering=0) as pipe:
        pipe.write(data)


async def ended(pids: list[int]) -> bool:
    """Wait for the end of processes, on their own handles; False after 20 s."""
    handles = []
    for pid in pids:
        try:
            handles.append(os.pidfd_open(pid))
        except ProcessLookupError:
            continue
    deadline = time.monotonic() + 20
    try:
        for handle in handles:
            left = max(0.0, deadline - time.monotonic())
            ready = await asyncio.to_thread(select.select, [handle], [], [], left)
            if not ready[0]:
                return False
    finally:
        for handle in handles:
            os.close(handle)
    return True


async def test_a_worker_verifies_and_makes_thumbnails(
    workers: ImagingWorkers, picture: Picture, encoded: Encoded, save: Save
) -> None:
    file = save(encoded(picture(640, 320), "JPEG"))
    assert await workers.verify(file) == Verified("jpg", 640, 320)
    [made] = await workers.thumbnails([file])
    assert made is not None
    assert made.startswith(b"\xff\xd8\xff")


async def test_previews_are_twice_as_large_as_thumbnails(
    workers: ImagingWorkers, encoded: Encoded, save: Save
) -> None:
    file = save(encoded(Image.new("L", (1600, 900)), "PNG"))
    large = save(encoded(Image.new("L", (8000, 5001)), "PNG"), "large.png")
    bad = save(b"no picture", "bad.jpg")
    small, none, from_large = await workers.previews([file, bad, large])
    assert none is None
    sizes = [Image.open(io.BytesIO(one)).size for one in (small, from_large) if one]
    assert sizes == [(640, 360), (640, 400)]


async def test_no_process_is_started_before_there_is_work(workers: ImagingWorkers) -> None:
    assert worker_ids(os.getpid()) == []


async def test_what_a_worker_raises_arrives_here(
    workers: ImagingWorkers, tmp_path: Path, save: Save
) -> None:
    with pytest.raises(FileNotFoundError):
        await workers.verify(tmp_path / "nothing.part")
    assert isinstance(await workers.verify(save(b"no picture")), Invalid)


async def test_a_killed_idle_worker_is_replaced(
    workers: ImagingWorkers, picture: Picture, encoded: Encoded, save: Save
) -> None:
    file = save(encoded(picture(), "JPEG"))
    await workers.verify(file)
    before = worker_ids(os.getpid())
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert await workers.verify(file) == Verified("jpg", 200, 100)
    after = worker_ids(os.getpid())
    assert after
    assert not set(after) & set(before)


async def test_work_in_a_killed_worker_is_done_again(
    workers: ImagingWorkers, fifo: Path, picture: Picture, encoded: Encoded
) -> None:
    work = asyncio.create_task(workers.verify(fifo))
    [pid] = await spawned(1)
    os.kill(pid, signal.SIGKILL)
    assert await ended([pid])
    jpeg = encoded(picture(), "JPEG")
    while not work.done():
        feed(fifo, jpeg)
        await asyncio.sleep(0.01)
    assert await work == Verified("jpg", 200, 100)
    assert pid not in worker_ids(os.getpid())


async def test_a_worker_that_dies_twice_is_an_error_and_the_next_work_goes_on(
    workers: ImagingWorkers, fifo: Path, picture: Picture, encoded: Encoded, save: Save
) -> None:
    work = asyncio.create_task(workers.verify(fifo))
    for _ in range(2):
        [pid] = await spawned(1)
        os.kill(pid, signal.SIGKILL)
        assert await ended([pid])
    with pytest.raises(OSError, match="died twice"):
        await asyncio.wait_for(work, 20)
    file = save(encoded(picture(), "JPEG"))
    assert await workers.verify(file) == Verified("jpg", 200, 100)


async def test_of_several_files_each_gets_its_own_answer(
    workers: ImagingWorkers, picture: Picture, encoded: Encoded, save: Save, tmp_path: Path
) -> None:
    good = save(encoded(picture(640, 320), "JPEG"), "good.jpg")
    bad = save(b"no picture", "bad.jpg")
    made = await workers.thumbnails([good, bad, tmp_path / "nothing.jpg", good])
    assert [one is not None for one in made] == [True, False, False, True]
    assert len(worker_ids(os.getpid())) == 1


async def test_a_file_that_kills_takes_no_other_along(
    workers: ImagingWorkers,
    picture: Picture,
    encoded: Encoded,
    save: Save,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good, deadly = save(encoded(picture(), "JPEG"), "good.jpg"), save(b"", "deadly.jpg")
    run = workers._run

    async def dying(work, files, *more):  # type: ignore[no-untyped-def]
        if deadly in files:
            raise WorkerDiedError("twice")
        return await run(work, files, *more)

    monkeypatch.setattr(workers, "_run", dying)
    made = await workers.thumbnails([good, deadly, good])
    assert [one is not None for one in made] == [True, False, True]


async def test_large_images_are_decoded_one_at_a_time(
    workers: ImagingWorkers, encoded: Encoded, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = save(encoded(Image.new("L", (8000, 5001)), "PNG"), "large.part")
    small = save(encoded(Image.new("L", (80, 50)), "PNG"), "small.part")
    running = {"large": 0, "most": 0}
    run = workers._run

    async def counting(work, file, *more):  # type: ignore[no-untyped-def]
        is_large = file == large and work.__name__ == "verify"
        if not is_large and (work.__name__ != "thumbnails" or more[0] is not None):
            return await run(work, file, *more)
        running["large"] += 1
        running["most"] = max(running["most"], running["large"])
        try:
            return await run(work, file, *more)
        finally:
            running["large"] -= 1

    monkeypatch.setattr(workers, "_run", counting)
    thumbnails = asyncio.create_task(workers.thumbnails([small, large]))
    verdicts = await asyncio.gather(
        *(workers.verify(large) for _ in range(3)), *(workers.verify(small) for _ in range(3))
    )
    assert verdicts == [Verified("png", 8000, 5001)] * 3 + [Verified("png", 80, 50)] * 3
    assert None not in await thumbnails
    assert running["most"] == 1


async def test_closing_ends_workers_that_are_in_the_middle_of_something(fifo: Path) -> None:
    workers = ImagingWorkers()
    work = [asyncio.create_task(workers.verify(fifo)) for _ in range(5)]
    pids = await spawned(2)
    await workers.aclose()
    answers = await asyncio.wait_for(asyncio.gather(*work, return_exceptions=True), 20)
    assert [str(answer) for answer in answers] == ["the program is closing"] * 5
    assert await ended(pids)
    with pytest.raises(OSError, match="closing"):
        await workers.verify(fifo)


LONG = 400_000_000  # bytes of an answer that takes a moment on its way


async def some_of_it_came(before: int) -> None:
    """Until this process has read a part of a long answer; `before`: what it had read by then."""
    async with asyncio.timeout(60):
        while bytes_read() < before + LONG // 8:  # noqa: ASYNC110 - the kernel's news
            await asyncio.sleep(0)


def bytes_read() -> int:
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["rchar"])


async def test_a_worker_killed_in_the_middle_of_its_answer_is_replaced(
    workers: ImagingWorkers,
) -> None:
    work = asyncio.create_task(workers._run(bytes, LONG))
    [pid] = await spawned(1)
    before = bytes_read()
    await some_of_it_came(before)
    os.kill(pid, signal.SIGKILL)
    assert len(await asyncio.wait_for(work, 60)) == LONG
    assert pid not in worker_ids(os.getpid())


async def test_closing_in_the_middle_of_an_answer_waits_for_no_rest() -> None:
    workers = ImagingWorkers()
    work = asyncio.create_task(workers._run(bytes, LONG))
    [pid] = await spawned(1)
    before = bytes_read()
    await some_of_it_came(before)
    await asyncio.wait_for(workers.aclose(), 20)
    with pytest.raises(OSError, match="closing"):
        await work
    assert await ended([pid])


async def test_no_thread_is_left_after_the_end(
    save: Save, encoded: Encoded, picture: Picture
) -> None:
    workers = ImagingWorkers()
    file = save(encoded(picture(80, 50), "png"))
    await asyncio.gather(workers.verify(file), workers.verify(file))
    threads = [one for one in threading.enumerate() if one.name.startswith("imaging")]
    assert len(threads) == 2
    await workers.aclose()
    assert not any(one.is_alive() for one in threads)


PROGRAM = """
    import asyncio, sys
    from pathlib import Path
    from dreamina_desktop.imaging.workers import ImagingWorkers

    async def main():
        import PySide6.QtCore
        workers = ImagingWorkers()
        file = Path(sys.argv[1])
        await asyncio.gather(workers.verify(file), workers.verify(file))
        print("ready", flush=True)
        await asyncio.sleep(600)

    if __name__ == "__main__":
        asyncio.run(main())
"""


def test_workers_end_when_the_program_is_killed(
    picture: Picture, encoded: Encoded, save: Save
) -> None:
    script = save(textwrap.dedent(PROGRAM).encode(), "program.py")
    image = save(encoded(picture(), "JPEG"))
    with subprocess.Popen(
        [sys.executable, script, image],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # multiprocessing tells that it tidies up behind the killed
        text=True,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        pids = worker_ids(program.pid)
        program.kill()
    assert pids
    assert asyncio.run(ended(pids))


def test_what_a_worker_imports_is_free_of_qt_and_http() -> None:
    """A spawned process imports the program's main module, and this package."""
    probe = """
        import sys
        import dreamina_desktop.__main__
        import dreamina_desktop.imaging.workers
        heavy = {"PySide6", "qasync", "httpx", "httpcore", "keyring", "apsw", "dreamina_desktop.ui"}
        print(sorted(heavy & set(sys.modules)))
    """
    answer = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(probe)], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"


def test_the_workers_of_the_program_have_not_loaded_qt(
    picture: Picture, encoded: Encoded, save: Save
) -> None:
    """Though the program itself has."""
    script = save(
        textwrap.dedent("    import dreamina_desktop.__main__\n" + PROGRAM).encode(), "p.py"
    )
    image = save(encoded(picture(), "JPEG"))
    with subprocess.Popen(
        [sys.executable, script, image],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # multiprocessing tells that it tidies up behind the killed
        text=True,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        maps = [Path(f"/proc/{pid}/maps").read_text() for pid in worker_ids(program.pid)]
        own = Path(f"/proc/{program.pid}/maps").read_text()
        program.kill()
    assert "libQt6" in own
    assert maps
    assert all("_imaging" in text and "libQt6" not in text for text in maps)
