"""Situations in which a job fails, what then changes, and the verdict of each mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.verdict import Mode, Ruling
from tests.emulator.arranged_calls import (
    adds,
    after,
    asks_secret,
    calls_nobody,
    lists_bucket,
    make_below,
    make_queue,
    make_rates,
    make_secret,
    puts,
    puts_new,
    reads_table,
    removes,
    sends,
    sends_nowhere,
    starts_nobody,
)
from tests.emulator.arranged_deeper import (
    CRASHES,
    ENDS,
    PINNED,
    below,
    bug_below,
    container,
    correct_below,
    correct_path,
    push,
    register,
    register_again,
    sent_then_bug,
    sent_then_wrong,
    unpushed,
)
from tests.emulator.arranged_functions import (
    BUG,
    FINE,
    LARGE,
    RIGHT,
    SECRET,
    bad_object,
    bad_path,
    bug,
    edited,
    forbidden,
    gives_up,
    grant_other,
    grant_read,
    handed_on,
    hidden,
    inline,
    late_object,
    let_call,
    longer,
    may_not_call,
    mend,
    no_choice,
    open_bucket,
    setting,
    swap_role,
    throttled,
    throttled_rewriting,
    too_short,
    too_slow,
    undo_deny,
    unreadable,
    wrote,
)
from tests.emulator.situation import Lab

REDRIVE, ENTER_AT, RESTART = Mode.REDRIVE, Mode.ENTER_AT, Mode.RESTART
HOPELESS, UNSAFE = Ruling.HOPELESS, Ruling.UNSAFE
SAFE, UNKNOWN = Ruling.SAFE, Ruling.UNKNOWN
IDEMPOTENT, EXTERNAL, APPEND = SideEffect.IDEMPOTENT, SideEffect.EXTERNAL, SideEffect.APPEND

Act = Callable[[Lab], object]


def nothing(lab: Lab) -> None:
    """Nothing changes."""
    del lab


@dataclass(frozen=True)
class Situation:
    """What is made, what changes after the failure, and the rulings by mode."""

    arrange: Act
    meanwhile: Act = nothing
    rulings: Mapping[Mode, Ruling] = field(default_factory=dict)
    effect: SideEffect = IDEMPOTENT
    repeats: bool = False


def both(ruling: Ruling) -> dict[Mode, Ruling]:
    """The same ruling on a redrive and a restart."""
    return {REDRIVE: ruling, RESTART: ruling}


SITUATIONS: Mapping[str, Situation] = {
    "code-bug-unchanged": Situation(bug, rulings=both(HOPELESS)),
    "code-bug-fixed": Situation(bug, lambda lab: lab.release(FINE), both(SAFE)),
    "code-bug-described": Situation(
        bug, lambda lab: lab.configure(Description="a new text"), both(HOPELESS)
    ),
    "code-bug-released-again": Situation(bug, lambda lab: lab.release(BUG), both(HOPELESS)),
    "code-bug-more-memory": Situation(
        bug, lambda lab: lab.configure(MemorySize=512), {REDRIVE: UNKNOWN}
    ),
    "setting-missing": Situation(setting, rulings={REDRIVE: HOPELESS}),
    "setting-set": Situation(
        setting,
        lambda lab: lab.configure(Environment={"Variables": {"CURRENCY": "EUR"}}),
        {REDRIVE: SAFE},
    ),
    "wrote-and-mended-external": Situation(wrote, mend, both(UNSAFE), EXTERNAL, repeats=True),
    "wrote-and-mended-append": Situation(wrote, mend, {REDRIVE: UNSAFE}, APPEND, repeats=True),
    "wrote-and-unchanged": Situation(wrote, rulings={REDRIVE: HOPELESS}, effect=EXTERNAL),
    "bad-object-unchanged": Situation(bad_object, rulings=both(HOPELESS)),
    "bad-object-corrected": Situation(bad_object, lambda lab: lab.put("day.txt", "7"), both(SAFE)),
    "bad-object-written-again": Situation(
        bad_object, lambda lab: lab.put("day.txt", "seven"), {REDRIVE: HOPELESS}
    ),
    "bad-input-unchanged": Situation(inline, rulings=both(HOPELESS)),
    "bad-input-edited": Situation(inline, edited, {REDRIVE: HOPELESS, RESTART: SAFE}),
    "unnamed-data-unchanged": Situation(hidden, rulings={REDRIVE: UNKNOWN}),
    "unnamed-data-corrected": Situation(
        hidden, lambda lab: lab.put("rate.txt", "7"), {REDRIVE: UNKNOWN}
    ),
    "handed-on-wrongly": Situation(handed_on, rulings={REDRIVE: HOPELESS, RESTART: UNKNOWN}),
    "handed-on-fixed": Situation(
        handed_on,
        lambda lab: lab.release("def handler(event, context):\n    return '7'\n"),
        {REDRIVE: HOPELESS, RESTART: UNKNOWN},
    ),
    "object-late": Situation(late_object, rulings=both(HOPELESS)),
    "object-comes": Situation(late_object, lambda lab: lab.put("day.txt", "7"), both(SAFE)),
    "function-missing": Situation(calls_nobody, rulings={REDRIVE: HOPELESS}),
    "function-comes": Situation(calls_nobody, lambda lab: lab.function(FINE), both(SAFE), EXTERNAL),
    "table-missing": Situation(reads_table, rulings={REDRIVE: HOPELESS}),
    "table-comes": Situation(reads_table, make_rates, both(SAFE), EXTERNAL),
    "queue-missing": Situation(sends_nowhere, rulings={REDRIVE: HOPELESS}),
    "queue-comes": Situation(sends_nowhere, make_queue, {REDRIVE: SAFE}, EXTERNAL),
    "machine-below-missing": Situation(starts_nobody, rulings={REDRIVE: HOPELESS}),
    "machine-below-comes": Situation(starts_nobody, make_below, {REDRIVE: SAFE}, EXTERNAL),
    "secret-missing": Situation(asks_secret, rulings={REDRIVE: HOPELESS}),
    "secret-comes": Situation(asks_secret, make_secret, {REDRIVE: SAFE}, EXTERNAL),
    "secret-unnamed": Situation(
        lambda lab: lab.calls(SECRET, lab.aws.role()), rulings={REDRIVE: UNKNOWN}
    ),
    "bucket-missing": Situation(lists_bucket, rulings={REDRIVE: HOPELESS}),
    "bucket-comes": Situation(lists_bucket, lambda lab: lab.bucket(), {REDRIVE: SAFE}, EXTERNAL),
    "grant-missing": Situation(unreadable, rulings=both(HOPELESS)),
    "grant-comes": Situation(unreadable, grant_read, both(SAFE)),
    "grant-of-something-else": Situation(unreadable, grant_other, {REDRIVE: UNKNOWN}),
    "grant-by-the-bucket": Situation(unreadable, open_bucket, {REDRIVE: SAFE}),
    "role-swapped": Situation(unreadable, swap_role, {REDRIVE: SAFE}),
    "deny-stays": Situation(forbidden, rulings={REDRIVE: HOPELESS}),
    "deny-taken-back": Situation(forbidden, undo_deny, {REDRIVE: SAFE}),
    "machine-may-not-call": Situation(may_not_call, rulings={REDRIVE: UNKNOWN}),
    "machine-may-call": Situation(may_not_call, let_call, {REDRIVE: SAFE}, EXTERNAL),
    "bad-path": Situation(bad_path, rulings=both(HOPELESS)),
    "bad-path-corrected": Situation(
        bad_path, lambda lab: lab.redefine(RIGHT), {REDRIVE: HOPELESS, RESTART: SAFE}
    ),
    "no-choice": Situation(no_choice, rulings=both(HOPELESS)),
    "fail-state-fixed": Situation(
        gives_up, lambda lab: lab.release(FINE), {REDRIVE: HOPELESS, RESTART: SAFE}
    ),
    "time-unchanged": Situation(too_slow, rulings={REDRIVE: UNKNOWN}),
    "time-raised": Situation(too_slow, lambda lab: lab.configure(Timeout=20), {REDRIVE: SAFE}),
    "time-of-task-raised": Situation(too_short, longer, {REDRIVE: UNKNOWN, RESTART: SAFE}),
    "too-large": Situation(lambda lab: lab.calls(LARGE), rulings={REDRIVE: HOPELESS}),
    "throttled-idempotent": Situation(throttled_rewriting, rulings=both(SAFE)),
    "throttled-external": Situation(throttled, rulings=both(UNSAFE), effect=EXTERNAL, repeats=True),
    "container-crashes": Situation(container(CRASHES), rulings={REDRIVE: UNKNOWN}),
    "container-pinned-crashes": Situation(container(CRASHES, PINNED), rulings=both(HOPELESS)),
    "container-registered-alike": Situation(
        container(CRASHES, PINNED), register_again, {REDRIVE: HOPELESS}
    ),
    "container-registered-anew": Situation(container(CRASHES), register, both(SAFE)),
    "container-may-have-written": Situation(
        container(CRASHES), register, {REDRIVE: UNSAFE}, EXTERNAL
    ),
    "container-ends-with-its-own-code": Situation(container(ENDS), rulings={REDRIVE: UNKNOWN}),
    "image-missing": Situation(unpushed, rulings={REDRIVE: HOPELESS}),
    "image-comes": Situation(unpushed, push, both(SAFE), EXTERNAL),
    "below-unchanged": Situation(below, rulings={REDRIVE: HOPELESS}),
    "below-corrected": Situation(below, correct_below, both(SAFE)),
    "below-bug-fixed": Situation(bug_below, lambda lab: lab.release(FINE), {REDRIVE: SAFE}),
    "below-bug-unchanged": Situation(bug_below, rulings={REDRIVE: HOPELESS}),
    "entered-after-a-fix": Situation(
        sent_then_bug, lambda lab: lab.release(FINE), {REDRIVE: SAFE, ENTER_AT: SAFE}
    ),
    "entered-after-a-fix-external": Situation(
        sent_then_bug, lambda lab: lab.release(FINE), {ENTER_AT: UNSAFE}, EXTERNAL
    ),
    "entered-unchanged": Situation(sent_then_bug, rulings={ENTER_AT: HOPELESS}),
    "entered-definition-corrected": Situation(
        sent_then_wrong,
        correct_path,
        {REDRIVE: HOPELESS, ENTER_AT: SAFE, RESTART: UNSAFE},
        EXTERNAL,
        repeats=True,
    ),
    "item-put": Situation(after(puts), make_rates, both(SAFE), EXTERNAL),
    "item-removed": Situation(after(removes), make_rates, both(SAFE), EXTERNAL),
    "item-put-anew": Situation(
        after(puts_new), make_rates, {REDRIVE: SAFE, RESTART: UNSAFE}, EXTERNAL, repeats=True
    ),
    "message-sent": Situation(
        after(sends), make_rates, {REDRIVE: SAFE, RESTART: UNSAFE}, EXTERNAL, repeats=True
    ),
    "counted-up": Situation(
        after(adds), make_rates, {REDRIVE: SAFE, RESTART: UNSAFE}, EXTERNAL, repeats=True
    ),
}
