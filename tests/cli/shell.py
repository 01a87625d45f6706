"""`bunsui` as a shell runs it: a process of its own, with pipes or on a terminal."""

from __future__ import annotations

import codecs
import fcntl
import io
import json
import os
import pty
import selectors
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bunsui_cli.__main__ import run
from bunsui_core.domain.value import Json

PATIENCE_S = 30.0
"""Longest a test waits for a word on a terminal; a command needs less than one second."""

ON_A_TERMINAL = """\
import fcntl, os, sys, termios
fcntl.ioctl(0 if os.isatty(0) else 2, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "bunsui_cli", *sys.argv[1:]])
"""


@dataclass(frozen=True)
class Done:
    """How a command ended and what it wrote."""

    code: int
    stdout: str
    stderr: str = ""

    @property
    def document(self) -> dict[str, Json]:
        """The one JSON document on stdout."""
        found = json.loads(self.stdout)
        assert isinstance(found, dict)
        return found

    @property
    def error(self) -> dict[str, Json]:
        """The error of the envelope."""
        found = self.document["error"]
        assert isinstance(found, dict)
        return found


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a command of these tests finds around it: its own home and nothing of the caller's."""
    return {
        "BUNSUI_HOME": str(home),
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "TERM": "xterm-256color",
        "TZ": "UTC",
        **more,
    }


def bunsui(home: Path, *arguments: str, stdin: str = "", **env: str) -> Done:
    """Run a command with pipes, without any terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "bunsui_cli", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        env=environment(home, **env),
        start_new_session=True,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Shell:
    """A home in which commands run inside the test's process, ten times as fast as outside."""

    home: Path
    monkeypatch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, stdin: str = "") -> Done:
        """Run a command with pipes."""
        self.monkeypatch.setenv("BUNSUI_HOME", str(self.home))
        return self.again(*arguments, stdin=stdin)

    def again(self, *arguments: str, stdin: str = "") -> Done:
        """Run a command with pipes in the home that the variables name now."""
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        self.capture.readouterr()
        code = run(arguments)
        said = self.capture.readouterr()
        return Done(code, said.out, said.err)


class Terminal:
    """A command on a terminal of its own, which a test reads and types on."""

    def __init__(
        self,
        home: Path,
        arguments: Sequence[str],
        size: tuple[int, int] = (24, 80),
        stdout: int | None = None,
        env: dict[str, str] | None = None,
    ) -> None:
        self.seen = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-c", ON_A_TERMINAL, *arguments],
            stdin=slave,
            stdout=slave if stdout is None else stdout,
            stderr=slave,
            env=environment(home, **(env or {})),
            start_new_session=True,
        )
        os.close(slave)

    def expect(self, text: str) -> None:
        """Wait until the terminal has shown a text."""
        self._read_until(lambda: text in self.seen, f"{text!r} never appeared")

    def type(self, line: str) -> None:
        """Type a line and press Enter."""
        os.write(self._master, f"{line}\n".encode())

    def press(self, keys: str) -> None:
        """Press keys as they are."""
        os.write(self._master, keys.encode())

    def end(self) -> Done:
        """Wait for the command's end and return it with everything the terminal showed."""
        try:
            self._read_until(lambda: False, "")
        except AssertionError:
            self._process.kill()
            self._process.wait()
            raise
        code = self._process.wait(PATIENCE_S)
        os.close(self._master)
        return Done(code, self.seen.replace("\r\n", "\n"))

    def _read_until(self, reached: Callable[[], bool], complaint: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        with selectors.DefaultSelector() as selector:
            selector.register(self._master, selectors.EVENT_READ)
            while not reached():
                assert selector.select(deadline - time.monotonic()), f"{complaint} in {self.seen!r}"
                part = self._part()
                if not part:
                    assert not complaint, f"{complaint}; the end was {self.seen!r}"
                    return
                self.seen += part

    def _part(self) -> str:
        try:
            return self._decoder.decode(os.read(self._master, 65536))
        except OSError:
            # EIO is how Linux says that the other side is closed.
            return ""
