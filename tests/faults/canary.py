"""A canary: a token and an address that occur nowhere else, looked for where they must not be."""

from __future__ import annotations

import base64
import random
import re
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from faults import (
    Effect,
    Fault,
    Served,
    api_faults,
    api_refusals,
    api_throttles,
    image_faults,
    response,
)
from program import Ended, Folder, Running, wait_until
from scripted_server import Answer, ScriptedServer
from table import Row
from vendor import ScriptedJob, Vendor, ids
from watch import Watch

SMALL, FULL = 1, 1
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}
DATABASE = re.compile(
    r"data/((library|index)\.sqlite3.*|backups/.*|.*damaged.*)"
)  # holds IDs: its purpose
PROMISES = (
    "token in hosts",
    "token in files",
    "token in arguments",
    "token in environments",
    "token in outputs",
    "address in hosts",
    "address in files and logs",
    "address in arguments",
    "private things in diagnostics",
)
SIGNATURE = b"a%2Fb%3D"  # of every link


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many canaries, one after another."""
    row = Row("canary", f"{scale} token and address: every fault, a crash, diagnostics")
    row.lost = dict.fromkeys(PROMISES, 0)
    for number in range(scale):
        folder = scratch / str(number)
        folder.mkdir()
        Canary(seed + number, folder, row).fly()
    return row


class Canary:
    """One token and one address through sessions with every fault, a crash and diagnostics."""

    def __init__(self, seed: int, folder: Path, row: Row) -> None:
        rng = random.Random(seed)
        letters = "abcdefghijkmnpqrstuvwxyz23456789"
        self._secret = "".join(rng.choices(letters, k=24))
        self._name = "".join(rng.choices(letters, k=16))
        token, address = f"user:12345-{self._secret}", f"{self._name}@mail.example"
        self._vendor = Vendor(seed, token, address)
        self._thief = ScriptedServer(lambda _: [response(b"mine", "text/plain")])
        self._home = Folder(folder, token, "")
        self._row = row
        self._watched: list[Watch] = []
        self._diagnostics = folder / "diagnostics.txt"

    def fly(self) -> None:
        with self._vendor, self._thief:
            self._home.api_url = self._vendor.api_url
            jobs = self._script()
            ends = [self._suffer(jobs), self._crash(), self._end()]
        self._look_at_hosts()
        self._look_at_processes()
        self._look_at_files()
        self._look_at_diagnostics()
        for ended in ends:
            self._look_for_token("outputs", ended.out + ended.err.encode())

    # -- sessions -----------------------------------------------------------------------------

    def _script(self) -> list[ScriptedJob]:
        """Every kind of fault, and invitations to another host."""
        for fault in [*api_faults(), *api_throttles(), self._lure()]:
            self._vendor.add_job(1).faults = [fault]
        for fault in [*image_faults(), self._lure()]:
            self._vendor.add_job(1).image_faults = {0: [fault]}
        self._vendor.add_job(2).origin = f"http://127.0.0.1:{self._thief.port}"
        return list(self._vendor.jobs.values())

    def _lure(self) -> Fault:
        """A redirect to the other host."""

        def answer(served: Served) -> Answer:
            place = f"Location: http://127.0.0.1:{self._thief.port}{served.here}"
            return [response(b"", "text/plain", "307 Elsewhere", place)]

        return Fault("a lure", Effect.TROUBLE, answer)

    def _paste(self, jobs: Iterable[ScriptedJob]) -> str:
        """As people paste: with the token in it."""
        lines = [f"curl -H 'Authorization: Bearer {self._vendor.token}' {self._vendor.api_url}"]
        return "\n".join([*lines, f"USEAPI_TOKEN={self._vendor.token}", ids(list(jobs))])

    def _suffer(self, jobs: Iterable[ScriptedJob]) -> Ended:
        """Without a window, every fault, to the end."""
        running = self._home.start(
            "-", "--until-idle", "--give-up", "20", "--export", "-", text=self._paste(jobs)
        )
        return self._watch(running).wait()

    def _crash(self) -> Ended:
        """With a window, into a crash while images come."""
        self._home.variables = OFFSCREEN
        jobs = [self._vendor.add_job(4) for _ in range(3)]
        before = len(self._vendor.images.exchanges)
        running = self._watch(self._home.start("-", text=self._paste(jobs)))
        wait_until(lambda: len(self._vendor.images.exchanges) > before + 1)
        ended = running.kill(signal.SIGSEGV)
        running.bury()
        return ended

    def _end(self) -> Ended:
        """A refusal, the diagnostics, and the window is closed like any other."""
        self._vendor.add_job(1).faults = api_refusals()[:1]
        before = len(self._vendor.api.exchanges)
        self._home.variables = OFFSCREEN | {"DIAGNOSTICS_FILE": str(self._diagnostics)}
        self._home.program = (str(Path(__file__).with_name("diagnosed.py")),)
        running = self._watch(self._home.start("-", text=self._paste(self._vendor.jobs.values())))
        wait_until(lambda: len(self._vendor.api.exchanges) > before)
        running.end(signal.SIGUSR2)
        wait_until(self._diagnostics.exists)
        running.end()
        return running.wait()

    def _watch(self, running: Running) -> Running:
        self._watched.append(Watch(running))
        return running

    # -- where it must not be -----------------------------------------------------------------

    def _look_at_hosts(self) -> None:
        for server in (self._vendor.images, self._thief):
            received = b"".join(server.received)
            self._look_for_token("hosts", received)
            self._look_for_address("hosts", received)
        for exchange in self._vendor.api.exchanges:
            head = re.sub(rb"(?im)^authorization: bearer [^\r\n]+", b"", exchange.head)
            self._look_for_token("hosts", head)

    def _look_at_processes(self) -> None:
        for watch in self._watched:
            watch.stop()
            for arguments in watch.arguments:
                self._look_for_token("arguments", arguments)
                self._look_for_address("arguments", arguments)
            for environment in watch.environments:
                self._look_for_token("environments", environment)

    def _look_at_files(self) -> None:
        root, found = self._home.root, False
        for file in root.rglob("*"):
            name = str(file.relative_to(root))
            content = name.encode() + (file.read_bytes() if file.is_file() else b"")
            self._look_for_token("files", content, name)
            if DATABASE.fullmatch(name):
                found |= self._name.encode() in content
            else:
                self._look_for_address("files and logs", content, name)
        if not found:
            self._row.find("address in files and logs", "not even in the database: we are blind")

    def _look_at_diagnostics(self) -> None:
        """The token and the address were looked for in this file, as in every other."""
        said = self._diagnostics.read_bytes() if self._diagnostics.exists() else b""
        if b"Versions" not in said:
            self._row.find("private things in diagnostics", f"there are none: {said[:200]!r}")
        for needle in (SIGNATURE, str(self._home.root / "home").encode(), b"x-signature=a"):
            if needle in said:
                self._row.find("private things in diagnostics", f"{needle!r}")

    def _look_for_token(self, where: str, data: bytes, name: str = "") -> None:
        self._look_for(self._secret, f"token in {where}", data, name)

    def _look_for_address(self, where: str, data: bytes, name: str = "") -> None:
        self._look_for(self._name, f"address in {where}", data, name)

    def _look_for(self, needle: str, kind: str, data: bytes, name: str) -> None:
        for shape in _shapes(needle):
            if (at := data.find(shape)) >= 0:
                around = data[max(0, at - 80) : at + 80]
                self._row.find(kind, f"{name} {around!r}")
                return


def _shapes(needle: str) -> Iterator[bytes]:
    """Plain, in UTF-16, in hexadecimal, and in Base64 at each of its three places."""
    plain = needle.encode()
    yield plain
    yield needle.encode("utf-16-le")
    yield plain.hex().encode()
    yield quote(needle).encode()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + plain)
        yield encoded[4 if before else 0 : -4]
