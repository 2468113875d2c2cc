"""A run without a window for its user: wait, export, draw a picture, end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any

from dreamina_desktop import diagnostics
from dreamina_desktop.app.cli.options import Options
from dreamina_desktop.app.cli.output import Delivery, complain
from dreamina_desktop.app.instance.request import EXIT_GAVE_UP, Assignment, Draw
from dreamina_desktop.app.program import Program, open_program
from dreamina_desktop.app.qt.display import why_no_picture
from dreamina_desktop.app.run import ending_signals
from dreamina_desktop.app.sandbox_process import SandboxFacts
from dreamina_desktop.core.errors import OptionError
from dreamina_desktop.files.locations import Locations

DrawWith = Callable[[Program], Draw]


def run_headless(
    options: Options,
    locations: Locations,
    assignment: Assignment,
    delivery: Delivery,
    facts: SandboxFacts | None,
    token: str | None,
) -> int | None:
    """Carry out one assignment in this process; its exit code. None: a start with a window takes
    the data folder over, and will do it."""

    def work(draw_with: DrawWith | None) -> Coroutine[Any, Any, int | None]:
        return _work(options, locations, assignment, delivery, facts, token, draw_with)

    if assignment.picture is None:
        return asyncio.run(work(None))
    return _run_with_qt(work)


def _run_with_qt(work: Callable[[DrawWith], Coroutine[Any, Any, int | None]]) -> int | None:
    if (reason := why_no_picture()) is not None:
        raise OptionError(reason)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from dreamina_desktop.app.qt.application import make_application, run_in_qt  # noqa: PLC0415
    from dreamina_desktop.app.screenshot import draw  # noqa: PLC0415 - loads Qt

    application = make_application("light")

    def draw_with(program: Program) -> Draw:
        return lambda wanted: draw(application, program.services, wanted)

    return run_in_qt(application, work(draw_with))


async def _work(
    options: Options,
    locations: Locations,
    assignment: Assignment,
    delivery: Delivery,
    facts: SandboxFacts | None,
    token: str | None,
    draw_with: DrawWith | None,
) -> int | None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(diagnostics.log_loop_exception)
    stop, taken_over = asyncio.Event(), asyncio.Event()
    if delivery.stopped:
        stop.set()

    def end() -> None:
        delivery.stopped = True
        stop.set()

    def give_way() -> None:
        taken_over.set()
        stop.set()

    for number in ending_signals():
        # Windows has no signal handlers on its loops: there Ctrl+C ends the process.
        if os.name != "nt":
            loop.add_signal_handler(number, end)
    async with open_program(options, locations, facts, token) as program:
        if (said := program.services.messages.passing) is not None:
            complain(said.text)
        if program.news:
            complain(program.news)
        draw = draw_with(program) if draw_with else None
        executor = program.executor(
            draw,
            on_tracked=lambda _: None,
            on_activated=lambda: None,
            on_taken_over=give_way,
        )
        async with program.listening(executor, draws=False):
            if assignment.waits:
                program.start_work(ignore_pause=True)
            async for reply in executor.carry_out(assignment, stop):
                if taken_over.is_set() and not delivery.has_begun:
                    return None
                # A pipe may take its time: meanwhile a signal still stops us.
                await asyncio.to_thread(delivery.take, reply)
            if not stop.is_set():
                await program.finish_backup()
    return EXIT_GAVE_UP if delivery.exit_code is None else delivery.exit_code
