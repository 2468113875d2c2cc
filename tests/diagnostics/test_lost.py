"""Wherever an exception is lost, it ends in the log, is told, and the program goes on: in a process
of its own, because pytest has hooks too.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

BEGIN = """
import asyncio, gc, os, sys, threading
from pathlib import Path
from dreamina_desktop import diagnostics
diagnostics.set_up(Path(sys.argv[1]))
diagnostics.hook_lost_exceptions()
told = []
def tell(where, error):
    print("told:", where, "/", type(error).__name__, flush=True)
def fail(what):
    raise ValueError(f"{what} by user@example.com with user:1-s3cret")
"""
QT = """
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QObject, QTimer, Signal, qCritical, qWarning
from PySide6.QtWidgets import QWidget
from dreamina_desktop.app.qt.application import make_application, run_in_qt
application = make_application("light")
"""


def run(tmp_path: Path, body: str, *, qt: bool = False) -> tuple[str, str]:
    """What a script printed and logged; it must end well."""
    script = BEGIN + (QT if qt else "") + textwrap.dedent(body) + '\nprint("went on")\n'
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "a.log")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    logged = (tmp_path / "a.log").read_text()
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.endswith("went on\n"), ended.stderr
    for text in (logged, ended.stdout, ended.stderr):
        assert "s3cret" not in text
        assert "user@example.com" not in text
    return ended.stdout, logged


def test_a_slot_and_an_event_handler(tmp_path: Path) -> None:
    body = """
    class Widget(QWidget):
        changed = Signal()
        def paintEvent(self, event):
            fail("a paint")
    async def main():
        widget = Widget()
        widget.changed.connect(lambda: fail("a slot"))
        widget.changed.emit()
        widget.show()
        QTimer.singleShot(0, lambda: fail("a timer"))
        await asyncio.sleep(0.2)
        widget.hide()
        return 0
    with diagnostics.telling(tell):
        run_in_qt(application, main())
    """
    out, logged = run(tmp_path, body, qt=True)
    for what in ("a slot", "a paint", "a timer"):
        assert f"ValueError: {what} by [address]" in logged
    assert out.count("told: uncaught / ValueError") >= 3


def test_a_message_of_qt(tmp_path: Path) -> None:
    body = """
    with diagnostics.telling(tell):
        qWarning("a warning for user@example.com")
        qCritical("what is critical")
    """
    out, logged = run(tmp_path, body, qt=True)
    assert "WARNING dreamina_desktop: Qt: a warning for [address]" in logged
    assert "ERROR dreamina_desktop: Qt: what is critical" in logged
    assert out == "told: Qt: what is critical / NoneType\nwent on\n"


def test_a_thread(tmp_path: Path) -> None:
    body = """
    with diagnostics.telling(tell):
        for work in (lambda: fail("a thread"), lambda: sys.exit(3)):
            thread = threading.Thread(target=work, name="worker")
            thread.start()
            thread.join()
    """
    out, logged = run(tmp_path, body)
    assert "uncaught in thread worker" in logged
    assert "ValueError: a thread" in logged
    assert out == "told: uncaught in thread worker / ValueError\nwent on\n"


def test_a_finalizer_is_logged_and_bothers_nobody(tmp_path: Path) -> None:
    body = """
    class Thing:
        def __del__(self):
            fail("a finalizer")
    with diagnostics.telling(tell):
        Thing()
        gc.collect()
    """
    out, logged = run(tmp_path, body)
    assert "ValueError: a finalizer" in logged
    assert out == "went on\n"


@pytest.mark.parametrize("qt", [False, True])
def test_the_event_loop(tmp_path: Path, qt: bool) -> None:
    body = """
    async def main():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(diagnostics.log_loop_exception)
        loop.call_soon(lambda: fail("a callback"))
        loop.call_exception_handler({"message": "something without an exception"})
        async def work():
            fail("a forgotten task")
        task = loop.create_task(work())
        await asyncio.sleep(0.1)
        del task
        gc.collect()
        await asyncio.sleep(0.1)
        return 0
    with diagnostics.telling(tell):
        RUN
    """.replace("RUN", "run_in_qt(application, main())" if qt else "asyncio.run(main())")
    out, logged = run(tmp_path, body, qt=qt)
    assert "ValueError: a callback" in logged
    assert "ValueError: a forgotten task" in logged
    assert "something without an exception" in logged
    assert out.count("told: ") == 2


def test_one_who_fails_while_he_tells_does_no_harm(tmp_path: Path) -> None:
    body = """
    with diagnostics.telling(lambda where, error: fail("telling")):
        diagnostics.lost("a task", ValueError("first"))
    """
    _, logged = run(tmp_path, body)
    assert "ValueError: first" in logged
    assert "ValueError: telling" in logged


def test_ctrl_c_is_no_error(tmp_path: Path) -> None:
    body = """
    with diagnostics.telling(tell):
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    """
    out, logged = run(tmp_path, body)
    assert out == "went on\n"
    assert logged == ""
