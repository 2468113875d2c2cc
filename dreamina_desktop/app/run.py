"""One start of the program, from its options and its standard input to its exit code."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dreamina_desktop import diagnostics
from dreamina_desktop.app.cli.launch_command import own_command
from dreamina_desktop.app.cli.options import Options
from dreamina_desktop.app.cli.output import Delivery, complain, delivery_of
from dreamina_desktop.app.instance.handover import (
    Address,
    HandoverCall,
    Silence,
    read_address,
    why_silent,
)
from dreamina_desktop.app.instance.request import (
    EXIT_DONE,
    EXIT_ERROR,
    EXIT_GAVE_UP,
    Assignment,
    Picture,
)
from dreamina_desktop.app.process_hardening import forbid_core_dumps, take_token
from dreamina_desktop.app.qt.display import lacking, why_no_window
from dreamina_desktop.app.sandbox_process import SandboxFacts, SandboxProcess
from dreamina_desktop.core.errors import OptionError
from dreamina_desktop.core.export.file_name import path_as_text
from dreamina_desktop.core.export.request import JobsForm
from dreamina_desktop.core.text.unescape import decoded
from dreamina_desktop.core.text.urls import parse_api_url
from dreamina_desktop.files.locations import DataLock, Locations

MAX_BYTES = 64 * 1024 * 1024


def read_standard_input() -> str:
    """Everything up to its end; blocks until then. What is beyond 64 MB is left out, and said."""
    if sys.stdin is None:
        return ""
    data = sys.stdin.buffer.read(MAX_BYTES)
    if len(data) == MAX_BYTES and sys.stdin.buffer.read(1):
        complain("Only the first 64 MB of standard input were read: give the rest to another call.")
    return decoded(data)


EXIT_UNUSABLE = 2
HOLDER_SILENT_S = 15.0  # a holder that starts or ends may be silent for a moment
RETRY_S = 0.1
_SILENT = {
    Silence.STOPPED: "{root} is in use by a Dreamina Desktop that was stopped (process {pid}). Let "
    "it go on with kill -CONT {pid}, or end it, and try again. Or give another --data-dir.",
    Silence.STILL: "{root} is in use by a Dreamina Desktop that does not answer (process {pid}). "
    "End it and try again, or give another --data-dir.",
}
DEMO_INTERVAL_S = 2.0  # one watches, and the sandbox does not mind


def run(options: Options) -> int:
    """Do what the options say, here or in the process that holds the data folder."""
    forbid_core_dumps()
    token = take_token()  # before any process is started, the demo's sandbox too
    if options.has_window and (reason := why_no_window()):
        complain(reason)
        return EXIT_UNUSABLE
    try:
        delivery = delivery_of(options)
        if options.demo:
            with _demo_folder() as folder, _sandbox(options) as sandbox:
                if options.poll_interval_s is None:
                    options = replace(options, poll_interval_s=DEMO_INTERVAL_S)
                return _run_in(options, Locations.at(folder), sandbox, None, delivery)
        return _run_in(options, Locations.at(options.data_dir), None, token, delivery)
    except OptionError as error:
        complain(str(error))
        return EXIT_UNUSABLE
    except OSError as error:
        complain(diagnostics.redact(str(error)))
        return EXIT_ERROR
    except ImportError as error:
        if (lacks := lacking(error)) is None:
            raise
        complain(lacks)
        return EXIT_UNUSABLE


@contextmanager
def _demo_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dreamina-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _sandbox(options: Options) -> Iterator[SandboxProcess]:
    # Nobody watches while a picture is made: the jobs need not take their time.
    sandbox = SandboxProcess(("--speed", "60") if options.waits else ())
    try:
        yield sandbox
    finally:
        sandbox.close()


@dataclass(slots=True)
class _Start:
    """What this start was asked to do, the text that it has read so far, and where results go."""

    options: Options
    locations: Locations
    sandbox: SandboxProcess | None
    token: str | None  # the environment's
    text: str
    delivery: Delivery
    is_tracked: bool = False  # the IDs are on disk: a stop ends the waiting, not the export

    def read_standard_input(self) -> None:
        """Once, if that was asked for: a second attempt would find it empty."""
        if self.options.read_stdin:
            self.text = f"{self.text}\n{read_standard_input()}"
            self.options = replace(self.options, read_stdin=False)

    def stop(self, _signal: int, _frame: object) -> None:
        """An ending signal, while no event loop answers it."""
        if not self.is_tracked:
            complain("Stopped before the work began.")
            raise SystemExit(EXIT_GAVE_UP)
        self.delivery.stopped = True


def _run_in(
    options: Options,
    locations: Locations,
    sandbox: SandboxProcess | None,
    token: str | None,
    delivery: Delivery,
) -> int:
    locations.create()
    with _writable(locations) as places:
        return _run_at(options, places, sandbox, token, delivery)


@contextmanager
def _writable(locations: Locations) -> Iterator[Locations]:
    """A data folder that may only be read is looked at in a copy."""
    if locations.may_be_written():
        yield locations
        return
    from dreamina_desktop.library.read_only import copied  # noqa: PLC0415 - seldom needed

    with copied(locations) as places:
        yield places


def _run_at(
    options: Options,
    locations: Locations,
    sandbox: SandboxProcess | None,
    token: str | None,
    delivery: Delivery,
) -> int:
    diagnostics.set_up(locations.log_file)
    diagnostics.hook_lost_exceptions()
    start = _Start(options, locations, sandbox, token, "\n".join(options.texts), delivery)
    while (code := _run_once(start)) is None:
        start.is_tracked = True
        gc.collect()  # a call that was just accepted is closed, and its caller does not wait for us
        _wait_for_window(start)
    return code


def _run_once(start: _Start) -> int | None:
    """The exit code; None when the data folder was given to a start with a window."""
    if start.options.has_window:
        lock = _take(start)
    else:
        with _signals_go_to(start.stop):
            start.read_standard_input()
            lock = _take(start)
    if isinstance(lock, int):
        return lock
    with lock:
        return _run_here(start)


def ending_signals() -> Sequence[signal.Signals]:
    """The signals that ask the program to end: Ctrl+C, the system's wish, and a terminal that was
    closed, unless whoever started the program wants it to outlive that (nohup)."""
    signals = [signal.SIGINT, signal.SIGTERM]
    if os.name != "nt" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)
    return signals


@contextmanager
def _signals_go_to(handler: Callable[[int, object], None]) -> Iterator[None]:
    """Those that ask the program to end, while there is no event loop."""
    before = {number: signal.signal(number, handler) for number in ending_signals()}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _take(start: _Start) -> DataLock | int:
    """The data folder's lock; or the exit code, when its holder did the work."""
    options, locations = start.options, start.locations
    lock = DataLock(locations.lock_file)
    deadline = time.monotonic() + HOLDER_SILENT_S
    while not lock.acquire():
        address, asked = read_address(locations.address_file), time.monotonic()
        try:
            if address and (silence := why_silent(address, _url(options))):
                complain(_SILENT[silence].format(root=locations.root, pid=address.pid))
                return EXIT_ERROR
        except OSError:
            address = None  # it has ended, or is about to
            deadline += time.monotonic() - asked  # it was there all the while
        if address is not None and (address.draws or not _needs_window(options)):
            start.read_standard_input()
            try:
                return _hand_over(start, address)
            except OSError:
                pass
        elif address is not None:
            if options.has_window and (code := _take_over(options, address)) != EXIT_DONE:
                return code
            deadline = time.monotonic() + HOLDER_SILENT_S  # without a window it ends by itself
        if time.monotonic() > deadline:
            complain(
                f"{locations.root} is in use by a program that does not answer. End it and try "
                "again, or give another --data-dir."
            )
            return EXIT_ERROR
        time.sleep(RETRY_S)
    return lock


