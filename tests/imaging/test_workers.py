"""Workers decode, survive a death, and end with the program."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import io
import itertools
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

from dreamina_desktop.core.jobs.answer import Invalid, Undecodable, Verified
from dreamina_desktop.imaging import process_limits, worker_process
from dreamina_desktop.imaging import workers as module
from dreamina_desktop.imaging.workers import DIED, OVER_TIME, DecoderDiedError, ImagingWorkers

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


async def test_an_image_over_which_workers_die_again_and_again_is_told_and_others_go_on(
    workers: ImagingWorkers, fifo: Path, picture: Picture, encoded: Encoded, save: Save
) -> None:
    work = asyncio.create_task(workers.verify(fifo))
    for _ in range(3):
        await kill_reader(fifo)
    assert await asyncio.wait_for(work, 60) == Undecodable(DIED)
    file = save(encoded(picture(), "JPEG"))
    assert await workers.verify(file) == Verified("jpg", 200, 100)


async def kill_reader(fifo: Path) -> None:
    """Kill the worker as soon as it has opened a fifo, from which nothing comes."""
    async with asyncio.timeout(60):
        while (writer := opened_by_a_reader(fifo)) is None:  # noqa: ASYNC110 - the kernel's news
            await asyncio.sleep(0.01)
    try:
        pids = worker_ids(os.getpid())
        os.kill(pids[0], signal.SIGKILL)
        assert await ended(pids)
    finally:
        os.close(writer)


def opened_by_a_reader(fifo: Path) -> int | None:
    try:
        return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None  # nobody waits


async def test_where_good_pictures_kill_too_it_is_this_machine(
    workers: ImagingWorkers, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    async def dying(work: functools.partial[object], *, cpu_s: float) -> None:
        tried.append(work.func.__name__)
        raise DecoderDiedError(DIED)

    monkeypatch.setattr(workers, "_run", dying)
    with pytest.raises(OSError, match="died"):
        await workers.verify(save(b"any"))
    with pytest.raises(OSError, match="died"):
        await workers.thumbnails([save(b"any")])
    assert tried == [*["header"] * 2, "prove_decoder", *["thumbnails"] * 2, "prove_decoder"]


async def test_decoding_that_does_not_end_is_ended_by_its_processor_time(
    workers: ImagingWorkers, save: Save, picture: Picture, encoded: Encoded
) -> None:
    """A process that waits takes none, however long it waits."""
    with pytest.raises(DecoderDiedError) as raised:
        await workers._run(functools.partial(sum, itertools.repeat(1)), cpu_s=0.2)
    assert raised.value.reason == OVER_TIME
    await workers._run(functools.partial(time.sleep, 0.3), cpu_s=0.2)
    for _ in range(2):  # what one piece of work took is not counted for the next
        await workers._run(functools.partial(sum, range(2_000_000)), cpu_s=5)
    assert await workers.verify(save(encoded(picture(), "JPEG"))) == Verified("jpg", 200, 100)


def scans_without_end(progressive: bytes, times: int) -> bytes:
    """Its last scan so many times more: each has to be decoded for all of the picture."""
    last = progressive.rindex(b"\xff\xda")
    return progressive[:-2] + progressive[last:-2] * times + b"\xff\xd9"


async def test_a_jpeg_of_endless_scans_is_kept_and_others_go_on(
    workers: ImagingWorkers,
    save: Save,
    encoded: Encoded,
    picture: Picture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LEAST_CPU_S", 0.4)
    monkeypatch.setattr(module, "CPU_S_A_MEGAPIXEL", 0.0)
    flat = encoded(Image.new("RGB", (2048, 2048), "red"), "JPEG", progressive=True)
    endless = save(scans_without_end(flat, 20_000), "endless.jpg")
    assert endless.stat().st_size < 10_000_000
    good = save(encoded(picture(), "JPEG"), "good.jpg")
    work = [asyncio.create_task(workers.verify(endless)) for _ in range(2)]
    for _ in range(5):
        assert await workers.verify(good) == Verified("jpg", 200, 100)
    assert not all(one.done() for one in work)
    assert await asyncio.wait_for(asyncio.gather(*work), 120) == [Undecodable(OVER_TIME)] * 2
    assert (await workers.thumbnails([good, endless]))[0] is not None


async def test_a_worker_that_neither_works_nor_answers_is_replaced(
    workers: ImagingWorkers,
    fifo: Path,
    save: Save,
    picture: Picture,
    encoded: Encoded,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A disk that does not answer, for one: that says nothing about an image."""
    monkeypatch.setattr(module, "HUNG_S", 0.5)
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.05)
    with pytest.raises(OSError, match="did not answer"):
        await workers.verify(fifo)
    monkeypatch.setattr(module, "HUNG_S", 60.0)
    assert await workers.verify(save(encoded(picture(), "JPEG"))) == Verified("jpg", 200, 100)


