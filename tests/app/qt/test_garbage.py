"""Cyclic garbage is collected on the GUI thread."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from dreamina_desktop.app.qt.garbage import GarbageCollector


class Cycle:
    """Refers to itself: only the collector can free it."""

    def __init__(self, freed_in: list[str]) -> None:
        self.me = self
        weakref.finalize(self, lambda: freed_in.append(threading.current_thread().name))


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[GarbageCollector]:
    parent = QObject()
    collector = GarbageCollector(parent)
    yield collector
    collector.close()
    parent.deleteLater()


def test_another_thread_collects_nothing_and_this_one_does(collector: GarbageCollector) -> None:
    freed_in: list[str] = []

    def litter() -> None:
        for _ in range(100_000):
            Cycle(freed_in)

    thread = threading.Thread(target=litter, name="worker")
    thread.start()
    thread.join()
    assert freed_in == []
    collector.look()
    assert set(freed_in) == {threading.main_thread().name}


def test_python_collects_by_itself_again_at_the_end(collector: GarbageCollector) -> None:
    assert not gc.isenabled()
    collector.close()
    assert gc.isenabled()
