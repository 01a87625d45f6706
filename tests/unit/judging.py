"""Cases to judge."""

from __future__ import annotations

from collections.abc import Mapping

from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.judge import judge
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.verdict import Case, Look, Mode, Subject, Verdict
from tests.builders import NOW, a_diagnosis, a_failure, later

DATA = {"category": Category.BAD_INPUT_DATA, "transient": False}
BUG = {"category": Category.CODE_BUG, "transient": False}
SLOW = {"category": Category.TIMEOUT, "transient": None}
THROTTLED = {"category": Category.THROTTLING, "transient": True}
RUNNING = (Mode.REDRIVE, Mode.ENTER_AT, Mode.RESTART)
"""The modes in which something runs."""
EVIDENCE = (
    {"id": "E6", "kind": "event", "text": "TaskFailed", "source": "arn"},
    {"id": "X1", "kind": "execution", "text": "FAILED", "source": "arn"},
)


def a_look(subject: Subject, changed: bool | None) -> Look:
    return Look(subject=subject, name="it", changed=changed, text=f"{subject}", seen_at=NOW)


SAME = (a_look(Subject.CODE, False), a_look(Subject.OBJECT, False))


def a_case(diagnosis: Mapping[str, object], **changes: object) -> Case:
    failure = changes.pop("failure", None) or a_failure(evidence=EVIDENCE)
    return Case.model_validate(
        {
            "diagnosis": a_diagnosis(**{"failure": failure, "evidence": EVIDENCE, **diagnosis}),
            "redrive_status": "REDRIVABLE",
            "redrive_status_reason": "",
            "effect": SideEffect.IDEMPOTENT,
            "looks": SAME,
            "input_edited": False,
            **changes,
        }
    )


def redrive(case: Case) -> Verdict:
    return judge(Mode.REDRIVE, case, later(hours=1))


def restart(case: Case) -> Verdict:
    return judge(Mode.RESTART, case, later(hours=1))
