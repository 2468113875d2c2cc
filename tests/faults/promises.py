"""What must hold after any run, whatever the network did: jobs, images, files, and gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gaps
from faults import Effect
from pictures import decodes, sha256
from program import Ended, Folder
from vendor import ScriptedJob, Vendor

EXIT_GAVE_UP = 3
MISTAKES = ("Traceback", "uncaught", " ERROR ")  # in a log or on standard error


class Report:
    """Findings, each with its kind."""

    def __init__(self) -> None:
        self.findings: list[tuple[str, str]] = []
        self.not_run: list[str] = []

    def find(self, kind: str, words: str) -> None:
        self.findings.append((kind, words))

    def look_at(
        self, vendor: Vendor, jobs: Sequence[ScriptedJob], ended: Ended, home: Folder
    ) -> None:
        """After a run that had to get everything."""
        if ended.code != 0:
            self.find("jobs lost or wrong", f"exit code {ended.code}: {ended.err[-300:]}")
        self._look_for_mistakes(ended, home)
        self._look_at_jobs(jobs, ended.rows)
        self._look_at_files(ended.rows, home)
        for words in gaps.too_early(vendor, jobs, home.interval_s):
            self.find("tries too early", words)

    def look_at_refusal(self, vendor: Vendor, jobs: Sequence[ScriptedJob], ended: Ended) -> None:
        """After a run that the API refused: an end with words, and no second try."""
        if ended.code != EXIT_GAVE_UP or not ended.err.strip():
            self.find("jobs lost or wrong", f"refused, and exit code {ended.code}: {ended.err!r}")
        for job in jobs:
            asked = vendor.asked(job)
            if any(one.note and one.note.effect is Effect.REFUSAL for one in asked[:-1]):
                self.find("tries too early", f"{job.number} was asked again after a refusal")

    def _look_for_mistakes(self, ended: Ended, home: Folder) -> None:
        for where, text in (("standard error", ended.err), ("the log", home.log)):
            for mark in MISTAKES:
                if mark in text:
                    at = text.index(mark)
                    self.find("uncaught exceptions", f"{where}: {text[at : at + 1500]}")
                    break

    def _look_at_jobs(self, jobs: Sequence[ScriptedJob], rows: list[dict[str, Any]]) -> None:
        found = Counter(row["jobid"] for row in rows)
        for jobid, count in found.items():
            if count > 1:
                self.find("duplicates", f"{jobid} is there {count} times")
        by_id = {row["jobid"]: row for row in rows}
        for job in jobs:
            if job.jobid not in by_id:
                self.find("jobs lost or wrong", f"job {job.number} is not there")
            else:
                self._look_at_job(job, by_id[job.jobid])

    def _look_at_job(self, job: ScriptedJob, row: dict[str, Any]) -> None:
        status = "completed" if job.code is None else "failed"
        said = (row["tracking"], row["status"], (row["request"] or {}).get("prompt"))
        if said != ("done", status, job.prompt):
            self.find("jobs lost or wrong", f"job {job.number} is {said}: {row['note']}")
            return
        wanted = 0 if job.code is not None else len(job.pictures)
        if len(row["images"]) != wanted:
            self.find("jobs lost or wrong", f"job {job.number} has {len(row['images'])} images")
            return
        for image in row["images"]:
            self._look_at_image(job, image)

    def _look_at_image(self, job: ScriptedJob, image: dict[str, Any]) -> None:
        index, state = image["index"], image["state"]
        name = f"image {job.number}-{index + 1}"
        if state == "saved":
            file = Path(image["file"])
            data = file.read_bytes() if file.is_file() else b""
            if sha256(data) != job.hashes[index] or image["sha256"] != job.hashes[index]:
                self.find("images neither saved nor marked", f"{name} is not its file")
            elif not decodes(data):
                self.find("images neither saved nor marked", f"{name} cannot be decoded")
            return
        allowed = job.may_end_as(index)
        if state not in allowed or not image["note"]:
            words = f"{name} is {state} ({image['note']}), after {job.history.get(index)}"
            self.find("images neither saved nor marked", words)

    def _look_at_files(self, rows: list[dict[str, Any]], home: Folder) -> None:
        """One file an image, and no other."""
        files = [image["file"] for row in rows for image in row["images"] if image["file"]]
        for file, count in Counter(files).items():
            if count > 1:
                self.find("duplicates", f"{file} belongs to {count} images")
        for file in set(map(str, home.images)) - set(files):
            self.find("duplicates", f"{file} belongs to no image")
