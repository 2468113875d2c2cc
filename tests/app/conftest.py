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

from dreamina_desktop.app.secrecy import take_token


@pytest.fixture(autouse=True)
def token_not_taken() -> Iterator[None]:
    """A process takes the token of its environment once; each test here is one."""
    take_token.cache_clear()
    yield
    take_token.cache_clear()


@pytest.fixture
def desk(program_environment: dict[str, str]) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(stack, program_environment)
