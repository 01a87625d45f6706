"""Asking for a rerun from the shell: flags that fit, an editor that loses nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from bunsui_cli.answers import Controlled
from bunsui_cli.editor import edited
from bunsui_cli.rerunning import tell_what_stands
from bunsui_cli.wishing import Wish
from bunsui_core.domain.errors import BadInput, BunsuiError, Refused, Unavailable
from bunsui_core.domain.plan import Control
from bunsui_core.domain.verdict import Mode
from tests.builders import REQUEST_ID, SESSION_ID
from tests.cli.answers import a_proposal, a_waiting_approval
from tests.cli.change_answers import a_rerun
from tests.cli.shell import Shell
from tests.cli.test_views import HOSTILE, painted
from tests.tui.hostile_changes import a_control_of, a_preview_of
from tests.tui.test_hostile_text import is_control

RECORDED = '{"date":"2026-11-23","rows":[1,2]}'


def editor(patch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Let a script be the editor of the person; `$1` is the file that she edits."""
    program = folder / "editor"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o700)
    patch.setenv("VISUAL", "")
    patch.setenv("EDITOR", str(program))
    patch.setenv("TMPDIR", str(folder))
    patch.setattr("tempfile.tempdir", str(folder))


def left(folder: Path) -> list[Path]:
    """The files that were edited and are still there."""
    return list(folder.glob("bunsui-*.json"))


def test_the_editor_gets_the_recorded_input_laid_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, f'cp "$1" {tmp_path}/seen; echo "{{}}" > "$1"')

    assert json.loads(edited(RECORDED, "the input")) == {}
    seen = (tmp_path / "seen").read_text(encoding="utf-8")
    assert seen.splitlines()[1] == '  "date": "2026-11-23",'
    assert not left(tmp_path)


def test_nobody_else_can_read_what_is_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, f'stat -c %a "$1" > {tmp_path}/mode; echo "{{}}" > "$1"')

    edited(RECORDED, "the input")

    assert (tmp_path / "mode").read_text(encoding="utf-8").strip() == "600"


WRONG = [
    ('echo "{ no" > "$1"', BadInput, "line 1, column 3"),
    ("exit 3", Refused, "ended with 3"),
]


@pytest.mark.parametrize(("script", "kind", "said"), WRONG)
def test_what_cannot_be_used_is_kept_and_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    kind: type[BunsuiError],
    said: str,
) -> None:
    editor(monkeypatch, tmp_path, script)

    with pytest.raises(kind, match=said) as raised:
        edited(RECORDED, "the input")

    (kept,) = left(tmp_path)
    assert str(kept) in raised.value.next_step


def test_an_input_that_was_not_changed_is_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, "true")

    with pytest.raises(Refused, match="was not changed"):
        edited(RECORDED, "the input")

    assert not left(tmp_path)


def test_an_editor_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, "true")
    monkeypatch.setenv("EDITOR", "/nowhere/ed -x")

    with pytest.raises(Unavailable, match="/nowhere/ed"):
        edited(RECORDED, "the input")

    assert not left(tmp_path)


MODES: list[tuple[dict[str, object], Mode | None]] = [
    ({}, None),
    ({"mode": Mode.ENTER_AT}, Mode.ENTER_AT),
    ({"edit": True}, Mode.RESTART),
    ({"edit": True, "job": "extract/Write"}, Mode.ENTER_AT),
    ({"file": Path("-")}, Mode.RESTART),
    ({"output": Path("-")}, Mode.MARK_DONE),
]


@pytest.mark.parametrize(("said", "mode"), MODES)
def test_the_flags_say_the_mode_where_none_is_named(
    said: dict[str, object], mode: Mode | None
) -> None:
    wish = Wish(**{"session_id": SESSION_ID, "job": "extract", **said})  # type: ignore[arg-type] # as the table says

    assert wish.wanted_mode is mode


UNFIT = [
    (("--edit", "--input", "-", "--reason", "r"), "--input and --edit do not go together"),
    (("--output", "-", "--edit", "--reason", "r"), "--edit and --output do not go together"),
    (("--edit", "--mode", "redrive", "--reason", "r"), "--edit edits an input"),
    ((), "a reason is missing"),
    (("--reason", " "), "a reason is missing"),
]


@pytest.mark.parametrize(("flags", "said"), UNFIT)
def test_flags_that_do_not_fit_are_refused_before_anything_is_looked_up(
    shell: Shell, flags: tuple[str, ...], said: str
) -> None:
    done = shell("sessions", "rerun", SESSION_ID, "--from", "extract", *flags)

    assert done.code == 2
    assert said in str(done.error["message"])


@pytest.mark.parametrize("verb", ["rerun", "pause", "unpause", "cancel"])
def test_without_aws_the_sentence_says_so(shell: Shell, verb: str) -> None:
    flags = ("--from", "extract") if verb == "rerun" else ()
    done = shell("sessions", verb, SESSION_ID, *flags, "--reason", "r")

    assert done.error["code"] in {"unavailable", "refused"}


@pytest.mark.parametrize(("digest", "says"), [("", ""), ("0" * 64, REQUEST_ID)])
def test_that_another_request_is_open_is_said(
    capsys: pytest.CaptureFixture[str], digest: str, says: str
) -> None:
    standing = a_waiting_approval()

    tell_what_stands(standing, digest or standing.request.plan_digest)

    said = capsys.readouterr()
    assert not said.out
    assert says in said.err
    assert bool(says) is bool(said.err)


@pytest.mark.parametrize("width", [40, 80])
def test_a_hostile_preview_fits_and_cannot_act(width: int) -> None:
    hostile = a_rerun(a_proposal())
    proposal = hostile.proposal.model_copy(update={"preview": a_preview_of(HOSTILE)})
    values = (
        hostile.model_copy(update={"proposal": proposal}),
        Controlled(proposal=a_control_of(HOSTILE, HOSTILE, Control.CANCEL)),
    )

    for value in values:
        shown = painted(value, width)
        assert not [char for char in shown if char != "\n" and is_control(char)]
        assert max(map(cell_len, shown.splitlines())) <= width
