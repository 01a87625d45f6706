"""The ways to run a job again: a line for each mode, and what the selected one would do."""

from __future__ import annotations

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.inputs import input_changes
from bunsui_core.domain.plan import EnterJob
from bunsui_core.domain.recovery import ControlProposal, Proposal
from bunsui_core.domain.verdict import Mode
from bunsui_tui.board import Board
from bunsui_tui.render.diagnosis import chances
from bunsui_tui.render.preview import will
from bunsui_tui.render.signs import QUIET, RISKS, RULINGS, named, sign
from bunsui_tui.render.table import Column, Row
from bunsui_tui.render.text import MUTED, TITLE, Block, Hanging, said, section, stack, words
from bunsui_tui.render.times import ago
from bunsui_tui.wishes import Controlled, Draft, RerunWish, Way, Ways

COLUMNS = (Column("", 1), Column("mode", 10), Column("verdict", 12), Column("why", 0))

MEANS = {
    Mode.REDRIVE: "the same execution goes on at its failed state",
    Mode.ENTER_AT: "a new execution enters at a state, with the input of that state",
    Mode.RESTART: "a new execution of the whole job",
    Mode.MARK_DONE: "nothing of the job runs; its output is what you give",
}
CHANGES = 6


def rows(ways: Ways | None) -> tuple[Row, ...]:
    """Return a line for each mode; what is not possible has its reason in place of a verdict."""
    return tuple(map(_row, ways.ways)) if ways else ()


def _row(one: Way) -> Row:
    if one.proposal is None:
        cells = (sign(QUIET), words((one.mode.value, MUTED)), words(("not possible", MUTED)))
        return Row(one.mode.value, (*cells, said(one.why_not, 400, MUTED)))
    verdict = one.proposal.verdict
    meaning = RULINGS[verdict.ruling]
    best = words((" ← recommended", "ok")) if one.proposal.recommended else Text()
    why = said(verdict.reasons[0].text, 300)
    cells = (sign(meaning), words(one.mode.value), named(meaning, verdict.ruling.value))
    return Row(one.mode.value, (*cells, words(why, best)))


def heading(wish: RerunWish, ways: Ways | None, board: Board) -> Group:
    """Return which job would run again, and whether what is done below it would too."""
    again = "those below it that are done, too" if wish.downstream else "not what is done below it"
    looked = f"judged {ago(ways.at, board.now)}" if ways else "judging every way…"
    first = words(("Run again ", TITLE), said(f"{wish.job} of {wish.session_id}", 120))
    return stack([first, words((f"downstream (w): {again} · {looked}", MUTED))])


def beside(way: Way | None, draft: Draft | None) -> Group:
    """Return what the selected mode would do, and why it may help or not."""
    if way is None:
        return stack([])
    means = _means(way)
    if way.proposal is None:
        return stack([means, section("NOT NOW", said(way.why_not, 600)), *_edited(draft)])
    risk = named(RISKS[way.proposal.plan.risk], f"▲ {way.proposal.plan.risk.value} risk")
    return stack([words(means, " · ", risk), *_edited(draft), *of_proposal(way.proposal)])


def _means(way: Way) -> Text:
    """What the mode does, with the state at which an execution enters."""
    step = way.proposal.plan.steps[0] if way.proposal else None
    if not isinstance(step, EnterJob):
        return words((MEANS[way.mode], MUTED))
    behind = ", with the input of that state"
    return words(("a new execution enters at ", MUTED), said(step.state, 80), (behind, MUTED))


def of_proposal(one: Proposal) -> list[Block]:
    """Return what would run, and the verdict with all its reasons."""
    ruled = named(RULINGS[one.verdict.ruling], one.verdict.ruling.value)
    reasons = [Hanging("  ", said(reason.text, 300)) for reason in one.verdict.reasons]
    return [
        *will(one.preview),
        section("WHY", words(ruled, " · ", chances(one.odds)), *reasons),
    ]


def _edited(draft: Draft | None) -> list[Block]:
    """What the edited text changes."""
    if draft is None:
        return []
    if not draft.recorded:
        return [section(draft.noun.upper(), said(draft.text, 600))]
    changes = input_changes(draft.recorded, draft.text)
    lines: list[Block] = [
        words(said(f"{one.path}: ", 120, MUTED), said(f"{one.before} → {one.after}", 240))
        for one in changes[:CHANGES]
    ]
    if len(changes) > CHANGES:
        lines.append(words((f"and {len(changes) - CHANGES} more changes (i shows them)", MUTED)))
    return [section("CHANGED", *lines)]


def of_control(found: Controlled, board: Board) -> Group:
    """Return what a change of a session would stop, hold and let go on."""
    if found.proposal is None:
        return stack([section("NOT NOW", said(found.why_not, 600))])
    return stack(
        [*_control(found.proposal), words((f"looked up {ago(found.at, board.now)}", MUTED))]
    )


def _control(one: ControlProposal) -> list[Block]:
    parts: dict[str, tuple[str, ...]] = {
        "STOPS": one.stops,
        "HOLDS": one.holds,
        "GOES ON": one.goes_on,
    }
    lines: list[Block] = [
        section(title, said(", ".join(jobs) or "nothing", 600)) for title, jobs in parts.items()
    ]
    return [*lines, section("RISK", named(RISKS[one.plan.risk], f"▲ {one.plan.risk.value}"))]
