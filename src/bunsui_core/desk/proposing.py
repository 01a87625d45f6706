"""The proposals that a desk made, and asking for them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import NamedTuple, TypeAlias

from bunsui_core.app.brake import Brake, control
from bunsui_core.app.propose import Asked, offers
from bunsui_core.app.wave_plan import StormAsked, plan_storm
from bunsui_core.domain.errors import NotFound, Refused, Stale
from bunsui_core.domain.plan import ControlSession, JobStep, Plan, StartSession
from bunsui_core.domain.preview import NOTHING
from bunsui_core.domain.previewing import preview_difference
from bunsui_core.domain.recovery import ControlProposal, Proposal
from bunsui_core.domain.storm import StormProposal
from bunsui_core.domain.verdict import Ruling
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store

REMEMBERED = 200
"""How many proposals a desk keeps, to be asked for by their id."""


class MadeRerun(NamedTuple):
    """A way to run a job again, and what was asked."""

    asked: Asked
    proposal: Proposal


class MadeControl(NamedTuple):
    """A pause or a cancellation, and what was asked."""

    asked: Brake
    proposal: ControlProposal


class MadeStorm(NamedTuple):
    """One plan for a storm, and what was asked."""

    asked: StormAsked
    proposal: StormProposal


Made: TypeAlias = MadeRerun | MadeControl | MadeStorm
"""A proposal with what was asked, so that the same can be asked again."""


class Proposed:
    """The newest proposals of one desk, by their ids. Thread-safe."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, Made] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, *made: Made) -> None:
        """Remember proposals, and forget the oldest ones."""
        with self._lock:
            for one in made:
                self._made[one.proposal.proposal_id] = one
            while len(self._made) > REMEMBERED:
                self._made.popitem(last=False)

    def get(self, proposal_id: str) -> Made:
        """Return a proposal and what was asked. Raises: NotFound."""
        with self._lock:
            known = self._made.get(proposal_id)
        if known is None:
            raise NotFound(
                f"proposal {proposal_id[:64]!r} was not made here, or long ago.",
                "Call propose_recovery and use a proposal_id of its answer.",
            )
        return known


def still_good(made: Made, store: Store, seeing: Seeing) -> tuple[Plan, tuple[str, ...]]:
    """Return the plan of a proposal and its texts, when the world is still as it was.

    Raises: Stale when it moved since, Refused for a hopeless one, NotFound, Unavailable.
    """
    match made:
        case MadeControl(asked=asked, proposal=proposal):
            if control(asked, store, seeing).plan != proposal.plan:
                raise _stale(proposal.proposal_id, "the session is in another state")
            return proposal.plan, ()
        case MadeStorm(asked=asked, proposal=proposal):
            if _bare(plan_storm(asked, store, seeing).plan) != _bare(proposal.plan):
                raise _stale(proposal.proposal_id, "other sessions are in the storm")
            return proposal.plan, proposal.inputs
        case MadeRerun():
            return _still_good(made, store, seeing)


def _still_good(made: MadeRerun, store: Store, seeing: Seeing) -> tuple[Plan, tuple[str, ...]]:
    """The plan that was shown is kept: of its preview, what other branches do may differ by now."""
    plan, proposal_id = made.proposal.plan, made.proposal.proposal_id
    found = offers(made.asked, store, seeing)
    same = next((one for one in found.proposals if _bare(one.plan) == _bare(plan)), None)
    if same is None:
        told = (one.why for one in found.refused if one.mode is made.proposal.mode)
        raise _stale(proposal_id, next(told, ""))
    if moved := preview_difference(made.proposal.preview, same.preview):
        raise _stale(proposal_id, moved)
    if same.verdict.ruling is Ruling.HOPELESS:
        raise Refused(
            f"{same.mode.value} is HOPELESS: {same.verdict.reasons[0].text}.",
            "Choose another mode, or change what made it fail first.",
        )
    return plan, (same.input,)


def _bare(plan: Plan) -> Plan:
    """A plan without what it previews."""
    steps = tuple(
        step if isinstance(step, StartSession | ControlSession) else _unseen(step)
        for step in plan.steps
    )
    return plan.model_copy(update={"steps": steps})


def _unseen(step: JobStep) -> JobStep:
    return step.model_copy(update={"preview": NOTHING})


def _stale(proposal_id: str, told: str) -> Stale:
    return Stale(
        f"the world changed since proposal {proposal_id[:12]} was made{f': {told}' * bool(told)}.",
        "Call propose_recovery again and look at what is different.",
    )
