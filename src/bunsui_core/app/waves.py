"""Execute a plan wave by wave: what came of the steps so far decides what is done next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from bunsui_core.app.perform import Stopped
from bunsui_core.domain.approval import Effect, EffectState, Request, StepEffect, StepState
from bunsui_core.domain.plan import Step, step_job
from bunsui_core.domain.waves import Fate, Go, Over, Wait, Waves, next_wave, progress
from bunsui_core.ports.store import Sessions

Fates: TypeAlias = dict[int, Fate]
"""What came of the steps that were performed, by number."""

LEFT_OUT = frozenset({EffectState.STALE})
"""The ends of a step in which nothing was called, because its session was not as expected."""


def fates_of(request: Request, effect: Effect, sessions: Sessions) -> Fates:
    """Return what came of each step so far; what was recorded as its end is not looked up again.

    A step whose intent stands alone is left out: it is still to be repaired.
    """
    found: Fates = {}
    for done in effect.steps:
        step = request.plan.steps[done.number - 1]
        if done.fate:
            found[done.number] = done.fate
        elif done.state is StepState.DONE:
            found[done.number] = _fate(step, sessions)
    return found


def waits(request: Request, effect: Effect, sessions: Sessions) -> bool:
    """Whether nothing can be done for a plan in waves before a job ends."""
    waves = request.plan.waves
    if waves is None or effect.state is not EffectState.EXECUTING:
        return False
    fates = fates_of(request, effect, sessions)
    return isinstance(next_wave(waves, len(request.plan.steps), fates), Wait)


class WaveRun:
    """One turn at a plan in waves. `perform` does a step, `record` keeps what came of it."""

    def __init__(
        self,
        request: Request,
        effect: Effect,
        sessions: Sessions,
        perform: Callable[[int, StepEffect | None], None],
        record: Callable[[int, StepState, str, Fate | None], None],
    ) -> None:
        self._request = request
        self._known = {step.number: step for step in effect.steps}
        self._sessions = sessions
        self._fates = fates_of(request, effect, sessions)
        self._perform = perform
        self._record = record

    @property
    def progress(self) -> str:
        """How far the plan is, in one line."""
        return progress(len(self._request.plan.steps), self._fates)

    def go_on(self, waves: Waves) -> tuple[EffectState, str] | None:
        """Perform what can be performed now; return how the plan ended, or None while it runs.

        Raises: Unavailable when AWS does not answer; what was performed stays recorded.
        """
        self._keep_ends()
        total = len(self._request.plan.steps)
        while True:
            match next_wave(waves, total, self._fates):
                case Wait():
                    return None
                case Over(stopped=stopped):
                    told = self.progress
                    state = EffectState.FAILED if stopped else EffectState.DONE
                    return state, f"{stopped}; {told}" if stopped else told
                case Go(steps=steps):
                    for number in steps:
                        self._do(number)

    def settle(self) -> None:
        """See what became of the steps that were begun, where nothing more is to be called."""
        self._keep_ends()
        for number, known in self._known.items():
            if number not in self._fates and known.state is StepState.INTENDED:
                self._do(number)

    def _keep_ends(self) -> None:
        """Record the ends that were seen, so that none is looked up again."""
        for number, fate in self._fates.items():
            known = self._known[number]
            if known.fate is None and fate is not Fate.RUNNING:
                self._record(number, known.state, known.result, fate)

    def _do(self, number: int) -> None:
        before = self._known.get(number)
        try:
            self._perform(number, before)
            self._fates[number] = _fate(self._request.plan.steps[number - 1], self._sessions)
        except Stopped as stopped:
            self._fates[number] = self._stopped(number, stopped)

    def _stopped(self, number: int, stopped: Stopped) -> Fate:
        """Record a step that was not done; one that may have been done is looked at as done."""
        fate = Fate.LEFT_OUT if stopped.state in LEFT_OUT else Fate.FAILED
        if stopped.state is EffectState.DONE_AMBIGUOUS:
            fate = _fate(self._request.plan.steps[number - 1], self._sessions)
        state = StepState.FAILED if fate in {Fate.LEFT_OUT, Fate.FAILED} else StepState.DONE
        self._record(number, state, stopped.note, None if fate is Fate.RUNNING else fate)
        return fate


def _fate(step: Step, sessions: Sessions) -> Fate:
    """What became of the job of a step; an automatic retry of it counts as its going on."""
    run = sessions.get(step.session_id).run(step_job(step))
    if run is None:
        return Fate.SUCCEEDED
    if run.status.is_failure:
        return Fate.FAILED
    return Fate.SUCCEEDED if run.status.is_done else Fate.RUNNING
