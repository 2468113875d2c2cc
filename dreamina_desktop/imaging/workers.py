"""Pillow in two processes of its own: a bomb, a crash or 600 MB stay out of the window's.

The workers are spawned, and a spawned process imports the program's main module anew: keep
`dreamina_desktop.__main__` light, and this package free of Qt.

Trouble of this machine raises OSError and says nothing about an image. A decoder that died was the
image's fault only where it dies twice of it and decodes good pictures in between.
"""

from __future__ import annotations

import asyncio
import errno
import functools
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import ParamSpec, TypeVar

from dreamina_desktop.core.jobs.answer import Undecodable, Verdict
from dreamina_desktop.imaging.picture import Header
from dreamina_desktop.imaging.process_limits import check_memory, used_cpu_s
from dreamina_desktop.imaging.thumbnail import (
    LONGER_SIDE,
    PREVIEW_SIDE,
    Made,
    TooLarge,
    thumbnails,
)
from dreamina_desktop.imaging.verify import header, prove_decoder, verify
from dreamina_desktop.imaging.worker_process import OVER_TIME_CODES, serve

WORKERS = 2
LARGE_BYTES = 200_000_000  # of memory: images that need more are decoded one at a time
LEAST_CPU_S = 10.0  # of processor time, whatever is done
CPU_S_A_MEGAPIXEL = 1.0  # a slow machine takes a fifth of that for the slowest kind
HUNG_S = 60.0  # a process that neither works nor answers for so long hangs
LEAST_WORK_S = 0.1  # of processor time in that: less is none
LOOK_EVERY_S = 1.0  # whether it hangs
END_S = 2.0  # for the end of a process
QUICK = 0.25  # of that time: what takes more goes on alone, and leaves the other process to others
ATTEMPTS = 2  # in which an image ends its decoder alone, before it is said to do so
UNKNOWN = Header()
OVER_TIME = "Decoding it takes longer than it may for a picture of its size."
DIED = "The process that decodes images ends over it."

_T = TypeVar("_T")
_P = ParamSpec("_P")


