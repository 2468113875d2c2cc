"""A run with a window: open it, work until it is closed, end within two seconds."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Callable

from dreamina_desktop import diagnostics
from dreamina_desktop.app.cli.options import Options
from dreamina_desktop.app.cli.output import complain
from dreamina_desktop.app.cli.standard_streams import flush_standard_streams
from dreamina_desktop.app.instance.request import EXIT_ERROR, Assignment
from dreamina_desktop.app.program import Program, open_program
from dreamina_desktop.app.qt.application import Application, make_application, run_in_qt
from dreamina_desktop.app.run import ending_signals, read_standard_input, start_demo
from dreamina_desktop.app.sandbox_process import SandboxProcess
from dreamina_desktop.app.screenshot import draw
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.ui.theme import style
from dreamina_desktop.ui.window.main_window import MainWindow
from dreamina_desktop.ui.window.start_dialogs import Preparing, StartError
from dreamina_desktop.ui.window.system_tray import Tray

END_WITHIN_S = 1.6


def run_window(
    options: Options,
    locations: Locations,
    text: str,
    sandbox: SandboxProcess | None,
    token: str | None,
) -> int:
    """Open the window and work until it is closed; 0."""
    application = make_application("system")

    async def work() -> int:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.set_exception_handler(diagnostics.log_loop_exception)
        _end_on_signals(loop, ended.set)
        try:
            return await _work(application, options, locations, text, sandbox, token, ended)
        except OSError as error:
            words = diagnostics.redact(str(error))
            complain(words)
            await _show(StartError(words), ended)
            return EXIT_ERROR

    return run_in_qt(application, work())


async def _show(box: StartError, ended: asyncio.Event) -> None:
    box.finished.connect(lambda _: ended.set())
    box.open()
    await ended.wait()
    box.close()


async def _work(
    application: Application,
    options: Options,
    locations: Locations,
    text: str,
    sandbox: SandboxProcess | None,
    token: str | None,
    ended: asyncio.Event,
) -> int:
    loop = asyncio.get_running_loop()
    facts = await loop.run_in_executor(None, sandbox.read_facts) if sandbox else None
    preparing = Preparing()

    def on_progress(done: int, total: int) -> None:
        loop.call_soon_threadsafe(preparing.show_progress, done, total)

    async with open_program(options, locations, facts, token, on_progress) as program:
        preparing.deleteLater()
        gc.freeze()  # what was loaded stays: a collection need not look through it
        style.apply(application, program.services.preferences.theme)
        window = MainWindow(program.services, has_crashed=program.has_crashed)
        window.closed.connect(ended.set)
        application.quit_asked.connect(window.quit)
        window.demo_requested.connect(start_demo)
        tray = _make_tray(program, window)
        if options.background and program.services.background.keeps:
            tray.show_icon_later()
        else:
            window.show()
        executor = program.executor(
            lambda wanted: draw(application, program.services, wanted),
            on_tracked=window.tell_handed_over,
            on_activated=window.come_to_front,
        )
        async with program.listening(executor, draws=True):
            program.start_work()
            if facts is not None:
                sample = Assignment(text="\n".join(facts.jobids()))
                await program.services.tracker.track(sample.text)
                program.services.undo.clear()
            _track_later(options, program, text, window)
            await ended.wait()
            _end_in_any_case()
            window.remember()
            window.hide()
            tray.show_icon(False)
    return 0


def _make_tray(program: Program, window: MainWindow) -> Tray:
    tray = Tray(program.services, window)
    window.in_background.connect(tray.show_icon)
    tray.open_chosen.connect(window.come_to_front)
    tray.pause_chosen.connect(window.toggle_pause)
    tray.quit_chosen.connect(window.quit)
    return tray


def _track_later(options: Options, program: Program, text: str, window: MainWindow) -> None:
    """The window is there first; standard input may come slowly."""

    async def track(words: str) -> None:
        tracked = await program.services.tracker.track(words)
        window.show_tracked(tracked)
        if options.collection:
            numbers = (*tracked.new, *tracked.known, *tracked.restored)
            await program.services.collections.collect(numbers, options.collection)

    spawn = program.services.supervisor.spawn
    if text and not text.isspace():
        spawn(track(text), "track arguments")
    if options.read_stdin:
        loop = asyncio.get_running_loop()

        def read() -> None:
            words = read_standard_input()
            if not loop.is_closed():
                loop.call_soon_threadsafe(lambda: spawn(track(words), "track standard input"))

        # A daemon: a pipe that never ends must not keep us from ending.
        threading.Thread(target=read, name="standard input", daemon=True).start()


def _end_on_signals(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> None:
    for number in ending_signals():
        if os.name == "nt":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(end))
        else:
            loop.add_signal_handler(number, end)


def _end_in_any_case() -> None:
    """What hangs in the clean-up must not keep the process: all that matters is on disk."""

    def end() -> None:
        flush_standard_streams()
        os._exit(0)

    timer = threading.Timer(END_WITHIN_S, end)
    timer.daemon = True
    timer.start()
