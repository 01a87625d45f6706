"""The flags of `bunsui sessions rerun` and `bunsui storms recover`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bunsui_cli.completing import job_names, session_ids
from bunsui_cli.output import AsJson
from bunsui_core.domain.verdict import Mode

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen; ask for nothing.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever approves and for the record.")]
Yes = Annotated[bool, typer.Option("--yes", help="Ask for it without a question first.")]


@dataclass(frozen=True)
class Wish:
    """Which job runs again, how, and with what."""

    session_id: Annotated[
        str,
        typer.Argument(
            metavar="SESSION", help="From `bunsui sessions list`.", autocompletion=session_ids
        ),
    ]
    job: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="JOB[/STATE]",
            help="The job that runs again; with a state, a new execution enters there.",
            autocompletion=job_names,
        ),
    ]
    mode: Annotated[
        Mode | None, typer.Option(help="How; without it the best way that is possible.")
    ] = None
    downstream: Annotated[
        bool, typer.Option("--downstream", help="Also run again what is done below the job.")
    ] = False
    file: Annotated[
        Path | None,
        typer.Option("--input", help="A JSON file with the whole input, edited; - is stdin."),
    ] = None
    edit: Annotated[
        bool, typer.Option("--edit", help="Edit the recorded input in $VISUAL or $EDITOR.")
    ] = False
    output: Annotated[
        Path | None,
        typer.Option(help="Mark the job done with the output in this JSON file; - is stdin."),
    ] = None
    reason: Reason = ""
    dry_run: DryRun = False
    yes: Yes = False
    as_json: AsJson = False

    @property
    def wanted_mode(self) -> Mode | None:
        """The mode that the flags say: an output marks done, another input restarts."""
        if self.mode is None and self.output:
            return Mode.MARK_DONE
        if self.mode is None and (self.file or self.edit):
            return Mode.ENTER_AT if "/" in self.job else Mode.RESTART
        return self.mode


@dataclass(frozen=True)
class StormWish:
    """Which storm is recovered, how, and in which waves."""

    storm_id: Annotated[
        str, typer.Argument(metavar="STORM", help="Its id, from `bunsui storms list`.")
    ]
    mode: Annotated[
        Mode | None, typer.Option(help="How each job runs again; else the best for the first.")
    ] = None
    canary: Annotated[int, typer.Option(min=1, max=10, help="Sessions tried first.")] = 1
    wave: Annotated[int, typer.Option(min=1, max=100, help="Sessions at a time then.")] = 25
    most_failures: Annotated[
        int, typer.Option(min=0, max=100, help="Stop when more than so many fail again.")
    ] = 2
    reason: Reason = ""
    dry_run: DryRun = False
    as_json: AsJson = False
