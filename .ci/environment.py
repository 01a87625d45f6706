"""Makes the virtual environment of this repository with nothing but the standard library."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
SECONDS_BETWEEN_LINES = 5.0
PIP = "https://pypi.org/pypi/pip/json"
NO_PIP = """\
{python} cannot make a virtual environment with pip in it.
Debian and Ubuntu keep that in a package of its own: apt-get install python3-venv
Then run make again, or choose another interpreter: make PYTHON=/path/to/python3 …"""
NOT_INSTALLED = """\
{tail}
The above is the end of {log}: pip could not install bunsui.
When it speaks of a connection, check network and proxy; make then goes on from here."""


class EnvironmentFailed(Exception):
    """Says what could not be installed and what to do about it."""


def main(arguments: Sequence[str]) -> int:
    """Installs bunsui with the named extras into the named folder; 0 when it is ready."""
    folder, *extras = arguments
    venv = ROOT / folder
    started = time.monotonic()
    try:
        create(venv)
        install(venv, extras)
    except (EnvironmentFailed, OSError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("interrupted; run make again, it goes on from here")
        return 130
    for extra in extras:
        (venv / f".has-{extra}").touch()
    say(f"environment ready after {time.monotonic() - started:.0f} s; next time it starts at once")
    return 0


def create(venv: Path) -> None:
    """Makes the folder a virtual environment with pip, keeping what is already in it."""
    if has_pip(venv):
        return
    say(f"creating {venv} with Python {sys.version.split()[0]}")
    if not (runs(sys.executable, "-m", "venv", str(venv)) and has_pip(venv)):
        create_without_ensurepip(venv)


def create_without_ensurepip(venv: Path) -> None:
    """Makes the environment where the system keeps ensurepip apart, as Debian does."""
    runs(sys.executable, "-m", "venv", "--without-pip", "--clear", str(venv))
    python = str(python_of(venv))
    if runs(sys.executable, "-m", "pip", "--python", python, "install", "pip") and has_pip(venv):
        return
    try:
        wheel = downloaded_pip(venv)
    except (OSError, ValueError) as error:
        raise EnvironmentFailed(NO_PIP.format(python=sys.executable)) from error
    if not runs(python, f"{wheel}/pip", "install", str(wheel)):
        raise EnvironmentFailed(NO_PIP.format(python=sys.executable))


def downloaded_pip(folder: Path) -> Path:
    """The newest pip as PyPI has it, checked against the digest PyPI states."""
    with urllib.request.urlopen(PIP, timeout=60) as answer:
        files = json.load(answer)["urls"]
    wheel = next(file for file in files if file["packagetype"] == "bdist_wheel")
    with urllib.request.urlopen(wheel["url"], timeout=60) as answer:
        content: bytes = answer.read()
    if hashlib.sha256(content).hexdigest() != wheel["digests"]["sha256"]:
        raise ValueError("pip arrived damaged")
    path = folder / str(wheel["filename"])
    path.write_bytes(content)
    return path


def has_pip(venv: Path) -> bool:
    """Whether the folder holds a Python that can run pip."""
    python = python_of(venv)
    return python.exists() and runs(str(python), "-m", "pip", "--version")


def python_of(venv: Path) -> Path:
    """Where the environment keeps its interpreter."""
    return venv / "bin" / "python"


def runs(*command: str) -> bool:
    """Whether a command, whose words nobody needs to read, succeeds."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def install(venv: Path, extras: Sequence[str]) -> None:
    """Installs the repository, editable, with its extras, and says every few seconds how far."""
    # An old pip works too, but takes twice as long to find out what fits together.
    runs(str(python_of(venv)), "-m", "pip", "install", "--upgrade", "pip")
    what = f".[{','.join(extras)}]"
    say(f"installing bunsui{what[1:]}; the first time takes a minute or two")
    command = [str(python_of(venv)), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--no-input", "--no-compile", "--progress-bar", "off"]
    command += ["--constraint", str(CONSTRAINTS), "--editable", what]
    log = venv / "pip.log"
    with (
        log.open("w", encoding="utf-8") as words,
        subprocess.Popen(command, cwd=ROOT, stdout=words, stderr=words) as pip,
    ):
        follow(pip, log)
    if pip.returncode != 0:
        tail = "\n".join(f"  {line}" for line in log.read_text(encoding="utf-8").split("\n")[-12:])
        raise EnvironmentFailed(NOT_INSTALLED.format(tail=tail, log=log))


def follow(pip: subprocess.Popen[bytes], log: Path) -> None:
    """Speaks of what pip does until it has ended."""
    started = time.monotonic()
    while True:
        try:
            pip.wait(timeout=SECONDS_BETWEEN_LINES)
        except subprocess.TimeoutExpired:
            progress = progress_in(log.read_text(encoding="utf-8"))
            say(f"[{time.monotonic() - started:4.0f} s] {progress}")
        else:
            return


def progress_in(words: str) -> str:
    """How far pip is, by what it wrote."""
    names = re.findall(r"^Collecting ([\w.-]+)", words, flags=re.MULTILINE)
    if "Installing collected packages" in words:
        return f"unpacking {len(names)} packages"
    return f"{len(names)} packages found, now {names[-1]}" if names else "asking for the packages"


def say(text: str) -> None:
    """Speaks to the person who waits, at once."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
