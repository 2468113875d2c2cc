"""kill -9 with a library of 100,000 jobs: the same promises as in kills.py, and none of the many
jobs that were there before may be gone. Also while the index beside the library is made.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import apsw
import shelf
from kills import PROMISES, Life, Moment, downloading, pasting, polling, quitting
from program import Running
from table import Row

sys.path.append(str(Path(__file__).parents[1] / "bench"))
from libraries import make_library

SMALL, FULL = 1, 50
JOBS = 100_000
JOBS_A_KILL = 4_000  # at most JOBS: a small scale has a small library
INDEX_S = 15.0  # about what making an index of so many jobs takes


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many kills, all of one library."""
    jobs = min(JOBS, JOBS_A_KILL * scale)
    row = Row(f"kill -9, a library of {jobs:,} jobs", f"{scale:,} kills")
    row.lost = dict.fromkeys(PROMISES, 0)
    life = LargeLife(seed, scratch, jobs)
    moments: Sequence[Moment] = [making_the_index, pasting, polling, downloading, quitting]
    life.live([moments[number % len(moments)] for number in range(scale)])
    for kind, words in life.findings:
        row.find(kind, words)
    return row


class LargeLife(Life):
    def __init__(self, seed: int, folder: Path, jobs: int) -> None:
        super().__init__(seed, folder)
        self.index_s = INDEX_S * jobs / JOBS
        make_library(self.home.data, jobs, seed, running=0)
        self.told = _given_up(self.home.data / shelf.DATABASE)


def making_the_index(life: Life) -> Running:
    assert isinstance(life, LargeLife)
    for file in life.home.data.glob("index.sqlite3*"):
        file.unlink()
    running = life.start(life.jobs(1))
    life.pause(life.index_s)
    running.kill()
    return running


def _given_up(file: Path) -> set[str]:
    """Their images were lost long ago: no start has anything to do for them. The IDs of all."""
    connection = apsw.Connection(str(file))
    with connection:
        connection.execute("UPDATE image SET state = 'lost', file = NULL")
    known = {row[0] for row in connection.execute("SELECT jobid FROM job")}
    connection.close()
    shutil.rmtree(file.parent / "images", ignore_errors=True)
    return known
