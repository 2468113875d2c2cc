"""The embedded sandbox: a process of its own that ends when this one does, however it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dreamina_desktop.__main__ import SANDBOX


@dataclass(frozen=True, slots=True)
class SandboxFacts:
    """What the sandbox says in its first line. docs/sandbox.md."""

    api_url: str
    token: str
    jobs: Mapping[str, Sequence[str]]

    def jobids(self) -> tuple[str, ...]:
        """Every sample job once, in the order in which a user would have made them."""
        kinds = ("expired", "not_found", "failed_408", "failed_596", "failed_2057", "failed_2038")
        late = ("completed", "upscale", "running")
        ordered = (jobid for kind in (*kinds, *late) for jobid in self.jobs.get(kind, ()))
        return tuple(dict.fromkeys(ordered))


class SandboxProcess:
    """Its standard input is a pipe that we hold: it ends when the pipe closes."""

    def __init__(self, arguments: Sequence[str] = ()) -> None:
        command = (
            [sys.executable, SANDBOX]
            if getattr(sys, "frozen", False)
            else [sys.executable, "-m", "dreamina_desktop.sandbox"]
        )
        self._process = subprocess.Popen(
            [*command, "--end-with-stdin", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def read_facts(self) -> SandboxFacts:
        """Its first line; blocks for about a second. Raises OSError when it did not start."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            said = json.loads(line)
            return SandboxFacts(said["api_url"], said["token"], said["jobs"])
        except (ValueError, KeyError) as error:
            raise OSError("The sandbox did not start.") from error

    def close(self) -> None:
        """End it; at most half a second."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
