"""The program as a process, with and without a display."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

# Without packages in tests, the helpers beside this file are found by their folder.
sys.path.insert(0, str(Path(__file__).parent))

from desk import Desk


@pytest.fixture
def desk(program_environment: dict[str, str]) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(stack, program_environment)
