"""Diagnoses and proposals for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.views.previews import ruling, where, will
from bunsui_cli.views.table import facts
from bunsui_cli.views.words import line, plain
from bunsui_core.domain.answer import Analysis, Proposals
from bunsui_core.domain.diagnosis import Diagnosis, last_words
from bunsui_core.domain.failure import Nested
from bunsui_core.domain.operation import named
from bunsui_core.domain.recovery import Proposal, RefusedMode
from bunsui_core.domain.reviewing import odds_text
from bunsui_core.domain.verdict import Ruling

_LAST_WORDS = 3


def analysis(value: Analysis) -> Sequence[RenderableType]:
    """Return why each failed job of a session broke."""
    shown = [part for one in value.diagnoses for part in diagnosis(one)]
    return [*shown, *([plain(value.note)] if value.note else [])]


def diagnosis(value: Diagnosis) -> list[RenderableType]:
    """Return the explanation of one failed job with its evidence."""
    failure = value.failure
    path = " → ".join(failure.state_path) or failure.failed_state
    return [
        facts(
            [
                ("job", f"{value.job}, attempt {value.attempt}"),
                ("cause", f"{value.category} ({value.confidence} confidence)"),
                ("or", ", ".join(value.alternatives)),
                ("because", plain(value.summary)),
                ("failed at", path),
                ("caught in", " → ".join(failure.caught_path)),
                *((("below it", nested(one))) for one in failure.nested),
                ("operation", named(failure.resource, failure.task)),
                ("on", line(failure.state_input or "", 300)),
                ("error", line(failure.error)),
                ("it said", plain(failure.message, 1000)),
                *((("it logged", line(text, 300))) for text in last_words(value, _LAST_WORDS)),
                ("advice", value.action.value.replace("_", " ")),
                ("logs", value.logs_note),
            ]
        ),
        facts((f"  {one.id}", line(one.text, 160)) for one in value.evidence),
        Text(),
    ]


def nested(one: Nested) -> str:
    """Return an execution below a failed task: where it failed, or why that is not visible."""
    inside = one.note or " → ".join((*one.state_path, *one.caught_path))
    return f"{one.execution_arn}: {inside} {one.error}".strip()


def proposals(value: Proposals) -> Sequence[RenderableType]:
    """Return every way to recover a job, best first."""
    head = Text(f"session {value.session_id}, job {value.job}: {value.diagnosis.category}\n")
    shown = [part for one in value.proposals for part in proposal(one)]
    refused = [impossible(one) for one in value.refused]
    nothing = [] if shown else [Text("Nothing can be done about it from here.")]
    return [head, *shown, *refused, *nothing]


def impossible(value: RefusedMode) -> Text:
    """Return a mode that is not possible, with the reason and what is possible instead."""
    return line(f"{value.mode.value} is not possible: {value.why} {value.instead}", 600)


def proposal(value: Proposal) -> list[RenderableType]:
    """Return one way to recover, with what would run and why it may help."""
    return [
        Text.assemble(
            (value.mode.value, "bold"),
            line(where(value)),
            "  ",
            ruling(value.verdict),
            "  (recommended)" if value.recommended else "",
        ),
        facts(
            [
                *((("why", line(one.text, 500))) for one in value.verdict.reasons),
                *will(value.preview),
                ("odds", odds_text(value.odds)),
                ("risk", value.plan.risk.value),
                ("proposal", value.proposal_id),
            ]
        ),
        *ask(value),
        Text(),
    ]


def ask(value: Proposal) -> list[Text]:
    """Return the command that asks for a proposal, unless it would be refused."""
    if value.verdict.ruling is Ruling.HOPELESS:
        return []
    return [
        Text(
            f"ask: bunsui recovery request {value.session_id} --job {value.job} "
            f"--mode {value.mode} --reason TEXT"
        )
    ]
