"""The review of a request: what a human must see before deciding, in the order they ask for it."""

from __future__ import annotations

from datetime import datetime

from rich.console import Group
from rich.table import Table
from rich.text import Text

from bunsui_core.domain.answer import Analysis, Check, Review, StepReview
from bunsui_core.domain.approval import Approval, ApprovalStatus
from bunsui_core.domain.explaining import Explained
from bunsui_core.domain.policy_words import freeze, sentences
from bunsui_core.domain.preview import Preview
from bunsui_core.domain.reviewing import waves_text
from bunsui_tui.board import Prepared
from bunsui_tui.render.alike import CHANGES_SHOWN, change, others
from bunsui_tui.render.diagnosis import evidence
from bunsui_tui.render.inbox import asker, came, progress_line
from bunsui_tui.render.preview import reused, states
from bunsui_tui.render.signs import APPROVALS, FAILED, OK, RISKS, RULINGS, WAITING, named, sign
from bunsui_tui.render.text import (
    MUTED,
    TITLE,
    Block,
    Kept,
    apart,
    beside,
    joined,
    said,
    section,
    shortened,
    stack,
    words,
)
from bunsui_tui.render.times import ago, left

CHECK_LIMIT = 24


def heading(review: Review, approval: Approval, now: datetime, width: int) -> Group:
    """Return who asks, since when, until when, how it stands, and how far a long plan is."""
    first = _first_line(review, approval, now, width)
    line = progress_line(approval)
    line.truncate(width, overflow="ellipsis")
    return stack([first, line])


def _first_line(review: Review, approval: Approval, now: datetime, width: int) -> Text:
    plan = review.plan
    kind = "agent" if plan.requester.startswith("agent:") else "human"
    line = words(
        ("Review ", TITLE),
        said(plan.request_id, 64),
        " · ",
        said(f"{asker(plan.requester)} ({kind})", 50),
        f", {ago(plan.created_at, now)}",
    )
    if approval.status.is_open:
        line.append(f", {left(plan.expires_at, now)}")
    risk = words("risk ", named(RISKS[plan.risk], f"▲ {plan.risk.value}"))
    if approval.status is ApprovalStatus.REQUESTED:
        return apart(line, words(_how_many(review, approval), risk), width)
    meaning = APPROVALS[approval.status]
    status = words(sign(meaning), " ", named(meaning, approval.status.value))
    return apart(line, words(status, "   ", risk), width)


def _how_many(review: Review, approval: Approval) -> Text:
    """How many of several approvals are there, and whose; not why they gave them."""
    needed = review.explained.needed if review.explained else 1
    names = [one.decision.approver for one in approval.decisions]
    if needed < 2:
        return Text()
    by = words(" (", said(", ".join(names), 40), ")") if names else Text()
    return words(f"{len(names)} of {needed} approved", by, "   ")


def body(prepared: Prepared, now: datetime, below: Kept | None = None) -> Group:
    """Return what will happen, what will not, why, and what was checked.

    `below` is what stands below the canary, when it was laid out before.
    """
    review = prepared.review
    age = ago(prepared.at, now)
    parts: list[Block] = [_moved(review), glass(review), *came(review.approval), *_waves(review)]
    for number, step in enumerate(review.steps[: whole_steps(review)], 1):
        parts += [
            _happens(number, step),
            *_sections(step),
            section("CHECKED", _checked(step.checks, age)),
        ]
    return stack([*parts, below or below_canary(review)])


def _waves(review: Review) -> list[Block]:
    """How a plan in waves goes on, and when it stops."""
    waves = review.plan.waves
    return [section("WAVES", words(waves_text(waves, len(review.plan.steps))))] if waves else []


def whole_steps(review: Review) -> int:
    """Return how many steps are shown with everything about them."""
    return review.plan.waves.canary if review.plan.waves else len(review.steps)


def below_canary(review: Review) -> Kept:
    """Return what a long plan takes long for: the steps after the canary, and its digest."""
    return Kept([*others(review, whole_steps(review)), section("POLICY", _needs(review))])


def _moved(review: Review) -> Text:
    """That the worker would refuse it; of what is over, the world may well have moved since."""
    if not review.approval.status.is_open or all(
        check.holds for step in review.steps for check in step.checks
    ):
        return Text()
    what = "the world is not as the plan expects it: the worker will refuse it (see CHECKED)"
    return words(sign(FAILED), " ", named(FAILED, what))


def _happens(number: int, step: StepReview) -> Table:
    parts: list[Block] = [_numbered(f"{number}  ", said(step.sentence, 400))]
    shown = step.changes[:CHANGES_SHOWN]
    parts += [_numbered("   ", change(one)) for one in shown]
    if len(step.changes) > CHANGES_SHOWN:
        hidden = len(step.changes) - CHANGES_SHOWN
        parts.append(words((f"   and {hidden} more changes of the input (d)", MUTED)))
    if step.preview and step.preview.follows:
        follows = said(f"then {step.preview.following}", 300)
        parts.append(_numbered("   ", follows))
    if step.preview and step.preview.resets:
        again = said(f"then again {', '.join(step.preview.resets)} (done before)", 300)
        parts.append(_numbered("   ", again))
    return section("WILL HAPPEN", *parts)


