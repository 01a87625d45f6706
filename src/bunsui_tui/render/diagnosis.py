"""Why a session failed and what a rerun would do about it."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from bunsui_core.domain.diagnosis import Category, Diagnosis, last_words
from bunsui_core.domain.failure import Failure
from bunsui_core.domain.operation import machine_name
from bunsui_core.domain.operation import named as operation
from bunsui_core.domain.recovery import Odds, Proposal
from bunsui_core.domain.verdict import Verdict
from bunsui_tui.board import Detail
from bunsui_tui.render.signs import FAILED, RULINGS, named, sign
from bunsui_tui.render.text import (
    MUTED,
    TITLE,
    Block,
    Hanging,
    quoted,
    said,
    section,
    shortened,
    words,
)
from bunsui_tui.render.times import absolute

SHORT, LONG = 150, 600
"""Characters of one text: two lines in a small pane, or as much as a reader wants."""
LAST_WORDS = 3


def brief(detail: Detail, limit: int = SHORT) -> list[Block]:
    """Return a few lines: what broke, in whose words, and the verdict on each way to rerun."""
    if not detail.view.session.failed_jobs:
        return []
    if detail.analysis is None:
        return [_unexplained(detail)]
    lines: list[Block] = [said(detail.analysis.note, 200)]
    for diagnosis in detail.analysis.diagnoses:
        lines += [_claim(diagnosis, limit), _message(diagnosis, limit)]
        if diagnosis.category is Category.UNKNOWN:
            lines += [Hanging("│ ", shortened(line, limit)) for line in last_words(diagnosis, 1)]
        found = detail.proposals.get(diagnosis.job)
        lines += verdicts(found.proposals) if found else []
    return [*lines, _trouble(detail)]


def _unexplained(detail: Detail) -> Text:
    return _trouble(detail) if detail.trouble else words(("looking for the reason…", MUTED))


def _trouble(detail: Detail) -> Text:
    return words(sign(FAILED), " ", detail.trouble) if detail.trouble else Text()


def _claim(diagnosis: Diagnosis, limit: int) -> Text:
    return words(
        named(FAILED, diagnosis.category.value),
        (f" · {diagnosis.confidence.value} confidence · ", MUTED),
        shortened(diagnosis.summary, limit - 30),
    )


def _message(diagnosis: Diagnosis, limit: int) -> Hanging:
    failure = diagnosis.failure
    return Hanging("│ ", shortened(failure.message or failure.cause or failure.error, limit))


def verdicts(proposals: tuple[Proposal, ...]) -> list[Block]:
    """Return every way with its ruling and first reason, best first, one a line."""
    lines: list[Block] = []
    for one in proposals:
        tail = words((" · recommended", "ok")) if one.recommended else Text()
        if not one.odds.is_prior:
            tail = words(tail, " · ", chances(one.odds))
        lines.append(words(f"{one.mode.value} ", ruling(one.verdict), tail))
    return lines


def ruling(verdict: Verdict) -> Text:
    """Return a ruling with its first reason."""
    word = named(RULINGS[verdict.ruling], verdict.ruling.value)
    return words(word, " (", shortened(verdict.reasons[0].text, 60), ")")


def chances(odds: Odds) -> Text:
    """Return how often the like of it worked, or that too little is known."""
    if odds.is_prior:
        seen = f"{odds.successes}/{odds.tries} so far" if odds.tries else "never tried here"
        return words((f"{seen}, too few to say", MUTED))
    return words(f"worked {odds.successes}/{odds.tries} ({odds.low:.0%}–{odds.high:.0%})")


def full(detail: Detail, job: str) -> list[Block]:
    """Return everything that is known about one failed job, with its evidence."""
    found = [d for d in detail.analysis.diagnoses if d.job == job] if detail.analysis else []
    if not found:
        return [_trouble(detail)]
    diagnosis = found[-1]
    failure = diagnosis.failure
    parts: list[Block] = [
        _claim(diagnosis, LONG),
        section("STATE", *_where(failure)),
        section("OPERATION", *_operation(failure)),
        section("ERROR", _error(failure), quoted(failure.message, 1200)),
        *_log(diagnosis),
        _rulings(detail, job),
        section("EVIDENCE", *evidence(diagnosis)),
    ]
    if failure.failed_at:
        parts.insert(2, section("FAILED AT", words(absolute(failure.failed_at))))
    return parts


def _where(failure: Failure) -> list[Block]:
    """The failed state, and the way from there down to the cause where it lies deeper."""
    lines: list[Block] = [said(" → ".join(failure.state_path), 300)]
    if of := failure.iterations:
        ends = f"{of.succeeded} succeeded, {of.failed} failed, {of.aborted} were aborted"
        lines.append(words((f"of {of.total} iterations {ends}", MUTED)))
    if failure.caught_path:
        way = " → ".join(failure.caught_path)
        lines.append(words(("a Catch led there from ", MUTED), said(way, 300)))
    for one in failure.nested:
        inside = one.note or " → ".join((*one.state_path, *one.caught_path))
        told = f"{machine_name(one.execution_arn)}: {inside} {one.error}".strip()
        lines.append(words(("below it ", MUTED), said(told, 300)))
    return lines


def _error(failure: Failure) -> Text:
    """The error, and what it is called below, where a nested execution raised it."""
    below = f", below it {failure.exception}" if failure.nested and failure.exception else ""
    return said(f"{failure.error}{below}", 200)


def _operation(failure: Failure) -> list[Block]:
    """What ran there, and on what; a state that only decides ran nothing."""
    ran = operation(failure.resource, failure.task) or "none: this state runs no operation"
    given = failure.state_input or ""
    return [said(ran, 200), Hanging("│ ", shortened(given, 300)) if given else Text()]


def _log(diagnosis: Diagnosis) -> list[Block]:
    """What the operation logged last; the whole log is one key away."""
    ends = [Hanging("│ ", shortened(line, 300)) for line in last_words(diagnosis, LAST_WORDS)]
    return [section("LOG ENDS", *ends)] if ends else []


def _rulings(detail: Detail, job: str) -> Table:
    found = detail.proposals.get(job)
    if not found:
        return section("RERUN", _trouble(detail) if detail.trouble else words(("judging…", MUTED)))
    lines: list[Block] = []
    for one in found.proposals:
        advice = " · recommended" if one.recommended else ""
        ruled = named(RULINGS[one.verdict.ruling], one.verdict.ruling.value)
        lines.append(words(f"{one.mode.value} ", ruled, advice, " · ", chances(one.odds)))
        lines += [Hanging("  ", said(reason.text, 300)) for reason in one.verdict.reasons]
    return section("RERUN", *lines)


def evidence(diagnosis: Diagnosis) -> list[Block]:
    """Return each piece of evidence with its id and where it was read."""
    parts: list[Block] = []
    for one in diagnosis.evidence:
        where = said(f"{one.kind.value} · {one.source}", 160, MUTED)
        parts += [words((said(one.id, 24).plain, TITLE), " ", where), quoted(one.text, 600)]
    return parts
