"""The steps of a plan that say what its first one says: a line for each, and what is otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.text import Text

from bunsui_core.domain.answer import InputChange, Review, StepReview
from bunsui_core.domain.plan import Step
from bunsui_tui.render.signs import FAILED, RULINGS, named, sign
from bunsui_tui.render.text import MUTED, Block, Hanging, joined, said, section, words

CHANGES_SHOWN = 3
VALUE_LIMIT = 120
INDENT = " " * 12


def others(review: Review, whole: int) -> list[Block]:
    """Return the steps after the canary: one line each, in full when it says something else."""
    each = tuple(zip(review.plan.steps, review.steps, strict=True))
    if not each[whole:]:
        return []
    pattern = _pattern(*each[0])
    lines = [
        line
        for number, (step, shown) in enumerate(each[whole:], whole + 1)
        for line in _alike(number, step, shown, pattern, review.steps[0])
    ]
    same = f"the same for each of these {len(each) - whole:,}: "
    return [section("ALSO", words(same, _rulings(review.steps[whole:]))), *lines]


def _rulings(steps: tuple[StepReview, ...]) -> Text:
    """How many are judged how, what is not safe last, and how many are not as expected."""
    counts = Counter(one.verdict.ruling for one in steps if one.verdict)
    told = [
        named(meaning, f"{counts[ruled]:,} {ruled.value}")
        for ruled, meaning in RULINGS.items()
        if counts[ruled]
    ]
    moved = sum(bool(_wrong(one)) for one in steps)
    unjudged = sum(one.verdict is None for one in steps)
    told += [words(f"{unjudged:,} not judged")] * bool(unjudged)
    told += [named(FAILED, f"{moved:,} not as the plan expects")] * bool(moved)
    return joined(told, ", ")


def _pattern(step: Step, shown: StepReview) -> str:
    """What a step says, whichever session it is about."""
    return shown.sentence.replace(step.session_id, "")


def _alike(
    number: int, step: Step, shown: StepReview, pattern: str, first: StepReview
) -> Iterator[Block]:
    """A step like the canary's on one line, with whatever about it is otherwise below."""
    ruled = shown.verdict.ruling if shown.verdict else None
    word = named(RULINGS[ruled], ruled.value) if ruled else words(("not judged", MUTED))
    is_same = _pattern(step, shown) == pattern
    what = said(step.session_id if is_same else shown.sentence, 400)
    yield Hanging(INDENT, words((f"{number:>4}  ", MUTED), what, "  ", word))
    for text in (*_changed(shown), *_otherwise(shown, first), *_wrong(shown)):
        yield Hanging(INDENT + " " * 6, text)


def _changed(shown: StepReview) -> list[Text]:
    hidden = len(shown.changes) - CHANGES_SHOWN
    more = [words((f"and {hidden} more changes of the input (d)", MUTED))] if hidden > 0 else []
    return [*map(change, shown.changes[:CHANGES_SHOWN]), *more]


def _wrong(shown: StepReview) -> list[Text]:
    return [
        words(sign(FAILED), " ", said(f"{one.name} {one.found}, expected {one.expected}", 300))
        for one in shown.checks
        if not one.holds
    ]


def _otherwise(shown: StepReview, first: StepReview) -> list[Text]:
    """What runs or stays otherwise than with the canary."""
    mine, its = shown.preview, first.preview
    if mine is None or its is None:
        return []
    told = {
        "runs": (mine.runs, its.runs),
        "then": (mine.follows, its.follows),
        "then again": (mine.resets, its.resets),
        "stays": (mine.untouched, its.untouched),
    }
    return [
        said(f"{title} {', '.join(jobs) or 'nothing'}", 300)
        for title, (jobs, usual) in told.items()
        if jobs != usual
    ]


def change(one: InputChange, limit: int = VALUE_LIMIT) -> Text:
    """Return one value of an input, before and after."""
    return words(
        said(one.path, limit, MUTED),
        ": ",
        said(one.before, limit),
        " → ",
        said(one.after, limit),
    )
