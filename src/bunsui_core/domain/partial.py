"""How far a plan of several steps came, in words: what is done, what is not, what was not begun."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bunsui_core.domain.plan import Step, step_job


def step_words(step: Step) -> str:
    """Return what a step is about, in few words."""
    job = step_job(step)
    return f"{step.kind} of {job}" if job else f"{step.kind} of session {step.session_id}"


def stopped_at(steps: Sequence[Step], done: Iterable[int], number: int, why: str) -> str:
    """Return why a plan stopped at a step, and what is done and not begun of it."""
    if len(steps) == 1:
        return why
    before = tuple(done)
    left = len(steps) - number
    parts = [f"step {number} of {len(steps)} ({step_words(steps[number - 1])}): {why}"]
    parts.append(f"done: {_numbers(before)}" if before else "no step is done")
    if left:
        parts.append(f"not begun: {_numbers(range(number + 1, len(steps) + 1))}")
        parts.append("what is left needs a new request")
    return "; ".join(parts)


def _numbers(found: Iterable[int]) -> str:
    numbers = list(found)
    is_run = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1))
    return f"{numbers[0]} to {numbers[-1]}" if is_run else ", ".join(map(str, numbers))
