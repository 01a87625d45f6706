"""Makes the virtual environment of this repository with nothing but the standard library."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS_BETWEEN_LINES = 5.0
VENV_MISSING = """\
This Python cannot make a virtual environment that has pip.
On Debian and Ubuntu: apt-get install python3-venv. Elsewhere install pip for {python}.
Then run make again."""


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
    except EnvironmentFailed as error:
        say(str(error))
        return 1
    stamps = [venv / f".has-{extra}" for extra in extras]
    for stamp in stamps:
        stamp.touch()
    seconds = time.monotonic() - started
    say(f"environment ready after {seconds:.0f} s; the next time it starts at once")
    return 0


def create(venv: Path) -> None:
    """Makes the folder a virtual environment with pip, keeping what is already in it."""
    if has_pip(venv):
        return
    say(f"creating {venv} with Python {sys.version.split()[0]}")
    made = run([sys.executable, "-m", "venv", str(venv)])
    if made.returncode == 0 and has_pip(venv):
        return
    run([sys.executable, "-m", "venv", "--without-pip", "--clear", str(venv)])
    run([sys.executable, "-m", "pip", "--python", str(python_of(venv)), "install", "pip"])
    if not has_pip(venv):
        raise EnvironmentFailed(VENV_MISSING.format(python=sys.executable))


def has_pip(venv: Path) -> bool:
    """Whether the folder holds a Python that can run pip."""
    python = python_of(venv)
    return python.exists() and run([str(python), "-m", "pip", "--version"]).returncode == 0


def python_of(venv: Path) -> Path:
    """Where the environment keeps its interpreter."""
    return venv / "bin" / "python"


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """The finished process of a command whose words nobody needs to read."""
    return subprocess.run(command, capture_output=True, text=True, check=False)


def install(venv: Path, extras: Sequence[str]) -> None:
    """Installs the repository, editable, with its extras, a line of progress every few seconds."""
    say(f"installing bunsui[{','.join(extras)}]; the first time takes a minute or two")
    command = [str(python_of(venv)), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--no-input", "--progress-bar", "off", "-e", f".[{','.join(extras)}]"]
    log = venv / "pip.log"
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        assert pip.stdout is not None
        last = follow(pip.stdout, log)
    if pip.returncode != 0:
        tail = "\n".join(f"  {line}" for line in last)
        raise EnvironmentFailed(f"pip could not install bunsui; the end of {log}:\n{tail}")


def follow(lines: Iterator[str], log: Path) -> deque[str]:
    """Writes pip's lines to the log, speaks of some of them, and gives the last ones back."""
    last: deque[str] = deque(maxlen=15)
    started = spoken = time.monotonic()
    packages = 0
    with log.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(line)
            last.append(line.rstrip())
            packages += line.startswith("Collecting ")
            now = time.monotonic()
            if now - spoken >= SECONDS_BETWEEN_LINES or line.startswith("Installing "):
                say(f"[{now - started:3.0f} s] {packages} packages, {doing(line)}")
                spoken = now
    return last


def doing(line: str) -> str:
    """What pip says it does, short enough for one line of a terminal."""
    words = line.split()
    if words[:1] == ["Installing"] and "collected" in words:
        return "now unpacking all of them"
    return " ".join(words)[:60]


def say(text: str) -> None:
    """Speaks to the person who waits, at once."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
