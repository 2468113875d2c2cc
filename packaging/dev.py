"""Set up a checkout and run the program, its tests or its build: `python3 packaging/dev.py demo`.

Needs Python 3.11 to 3.13 and pip, nothing else; works in `.venv` beside this folder.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
MOST_WORKERS = 4  # windows and servers of more tests at once would be in each other's way
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")

USAGE = """\
usage: python3 packaging/dev.py demo [options of dreamina-desktop]
       python3 packaging/dev.py test [options of pytest]
       python3 packaging/dev.py long [options of pytest]
       python3 packaging/dev.py build
"""

# What Qt loads of the system on Linux, and the Debian package that has it.
DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
}

CHECK_LIBRARIES = """
import ctypes, sys
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
    except OSError:
        print(name)
"""


def main(arguments: list[str]) -> int:
    """The exit code of what was run; 2 with a sentence when something is missing."""
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        found = ".".join(map(str, sys.version_info[:3]))
        return refuse(f"Dreamina Desktop needs Python 3.11, 3.12 or 3.13; this is {found}.")
    command, options = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "demo":
        return demo(options)
    if command == "test":
        return test(options)
    if command == "long":
        return long(options)
    if command == "build":
        return build()
    sys.stderr.write(USAGE)
    return 0 if command in ("-h", "--help") else 2


def demo(options: list[str]) -> int:
    """The program on the embedded sandbox."""
    code = install("") or check_system()
    return code or run(PYTHON, "-m", "dreamina_desktop", "--demo", *options)


def test(options: list[str]) -> int:
    """Linters and types, then pytest: its summary is the last line."""
    if code := prepare_tests():
        return code
    codes = [
        run(PYTHON, "-m", "ruff", "check"),
        run(PYTHON, "-m", "ruff", "format", "--check", "--quiet"),
        run(PYTHON, "-m", "mypy"),
        run(PYTHON, "-m", "pytest", *spread(options), *options),
    ]
    return next((code for code in codes if code), 0)


def long(options: list[str]) -> int:
    """The tests that take longer: docs/testing.md."""
    return prepare_tests() or run(
        *(PYTHON, "-m", "pytest", "-m", "long"), *spread(options), *options
    )


def prepare_tests() -> int:
    """An environment to test in; not 0 where something is missing."""
    code = install("test") or check_system()
    os.chdir(ROOT)
    # Hundreds of tests start the program: none of them shall compile it anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return code


def spread(options: list[str]) -> list[str]:
    """For pytest: all tests over this machine's processors, file by file. What is named (a file, a
    folder, a test) runs in one process, where --pdb and -s work too."""
    names = [option.partition("::")[0] for option in options]
    if any(Path(name).exists() for name in names) or {"-s", "--pdb"} & set(options):
        return []
    # One more than processors: a third of the time tests wait for what other processes do.
    workers = str(min((os.cpu_count() or 1) + 1, MOST_WORKERS))
    # Longest files first, in the order of tests/conftest.py; what hangs ends its worker, for good.
    order = ["--dist", "loadfile", "--no-loadscope-reorder", "--max-worker-restart", "0"]
    return ["-n", workers, *order]


def build() -> int:
    """A one-folder program in dist/dreamina-desktop."""
    code = install("package")
    os.chdir(ROOT)
    spec = ROOT / "packaging" / "dreamina-desktop.spec"
    return code or run(PYTHON, "-m", "PyInstaller", "--noconfirm", "--log-level=WARN", spec)


def install(extra: str) -> int:
    """Make `.venv` and install into it, unless that was done for this pyproject.toml."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / f".installed-{extra or 'program'}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return 0
    say("Installing into .venv; this takes about a minute.")
    made = PYTHON.exists() or run(sys.executable, "-m", "venv", VENV) == 0
    if not made:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return refuse(
            "The virtual environment could not be made. On Debian and Ubuntu: "
            f"sudo apt-get install python{version}-venv"
        )
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if run(*pip, "--editable", target):
        return refuse("Installing failed: see the lines above. A network is needed once.")
    stamp.write_text(wanted)
    return 0


def check_system() -> int:
    """Name what Qt lacks on this Linux instead of letting it abort."""
    if not sys.platform.startswith("linux"):
        return 0
    checked = subprocess.run(
        [PYTHON, "-c", CHECK_LIBRARIES, *DEBIAN_PACKAGES],
        capture_output=True,
        text=True,
        check=True,
    )
    packages = [DEBIAN_PACKAGES[name] for name in checked.stdout.split()]
    if not any(Path(folder).is_dir() for folder in ("/usr/share/fonts", "/usr/local/share/fonts")):
        packages.append("fonts-dejavu-core")
    if packages:
        return refuse(
            "Qt lacks libraries of this system. On Debian and Ubuntu:\n"
            f"  sudo apt-get install {' '.join(packages)}"
        )
    return 0


def run(*command: str | Path) -> int:
    """Run a command and wait for it; Ctrl+C is its own matter."""
    process = subprocess.Popen([str(part) for part in command])
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the child got it too, and ends in its own way


def refuse(sentence: str) -> int:
    """Say what is missing; exit code 2."""
    sys.stderr.write(f"{sentence}\n")
    return 2


def say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
