"""A terminal that a test can type into and read: one tmux server of its own."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PAUSE_S = 0.2


class Tmux:
    """A program in a terminal of 80 columns and 24 lines; `close` ends both."""

    def __init__(self, folder: Path, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._socket = str(folder / "tmux.sock")
        told = " ".join(f"{name}={shlex.quote(value)}" for name, value in environ.items())
        line = f"{told} {shlex.join(command)}; echo left with $?; exec cat"
        size = ("-x", "80", "-y", "24")
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, "sh", "-c", line)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type a text and press Enter."""
        self._tmux("send-keys", "-l", text)
        self.press("Enter")

    def text(self) -> str:
        """What the terminal shows."""
        return self._tmux("capture-pane", "-p")

    def until(self, wanted: str, seconds: float = 60.0) -> str:
        """Wait until a text is shown, and return everything that is shown then."""
        return self.until_it(lambda text: wanted in text, wanted, seconds)

    def until_it(self, holds: Callable[[str], bool], what: str, seconds: float = 60.0) -> str:
        """Wait until something holds of what is shown, and return it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if holds(text := self.text()):
                return text
            time.sleep(PAUSE_S)
        raise AssertionError(f"not within {seconds:.0f} s: {what}\n{self.text()}")

    def title(self) -> str:
        """The title that the program gave to its window."""
        return self._tmux("display-message", "-p", "#{pane_title}").strip()

    def has_rung(self) -> bool:
        """Whether the bell rang."""
        return self._tmux("display-message", "-p", "#{window_bell_flag}").strip() == "1"

    def close(self) -> None:
        """End the terminal and what runs in it."""
        self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        command = [shutil.which("tmux") or "tmux", "-u", "-S", self._socket, *arguments]
        environ = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)
        return done.stdout