def _numbered(mark: str, text: Text) -> Table:
    return beside(Text(mark), text, len(mark))


def _needs(review: Review) -> Text:
    digest = words((f"plan {review.plan.digest}", MUTED))
    if review.explained is None:
        return words(_approvers(review), "\n", digest)
    lines = [said(one, 400, _tone(review.explained, one)) for one in sentences(review.explained)]
    return joined([*lines, digest], "\n")


def _tone(explained: Explained, sentence: str) -> str:
    """The colour of what the policy says: a freeze and a missing approver are no small print."""
    return FAILED[1] if sentence in {freeze(explained), explained.short} and sentence else ""


def glass(review: Review) -> Text:
    """Return that a freeze holds, or that somebody lifted it and why; empty when neither is so."""
    lifted = [
        words(
            sign(FAILED),
            " ",
            named(FAILED, "FREEZE LIFTED"),
            " by ",
            said(signed.decision.approver, 60),
            ": ",
            said(signed.decision.break_glass, 300),
        )
        for signed in review.approval.decisions
        if signed.decision.break_glass
    ]
    if lifted:
        return joined(lifted, "\n")
    held = freeze(review.explained) if review.explained else ""
    return (
        words(sign(FAILED), " ", named(FAILED, "FROZEN"), ": ", said(held, 300)) if held else Text()
    )


def _approvers(review: Review) -> str:
    needs = {
        "self": "one approver, the asker may be it",
        "one": "one approver",
        "two": "two approvers",
        "deny": "nothing helps: the policy denies it",
    }
    return needs.get(review.requirement, "an approver")


def _sections(step: StepReview) -> list[Table]:
    parts = []
    if step.preview:
        again = ", ".join(one.job for one in step.preview.reused)
        stays = ", ".join(step.preview.untouched)
        not_again = f"run {again} again · " if again else ""
        untouched = f" · {stays} stays as it is" if stays else ""
        parts += _states(step.preview)
        parts.append(section("REUSED", said(reused(step.preview), 300)))
        parts.append(section("WILL NOT", said(f"{not_again}touch other sessions{untouched}", 300)))
    if step.verdict:
        parts.append(section("WHY", _why(step)))
    if step.since:
        parts.append(section("SINCE", *_since(step)))
    parts.append(section("EFFECTS", said(" · ".join(step.effects) or "none declared", 600)))
    parts.append(section("UNDO", said(step.undo, 300)))
    return parts


def _states(preview: Preview) -> list[Table]:
    """Which states of each job run for certain, and which may."""
    lines = [
        joined([said(one.job, 60), *states(one)], " · ")
        for one in preview.jobs
        if one.certain or one.possible
    ]
    return [section("STATES", *lines)] if lines else []


def _since(step: StepReview) -> list[Text]:
    """What changed since the failure, one a line, and how much did not."""
    changed = [one for one in step.since if one.changed]
    unknown = sum(one.changed is None for one in step.since)
    same = len(step.since) - len(changed) - unknown
    lines = [words(sign(WAITING), " ", said(one.text, 300)) for one in changed]
    rest = [f"{same} looked at and the same"] * bool(same)
    rest += [f"{unknown} that cannot be told"] * bool(unknown)
    before = "" if changed else "nothing is seen to have changed: "
    return [*lines, *([words(before, ", ".join(rest), (" (d)", MUTED))] if rest else [])]


def _why(step: StepReview) -> Text:
    verdict = step.verdict
    if verdict is None:
        return Text()
    ruled = words(f"{verdict.mode.value} ", named(RULINGS[verdict.ruling], verdict.ruling.value))
    reasons = [said(reason.text, 300) for reason in verdict.reasons]
    return joined([words(ruled, ": ", reasons[0]), *reasons[1:]], "\n")


def _checked(checks: tuple[Check, ...], age: str) -> Text:
    parts = [
        words(sign(OK), " ", shortened(f"{one.name} {one.found}", CHECK_LIMIT))
        if one.holds
        else words(sign(FAILED), " ", said(f"{one.name} {one.found}, expected {one.expected}", 300))
        for one in checks
    ]
    return joined([*parts, words((age, MUTED))], " · ")


def grounds(analysis: Analysis | None, trouble: str) -> Group:
    """Return the evidence that the diagnoses of the session rest on."""
    if analysis is None:
        return stack([words((trouble or "reading the evidence…", MUTED))])
    parts: list[Block] = [said(analysis.note, 200)]
    for diagnosis in analysis.diagnoses:
        parts += [
            words((f"{diagnosis.job} ", TITLE), said(diagnosis.summary, 300)),
            *evidence(diagnosis),
        ]
    return stack(parts)
