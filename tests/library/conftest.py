"""A library with its index, opened."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

# Without packages in tests, what is beside this file is found by its folder.
sys.path.insert(0, str(Path(__file__).parent))

from shelf import Shelf


@pytest_asyncio.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    shelf = Shelf(tmp_path)
    await shelf.open()
    yield shelf
    await shelf.close()