def _needs_window(options: Options) -> bool:
    return options.has_window or options.screenshot is not None


def _wait_for_window(start: _Start) -> None:
    """Until the start that took over answers; should it fail, its work is ours again."""
    deadline = time.monotonic() + HOLDER_SILENT_S
    was_held = False
    with _signals_go_to(start.stop):
        while time.monotonic() < deadline:
            address = read_address(start.locations.address_file)
            if address is not None and address.draws:
                return
            is_held = _is_held(start.locations)
            if was_held and not is_held:
                return  # it has ended already
            was_held |= is_held
            time.sleep(RETRY_S)


def _is_held(locations: Locations) -> bool:
    lock = DataLock(locations.lock_file)
    if not lock.acquire():
        return True
    with lock:
        return False


def _run_here(start: _Start) -> int | None:
    options, locations, sandbox = start.options, start.locations, start.sandbox
    if options.has_window:
        gc.disable()  # nothing that is loaded is garbage; app.qt.garbage takes over
        from dreamina_desktop.app.window import run_window  # noqa: PLC0415 - loads Qt

        return run_window(options, locations, start.text, sandbox, start.token)
    from dreamina_desktop.app.headless import run_headless  # noqa: PLC0415 - loads the services

    facts = sandbox.read_facts() if sandbox else None
    assignment = assignment_of(options, start.text, facts)
    return run_headless(options, locations, assignment, start.delivery, facts, start.token)


def assignment_of(options: Options, text: str, facts: SandboxFacts | None) -> Assignment:
    """What these options ask of the data folder, whoever holds it."""
    picture = Picture(*options.size, options.theme) if options.screenshot else None
    sample = "\n".join(facts.jobids()) if facts else ""
    return Assignment(
        text="\n".join(part for part in (sample, text) if part.strip()),
        waits=options.waits,
        give_up_s=options.give_up_s,
        picture=picture,
        exports=options.export is not None,
        export_form=JobsForm.CSV if options.exports_csv else JobsForm.JSON,
        only=options.only,
        collection=options.collection,
        save_library=path_as_text(str(options.save_library or "")),
        add_library=path_as_text(str(options.add_library or "")),
        activates=options.has_window and not options.background,
        api_url=parse_api_url(facts.api_url).url if facts else _url(options),
    )


def _url(options: Options) -> str:
    assert options.api_url is not None
    return options.api_url.url


def _take_over(options: Options, address: Address) -> int:
    """Ask a holder without a window to give way; not 0 when it may not."""
    delivery = Delivery()
    with (
        contextlib.suppress(OSError),  # it ends, which is what we want
        contextlib.closing(HandoverCall(address)) as call,
    ):
        for reply in call.send(Assignment(takes_over=True, api_url=_url(options))):
            delivery.take(reply)
    return delivery.exit_code or EXIT_DONE


def _hand_over(start: _Start, address: Address) -> int:
    """Let the holder do it. Raises OSError when it ends before its last reply."""
    call = HandoverCall(address)

    def stop(_signal: int, _frame: object) -> None:
        start.delivery.stopped = True
        call.stop()

    assignment = assignment_of(start.options, start.text, None)
    with _signals_go_to(stop), contextlib.closing(call):
        if start.delivery.stopped:
            call.stop()
        for reply in call.send(assignment):
            start.delivery.take(reply)
    code = start.delivery.exit_code
    return EXIT_GAVE_UP if code is None else code


def start_demo() -> None:
    """A demo in a process of its own, which goes on when this one ends."""
    subprocess.Popen(own_command("--demo"), start_new_session=os.name != "nt")
