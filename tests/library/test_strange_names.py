"""Folders whose names are no text: Linux takes any bytes."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from dreamina_desktop import diagnostics
from dreamina_desktop.core.export.file_name import path_as_text, text_as_path
from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.files.images import ImageFiles
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.files.parts import PARTS, PartFiles
from dreamina_desktop.library.backups import Backups
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.index.index import JobIndex
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.schema import MIGRATIONS
from dreamina_desktop.services.export.jobs_as_text import job_json

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names are text there")

NAME = os.fsdecode(b"a \xff\xfe%\xe9")
JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
RECORD = {
    "jobid": JOBID,
    "status": "completed",
    "response": {"images": [{"imageUrl": "https://a"}]},
}


@pytest.mark.parametrize("path", ["/plain/ü", f"/{NAME}/b", "images/2026-03-02/0001-1 a.jpg", ""])
def test_a_path_goes_where_only_text_goes_and_comes_back(path: str) -> None:
    text = path_as_text(path)
    text.encode()
    assert text_as_path(text) == path


@pytest.mark.parametrize("is_below", [True, False])
def test_a_library_keeps_its_images_there(tmp_path: Path, is_below: bool) -> None:
    """In the data folder, or in another that was chosen; a backup is made, too."""
    asyncio.run(_keep(Locations.at(tmp_path / NAME), tmp_path / NAME, is_below=is_below))


async def _keep(locations: Locations, root: Path, *, is_below: bool) -> None:
    locations.create()
    images = root / NAME if is_below else root.with_name(f"{NAME} images")
    part = PartFiles(images / PARTS).new()
    part.write(b"picture")
    part.close()
    with ThreadPoolExecutor(1) as disk:
        file = await ImageFiles(images, disk).keep(part.path, "2026-03-02", "0001-1 a", "jpg")
    database = Database(locations.database, MIGRATIONS, Backups(locations.backups))
    await database.open()
    repository = JobRepository(database, root)
    _, (job,), stamp = await repository.add(1.0, [JOBID], {JOBID: json.dumps(RECORD).encode()})
    saved = replace(job.images[0], state=ImageState.SAVED, file=str(file), size_bytes=7)
    await repository.save_images([saved])
    await database.back_up_if_due()
    assert len(Backups(locations.backups).newest_first()) == 1
    await database.aclose()
    assert stamp

    await database_again(locations, root, file)


async def database_again(locations: Locations, root: Path, file: Path) -> None:
    """As a later start reads it."""
    database = Database(locations.database, MIGRATIONS)
    await database.open()
    index = JobIndex(locations.index, locations.database, root)
    await index.open()
    assert await index.saved_files(ImageKey(0, 0), 10) == [(ImageKey(1, 0), str(file))]
    (job,) = await index.jobs([1])
    assert job.images[0].file == str(file)
    exported = json.loads(job_json(job, json.dumps(RECORD).encode()))
    assert exported["images"][0]["file"] == str(file)
    await index.aclose()
    await database.aclose()


def test_the_log_takes_their_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    file = tmp_path / NAME / "log"
    try:
        diagnostics.set_up(file)
        diagnostics.log.warning("%s is gone", NAME)
    finally:
        for handler in set(root.handlers) - set(before):
            root.removeHandler(handler)
            handler.close()
        for handler in before:
            root.addHandler(handler)
        root.setLevel(level)
    assert "a \\udcff\\udcfe%\\udce9 is gone" in file.read_text()
    assert "Logging error" not in capsys.readouterr().err