class ImagingWorkers:
    """Implements services.ports.Imaging. A process is started when it is first needed, and
    anew when it was killed. `aclose` ends them at once."""

    def __init__(self) -> None:
        self._workers = [_Worker() for _ in range(WORKERS)]
        self._free: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        for worker in self._workers:
            self._free.put_nowait(worker)
        self._one_large = asyncio.Lock()
        self._one_doubtful = asyncio.Lock()  # taken last

    async def verify(self, file: Path) -> Verdict:
        """Decode all of its data. Raises OSError when the file cannot be read, or this machine can
        decode nothing now."""
        try:
            promised = await self._decode(UNKNOWN, header, file)
            if promised.needed_bytes <= LARGE_BYTES:
                return await self._decode(promised, verify, file)
            async with self._one_large:
                check_memory(promised.needed_bytes)
                return await self._decode(promised, verify, file)
        except UndecodableError as error:
            return Undecodable(str(error))

    async def thumbnails(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        """Of each a JPEG at most 320 px on its longer side, upright; None where there is none to be
        made. One process does them all, in one go. Raises OSError when this machine can decode
        nothing now, and while the program closes."""
        return await self._small(files, LONGER_SIDE)

    async def previews(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        """The same, at most 640 px on the longer side: for paper."""
        return await self._small(files, PREVIEW_SIDE)

    async def aclose(self) -> None:
        """End the processes at once; work under way ends in OSError."""
        await asyncio.gather(*(worker.aclose() for worker in self._workers))

    async def _small(self, files: Sequence[Path], longer_side: int) -> Sequence[bytes | None]:
        made = await self._thumbnails(files, LARGE_BYTES, longer_side)
        for place, one in enumerate(made):
            if isinstance(one, TooLarge):
                made[place] = await self._large_thumbnail(files[place], one.header, longer_side)
        return [one if isinstance(one, bytes) else None for one in made]

    async def _large_thumbnail(self, file: Path, promised: Header, longer_side: int) -> Made:
        async with self._one_large:
            check_memory(promised.needed_bytes)
            [made] = await self._thumbnails([file], None, longer_side, promised)
            return made

    async def _thumbnails(
        self,
        files: Sequence[Path],
        most_bytes: int | None,
        longer_side: int,
        promised: Header = UNKNOWN,
    ) -> list[Made]:
        if len(files) > 1:
            with suppress(DecoderDiedError):
                work = functools.partial(thumbnails, files, most_bytes, longer_side)
                return await self._run(work, cpu_s=QUICK * len(files) * _cpu_s(promised))
            # One of them kills: it shall not take the others along.
            return [
                one
                for file in files
                for one in await self._thumbnails([file], most_bytes, longer_side)
            ]
        try:
            return await self._decode(promised, thumbnails, files, most_bytes, longer_side)
        except UndecodableError:
            return [None]

    async def _decode(
        self,
        promised: Header,
        work: Callable[_P, _T],
        /,
        *arguments: _P.args,
        **options: _P.kwargs,
    ) -> _T:
        """`work` on one image. Raises UndecodableError where that is what ends the decoder."""
        decode = functools.partial(work, *arguments, **options)
        with suppress(DecoderDiedError):
            return await self._run(decode, cpu_s=QUICK * _cpu_s(promised))
        async with self._one_doubtful:
            return await self._decode_doubtful(promised, decode)

    async def _decode_doubtful(self, promised: Header, decode: Callable[[], _T]) -> _T:
        reason = DIED
        for _ in range(ATTEMPTS):
            try:
                return await self._run(decode, cpu_s=_cpu_s(promised))
            except DecoderDiedError as error:
                reason = error.reason
            prove = functools.partial(prove_decoder, promised.needed_bytes)
            await self._run(prove, cpu_s=LEAST_CPU_S)
        raise UndecodableError(reason)

    async def _run(self, work: Callable[[], _T], *, cpu_s: float) -> _T:
        worker = await self._free.get()
        try:
            return await worker.run(work, cpu_s)
        finally:
            self._free.put_nowait(worker)


class UndecodableError(Exception):
    """An image ended its decoder again and again, and good ones did not. A sentence."""


class DecoderDiedError(OSError):
    """The process ended in the middle of the work, for whatever reason. `reason`: a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__("the process that decodes images died")
        self.reason = reason


_CLOSING = "the program is closing"


def _cpu_s(promised: Header) -> float:
    """How much processor time the decoding of an image may take."""
    return LEAST_CPU_S + CPU_S_A_MEGAPIXEL * promised.pixels / 1e6


class _Worker:
    """One process, and the thread that talks with it: what it is asked goes over a line of its own.

    Not a ProcessPoolExecutor: one whose process dies in the middle of a long answer waits for the
    rest for ever, for it holds the other end of the pipe itself.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="imaging")
        self._lock = threading.Lock()  # of what follows
        self._process: SpawnProcess | None = None
        self._line: Connection | None = None
        self._closed = False
        self._hangs = False

    async def run(self, work: Callable[[], _T], cpu_s: float) -> _T:
        """`work()` in the process. Raises DecoderDiedError when it dies of it, or takes more
        processor time; OSError when none can be started, or it hangs."""
        if self._closed:
            raise OSError(_CLOSING)
        loop = asyncio.get_running_loop()
        try:
            future = loop.run_in_executor(self._thread, self._run, work, cpu_s)
        except RuntimeError as error:  # no more threads
            raise OSError(errno.EAGAIN, "no thread can be started") from error
        watch = loop.create_task(self._end_if_hung(cpu_s), name="watch a decoder")
        future.add_done_callback(lambda _: watch.cancel())
        return await future

    async def aclose(self) -> None:
        """The process ends at once, and the thread with it."""
        self._closed = True
        self._kill()
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        self._let_go()

    async def _end_if_hung(self, cpu_s: float) -> None:
        """What works ends by its limit of processor time, however busy the machine is."""
        before_s = self._used_s() or 0.0
        left_s = HUNG_S + 10 * cpu_s  # where nobody knows whether it works
        while left_s > 0:
            await asyncio.sleep(HUNG_S)
            used_s = self._used_s()
            if used_s is None:
                left_s -= HUNG_S
            elif used_s - before_s < LEAST_WORK_S:
                break
            else:
                before_s = used_s
        self._hangs = True
        self._kill()

    def _used_s(self) -> float | None:
        """Processor time that the process has used; None where that cannot be told."""
        with self._lock:
            process = self._process
        return None if process is None or process.pid is None else used_cpu_s(process.pid)

    def _kill(self) -> None:
        with self._lock:
            if self._process is not None:
                self._process.kill()

    # -- the thread -------------------------------------------------------------------------

    def _run(self, work: Callable[[], _T], cpu_s: float) -> _T:
        self._hangs = False
        line = self._living() or self._start()
        try:
            line.send((work, cpu_s))
            while not line.poll(LOOK_EVERY_S):
                if self._hangs:
                    raise EOFError
            has_worked, answer = line.recv()
        except MemoryError as error:
            self._let_go()
            raise OSError(errno.ENOMEM, "not enough memory") from error
        except Exception as error:  # a half answer is read as anything
            raise self._why_it_ended() from error
        if has_worked:
            return answer  # type: ignore[no-any-return]
        if isinstance(answer, MemoryError | ImportError):  # Python may be being replaced
            raise OSError(str(answer) or "not enough memory") from answer
        raise answer

    def _living(self) -> Connection | None:
        """The line to the process, unless that ended while there was nothing to do."""
        if self._process is not None and not self._process.is_alive():
            self._let_go()
        return self._line

    def _why_it_ended(self) -> OSError:
        code = self._let_go()
        if self._closed:
            return OSError(_CLOSING)
        if self._hangs:
            return OSError("the process that decodes images did not answer")
        return DecoderDiedError(OVER_TIME if code in OVER_TIME_CODES else DIED)

    def _start(self) -> Connection:
        """Raises OSError where the system gives no process, pipe or memory."""
        try:
            return self._started()
        except (RuntimeError, MemoryError) as error:
            raise OSError(errno.EAGAIN, str(error) or "not enough memory") from error

    def _started(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        line, its_line = context.Pipe()
        with closing(its_line):  # else nobody would learn of its death
            try:
                process = context.Process(target=serve, args=(its_line,), daemon=True)
                with self._lock:
                    if self._closed:
                        raise OSError(_CLOSING)
                    process.start()
                    self._process, self._line = process, line
            except BaseException:
                line.close()
                raise
        return line

    def _let_go(self) -> int | None:
        """Its process ends; the next work finds a new one. The exit code, where it had ended."""
        with self._lock:
            process, line = self._process, self._line
            self._process = self._line = None
        if line is not None:
            line.close()
        if process is None:
            return None
        process.join(END_S)
        code = process.exitcode
        process.kill()
        process.join(END_S)  # one that waits for a dead disk ends when that answers
        return code
