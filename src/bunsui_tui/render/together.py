"""Requests that are reviewed at once: the first one whole, the others by what differs."""

from __future__ import annotations

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer, ApprovalStatus
from bunsui_core.domain.kin import LABEL, Otherwise, otherwise
from bunsui_core.domain.plan import Risk
from bunsui_core.domain.together import Decided, Together
from bunsui_tui.board import Board, Prepared
from bunsui_tui.render.difference import differences as differences_of
from bunsui_tui.render.inbox import asker, their_words, what
from bunsui_tui.render.review import body as body_of
from bunsui_tui.render.review import grounds
from bunsui_tui.render.signs import APPROVALS, FAILED, OK, RISKS, RULINGS, WAITING, named, sign
from bunsui_tui.render.text import (
    MUTED,
    TITLE,
    Block,
    Hanging,
    apart,
    joined,
    said,
    section,
    stack,
    words,
)
from bunsui_tui.render.times import left

NEVER_ALIKE = ("WILL HAPPEN",)
"""What is another line in every review of a session, and is said in the line of the request."""

NEAR = 24
"""Characters that are shown beside a difference."""

LINE_LIMIT = 600
"""Characters of one line that is otherwise."""


def preparing(wanted: int, how_far: str = "") -> Text:
    """Return that the reviews are being prepared, and how far that is."""
    waiting = f"looking up what would happen… {how_far}" if how_far else ""
    return (
        words(("Review ", TITLE), f"{wanted} requests that ask the same")
        if not waiting
        else words((waiting, MUTED))
    )


def heading(prepared: tuple[Prepared, ...], board: Board, width: int) -> Group:
    """Return how many they are, who asks, until when, and the highest risk of them."""
    plans = [one.review.plan for one in prepared]
    who = sorted({asker(one.requester) for one in plans})
    first = min(one.expires_at for one in plans)
    known = [board.approval(one.request_id) for one in plans]
    over = sum(one is not None and one.status is not ApprovalStatus.REQUESTED for one in known)
    gone = words(f", {over} no longer wait") if 0 < over < len(plans) else Text()
    risk = max((one.risk for one in plans), key=lambda one: one.rank)
    line = words(
        ("Review ", TITLE),
        f"{len(plans)} requests that ask the same · ",
        said(", ".join(who), 40),
        f", {left(first, board.now)}",
        gone,
    )
    return stack([apart(line, words("risk ", named(RISKS[risk], f"▲ {risk.value}")), width)])


def body(prepared: tuple[Prepared, ...], board: Board) -> Group:
    """Return the first request whole, then each other by its name and what is otherwise."""
    first = prepared[0]
    return stack(
        [
            _name(1, first.review, board),
            body_of(first, board.now),
            their_words(first.review.approval),
            _also(prepared),
            *(
                block
                for number, one in enumerate(prepared[1:], 2)
                for block in _other(number, one.review, first.review, board)
            ),
        ]
    )


def _also(prepared: tuple[Prepared, ...]) -> Block:
    told = f"{len(prepared) - 1} more: all as with 1, but for what is marked {MARK.plain}"
    return section("ALSO", words(told))


MARK = Text().append("≠", WAITING[1])
"""What stands before a line that is otherwise than with the first request."""


def _name(number: int, review: Review, board: Board) -> Text:
    plan = review.plan
    known = board.approval(plan.request_id) or review.approval
    meaning = APPROVALS[known.status]
    verdicts = [one.verdict.ruling for one in review.steps if one.verdict]
    return joined(
        [
            words((f"{number:>3}  ", MUTED), sign(meaning), " ", said(plan.request_id, 64, TITLE)),
            what(known),
            *(named(RULINGS[one], one.value) for one in verdicts),
            *(
                [named(meaning, known.status.value)]
                if known.status is not ApprovalStatus.REQUESTED
                else []
            ),
            *([named(RISKS[plan.risk], "high risk")] if plan.risk is Risk.HIGH else []),
            words((f"until {plan.expires_at:%H:%M} UTC", MUTED)),
        ],
        "  ",
    )


def _other(number: int, review: Review, first: Review, board: Board) -> list[Block]:
    told = [one for one in otherwise(first, review) if not _is_only_the_session(one, review, first)]
    lines = [Hanging("     ", words(MARK, " ", marked(one))) for one in told]
    return [_name(number, review, board), *lines]