async def test_work_of_before_does_not_hide_that_a_worker_hangs(
    workers: ImagingWorkers, fifo: Path, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    await workers.verify(save(b"no picture"))
    looks: list[int] = []

    def used(pid: int) -> float:
        looks.append(pid)
        return 100.0

    monkeypatch.setattr(module, "used_cpu_s", used)
    monkeypatch.setattr(module, "HUNG_S", 0.2)
    with pytest.raises(OSError, match="did not answer"):
        await workers.verify(fifo)
    assert len(looks) == 2  # when it began, and once more


async def test_a_worker_at_work_is_not_taken_for_a_hung_one(
    workers: ImagingWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HUNG_S", 0.5)
    monkeypatch.setattr(module, "LEAST_WORK_S", -1.0)  # the machine may be busy
    with pytest.raises(DecoderDiedError) as raised:
        await workers._run(functools.partial(sum, itertools.repeat(1)), cpu_s=1.0)
    assert raised.value.reason == OVER_TIME


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EMFILE, "Too many open files"),
        OSError(errno.EAGAIN, "Resource temporarily unavailable"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        MemoryError(),
    ],
    ids=repr,
)
@pytest.mark.parametrize("where", ["SpawnProcess.start", "SpawnContext.Pipe"])
async def test_a_worker_that_cannot_be_started_is_trouble_of_this_machine(
    where: str,
    error: Exception,
    workers: ImagingWorkers,
    save: Save,
    picture: Picture,
    encoded: Encoded,
) -> None:
    def refuse(*_: object) -> None:
        raise error

    file = save(encoded(picture(), "JPEG"))
    before = len(os.listdir("/proc/self/fd"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"multiprocessing.context.{where}", refuse)
        for _ in range(3):
            with pytest.raises(OSError, match=r"."):
                await workers.verify(file)
    assert len(os.listdir("/proc/self/fd")) == before
    assert await workers.verify(file) == Verified("jpg", 200, 100)


async def test_no_thread_to_talk_with_a_worker_is_trouble_of_this_machine(
    workers: ImagingWorkers, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(OSError, match="no thread"):
        await workers.verify(save(b"any"))


def unreadable() -> object:
    raise ImportError("Python was replaced")


class Unreadable:
    """Cannot be unpickled anywhere."""

    def __reduce__(self) -> tuple[Callable[[], object], tuple[()]]:
        return unreadable, ()

    def __call__(self) -> None: ...


async def test_a_worker_that_cannot_read_its_work_ends(
    workers: ImagingWorkers, save: Save, picture: Picture, encoded: Encoded
) -> None:
    with pytest.raises(DecoderDiedError):
        await asyncio.wait_for(workers._run(Unreadable(), cpu_s=1.0), 60)
    assert await workers.verify(save(encoded(picture(), "JPEG"))) == Verified("jpg", 200, 100)


async def test_what_needs_more_memory_than_is_free_waits(
    workers: ImagingWorkers, save: Save, encoded: Encoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = save(encoded(Image.new("L", (8000, 5001)), "PNG"), "large.png")
    monkeypatch.setattr(process_limits, "free_bytes", lambda: 100_000_000)
    with pytest.raises(OSError, match="it needs 240 MB of memory, and 100 MB are free"):
        await workers.verify(large)
    with pytest.raises(OSError, match="memory"):
        await workers.thumbnails([large])
    monkeypatch.setattr(process_limits, "free_bytes", lambda: None)
    assert await workers.verify(large) == Verified("png", 8000, 5001)


@pytest.mark.skipif(os.name == "nt", reason="no fork there")
@pytest.mark.parametrize("has_timer", [False, True])
def test_the_limit_of_processor_time_works_with_and_without_a_timer(
    has_timer: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "_HAS_TIMER", has_timer)
    monkeypatch.setattr(worker_process, "_LOOK_EVERY_S", 0.05)
    pid = os.fork()
    if pid == 0:
        limit = worker_process._TimeLimit()
        limit.begin(0.01)
        limit.end()
        sum(range(2_000_000))  # takes more, and has no limit
        limit.begin(0.2)
        while True:
            sum(range(1000))
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) in worker_process.OVER_TIME_CODES


def test_free_memory_and_the_time_of_a_process_are_known_here() -> None:
    free = process_limits.free_bytes()
    assert free is not None
    assert free > 0
    assert (process_limits.used_cpu_s(os.getpid()) or 0.0) > 0
    assert process_limits.used_cpu_s(2**22 + 1) is None


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

    async def dying(work: functools.partial[object], *, cpu_s: float) -> object:
        if work.args and isinstance(work.args[0], list) and deadly in work.args[0]:
            raise DecoderDiedError(DIED)
        return await run(work, cpu_s=cpu_s)

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

    async def counting(work: functools.partial[object], *, cpu_s: float) -> object:
        name, (first, *more) = work.func.__name__, work.args
        is_large = first == large and name == "verify"
        if not is_large and (name != "thumbnails" or more[0] is not None):
            return await run(work, cpu_s=cpu_s)
        running["large"] += 1
        running["most"] = max(running["most"], running["large"])
        try:
            return await run(work, cpu_s=cpu_s)
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
    work = asyncio.create_task(workers._run(functools.partial(bytes, LONG), cpu_s=60))
    [pid] = await spawned(1)
    before = bytes_read()
    await some_of_it_came(before)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(DecoderDiedError):
        await asyncio.wait_for(work, 60)
    assert await workers._run(functools.partial(bytes, 7), cpu_s=60) == bytes(7)
    assert pid not in worker_ids(os.getpid())


async def test_closing_in_the_middle_of_an_answer_waits_for_no_rest() -> None:
    workers = ImagingWorkers()
    work = asyncio.create_task(workers._run(functools.partial(bytes, LONG), cpu_s=60))
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
