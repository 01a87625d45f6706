"""What can happen around one call of an executor: deaths, silence, sleep, rivals, strangers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bunsui_core.app.lease import LEASE
from bunsui_core.app.perform import store_change
from bunsui_core.domain.approval import Withdrawal
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.plan import EnterJob, RestartJob
from bunsui_core.domain.session import JobRun, Session, SessionStatus, Wish
from tests.builders import NOW, a_failed_attempt, an_attempt
from tests.exactly_once.play import Act, Play
from tests.fakes import Crash

OVER = LEASE.total_seconds() + 1
LONG = 20 * 60.0
"""Seconds after which RedriveExecution remembers no token any more."""


def dies(play: Play) -> None:
    """The process ends."""
    raise Crash


def dies_for_long(play: Play) -> None:
    """The process ends, what it may have started fails, and AWS forgets the token meanwhile."""
    fails_again(play)
    play.wait(seconds=LONG)
    raise Crash


def silence(play: Play) -> None:
    """The answer is lost."""
    raise Unavailable("nobody answers.", "Try again.")


def rival(play: Play) -> None:
    """Another executor comes at the same moment."""
    play.try_execute()


def overtaken(play: Play) -> None:
    """This executor is silent until its lease is over, another one goes on, and it wakes up."""
    play.wait(seconds=OVER)
    play.try_execute()


def overtaken_late(play: Play) -> None:
    """Another one took over; what it did failed again, and AWS has forgotten the token."""
    overtaken(play)
    fails_again(play)
    play.wait(seconds=LONG)


def asleep(play: Play) -> None:
    """The machine sleeps for long, nobody takes over, and AWS has forgotten the token."""
    play.wait(seconds=LONG)


def overtaken_soon(play: Play) -> None:
    """Another one took over, and what it did failed again at once."""
    overtaken(play)
    fails_again(play)


def fails_again(play: Play) -> None:
    """What runs of the job fails."""
    for arn in list(play.world.executions):
        play.world.fails(arn)


def redriven(play: Play) -> None:
    """A stranger redrives the failed execution, which runs."""
    play.world.stranger_redrives(play.arn)


def redriven_failed(play: Play) -> None:
    """A stranger redrives the failed execution, which fails again."""
    redriven(play)
    play.world.fails(play.arn)


def redriven_twice(play: Play) -> None:
    """A stranger redrives it twice, and it failed both times."""
    redriven_failed(play)
    redriven_failed(play)


def redefined(play: Play) -> None:
    """A stranger deploys another definition of the machine."""
    play.inventory.revision = "rev-2"


def began_anew(play: Play) -> None:
    """Another request's attempt stands in the session."""

    def change(session: Session) -> Session:
        run = session.runs[0]
        attempts = run.attempts
        if len(attempts) > 1:
            return session
        again = a_failed_attempt(number=2, execution_arn=play.arn.replace("-a1", "-a9"))
        runs = (JobRun(job=run.job, attempts=(*attempts, again)), *session.runs[1:])
        return session.model_copy(update={"runs": runs})

    _save(play, change)


def name_taken(play: Play) -> None:
    """A stranger starts an execution under the name, with another input."""
    if isinstance(play.script.step, RestartJob | EnterJob):
        play.world.stranger_starts(play.next_arn, '{"of": "a stranger"}')


def withdrawn(play: Play) -> None:
    """Its asker takes the request back."""
    asker = play.request.plan.requester
    taken = Withdrawal(request_id=play.request.id, by=asker, reason="enough", at=NOW)
    play.ground.home.requests.withdraw(taken)


def paused(play: Play) -> None:
    """Another request pauses the session."""
    _save(play, lambda one: _wished(one, Wish.PAUSE, SessionStatus.PAUSED))


def let_go_on(play: Play) -> None:
    """Another request lets the session go on."""
    _save(play, lambda one: _wished(one, Wish.RUN, SessionStatus.RUNNING))


def ended(play: Play) -> None:
    """The session ends by itself."""

    def change(session: Session) -> Session:
        done = an_attempt(execution_arn=play.arn)
        runs = tuple(JobRun(job=run.job, attempts=(done,)) for run in session.runs)
        return session.model_copy(update={"runs": runs, "status": SessionStatus.SUCCEEDED})

    _save(play, change)


def _wished(session: Session, wish: Wish, status: SessionStatus) -> Session:
    if not session.status.is_open:
        return session
    return session.model_copy(update={"wish": wish, "wished_by": "r-other-1", "status": status})


def _save(play: Play, change: Callable[[Session], Session]) -> None:
    store_change(play.script.step.session_id, play.hands(), change)


DEATHS: Mapping[str, Act] = {one.__name__: one for one in (dies, dies_for_long, silence)}
RIVALS: Mapping[str, Act] = {
    one.__name__: one for one in (rival, overtaken, overtaken_soon, overtaken_late, asleep)
}

STRANGERS: Mapping[str, tuple[Act, ...]] = {
    "redrive": (redriven, redriven_failed, redriven_twice, redefined, began_anew, withdrawn),
    "restart": (redriven, redriven_failed, redefined, began_anew, name_taken, withdrawn),
    "enter_at": (redriven_failed, redefined, began_anew, name_taken, withdrawn),
    "mark_done": (redriven, redriven_failed, redefined, began_anew, withdrawn),
    "pause": (paused, ended, withdrawn),
    "unpause": (let_go_on, ended, withdrawn),
    "cancel": (ended, withdrawn),
    "start": (withdrawn,),
}
"""Who else acts, by kind: each of them makes the world another one than the plan expects."""


def both(stranger: Act, then: Act) -> Act:
    """A stranger acts, and then something else happens to this executor."""

    def act(play: Play) -> None:
        stranger(play)
        then(play)

    return act
