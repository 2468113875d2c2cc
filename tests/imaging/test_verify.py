"""Only whole pictures of the three kinds pass."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from conftest_imaging import Save, encoded, picture
from PIL import Image

from dreamina_desktop.core.answer import Invalid, Verified
from dreamina_desktop.imaging.verify import pixels, verify