def _is_only_the_session(one: Otherwise, review: Review, first: Review) -> bool:
    """Whether a line says the same but for the session, which the line of the request names."""
    mine, its = review.plan.session_id, first.plan.session_id
    return one.line.startswith(NEVER_ALIKE) and one.line.replace(mine, its) == one.usual


def marked(one: Otherwise) -> Text:
    """Return a line with what differs from the first one's set off, and what that says."""
    if not one.line:
        return words(("not so: ", WAITING[1]), _labelled(one.usual, ""))
    if one.line.startswith("| "):
        return words(("says ", MUTED), said(_tail(one.line), LINE_LIMIT))
    text = _labelled(one.line, one.usual)
    if not one.usual:
        return text
    begin, end = _differing(_tail(one.usual), _tail(one.line))
    usual = _tail(one.usual)[begin:end] or "nothing there"
    return words(text, ("  (1: ", MUTED), said(usual, 120, MUTED), (")", MUTED))


def _labelled(line: str, usual: str) -> Text:
    label, text = _head(line), _tail(line)
    if not usual:
        return words((f"{label} ", MUTED), said(text, LINE_LIMIT))
    begin, end = _differing(text, _tail(usual))
    parts = (_before(text[:begin]), said(text[begin:end], LINE_LIMIT, "found"), _after(text[end:]))
    return words((f"{label} ", MUTED), *parts)


def _before(text: str) -> Text:
    """The end of what comes before a difference; the whole is one key away."""
    near = text if len(text) <= NEAR else f"…{text[-NEAR:]}"
    return words(said(near, NEAR + 1), " " if text[-1:] == " " else "")


def _after(text: str) -> Text:
    near = text if len(text) <= NEAR else f"{text[:NEAR]}…"
    return words(" " if text[:1] == " " else "", said(near, NEAR + 1))


def _head(line: str) -> str:
    return "said" if line.startswith("| ") else line[:LABEL].strip().lower()


def _tail(line: str) -> str:
    return line[2:] if line.startswith("| ") else line[LABEL:]


def _differing(text: str, usual: str) -> tuple[int, int]:
    """Where a text begins and ends to be another one, by whole words."""
    begin = 0
    while begin < min(len(text), len(usual)) and text[begin] == usual[begin]:
        begin += 1
    back = 0
    most = min(len(text), len(usual)) - begin
    while back < most and text[-1 - back] == usual[-1 - back]:
        back += 1
    while begin and text[begin - 1].isalnum():
        begin -= 1
    end = len(text) - back
    while end < len(text) and text[end].isalnum():
        end += 1
    return begin, end


def differences(prepared: tuple[Prepared, ...]) -> Group:
    """Return what input and code differ in from the failed run, request by request."""
    blocks: list[Block] = []
    for number, one in enumerate(prepared, 1):
        blocks += [_title(number, one.review), *differences_of(one.review)]
    return stack(blocks)


def evidence(prepared: tuple[Prepared, ...], board: Board) -> Group:
    """Return what the diagnosis of each request's session rests on."""
    blocks: list[Block] = []
    for number, one in enumerate(prepared, 1):
        detail = board.details.get(one.review.plan.session_id)
        analysis, trouble = (detail.analysis, detail.trouble) if detail else (None, "")
        blocks += [_title(number, one.review), grounds(analysis, trouble)]
    return stack(blocks)


def _title(number: int, review: Review) -> Text:
    plan = review.plan
    return words(
        (f"{number}  ", MUTED), said(plan.request_id, 64, TITLE), "  ", said(plan.session_id, 80)
    )


def told(together: Together, answer: Answer) -> Group:
    """Return what became of each request, one a line; what was left out comes first."""
    ordered = (*together.left_out, *together.signed)
    signed = len(together.signed)
    head = words((f"{signed} of {len(together.items)} signed, each by itself", TITLE))
    return stack([head, *(_became(one, answer) for one in ordered)])


def _became(one: Decided, answer: Answer) -> Block:
    if one.approval is None:
        why = words(sign(FAILED), " ", said(one.request_id, 64), "  left out: ")
        return words(why, said(one.why_not, 400))
    done = "" if answer is Answer.APPROVE else "rejected: "
    return words(sign(OK), " ", said(one.request_id, 64), f"  {done}", said(one.approval.note, 200))
