"""What is logged was often written by others: nothing of it acts on the terminal that shows it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

WRITER = (
    "import json, sys; from pathlib import Path; from bunsui_core import log;"
    "log.to_file(Path(sys.argv[1]));"
    "log.events('test').warning('event', said=json.loads(sys.argv[2]))"
)

ACTING = {
    "a screen cleared with C1": "\x9b2J",
    "a title set with C1": "\x9d0;mallory\x9c",
    "a screen cleared with ESC": "\x1b[2J",
    "a direction turned around": "\u202egnp.exe",
    "letters that are not seen": "ad\u200bmin",
    "tags that only a model reads": "\U000e0041\U000e0042",
    "a line of its own": "x\n{}\u2028y",
    "half a character": "\udc9b",
}


def logged(path: Path, text: str) -> str:
    """Log a text from a process of its own; return what is then in the file."""
    subprocess.run([sys.executable, "-c", WRITER, path, json.dumps(text)], check=True)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ACTING.values(), ids=ACTING)
def test_a_logged_text_cannot_act_and_is_still_the_same_text(tmp_path: Path, text: str) -> None:
    line = logged(tmp_path / "log", text)

    assert line.removesuffix("\n").isprintable()
    assert json.loads(line)["said"] == text


def test_a_logged_text_in_another_script_stays_readable(tmp_path: Path) -> None:
    assert "注文の処理に失敗 – 再実行" in logged(tmp_path / "log", "注文の処理に失敗 – 再実行")
