"""Services are tested in virtual time, on plain asyncio."""

from __future__ import annotations

import sys
from pathlib import Path

# Without packages in tests, the helpers beside this file are found by their folder.
sys.path.insert(0, str(Path(__file__).parent))
