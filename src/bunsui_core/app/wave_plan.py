"""Make one plan for the sessions of a storm: each judged by itself, tried in waves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bunsui_core.app.glance import at_a_glance
from bunsui_core.app.propose import Asked, offers
from bunsui_core.app.request import open_targets
from bunsui_core.app.storm import find_storm
from bunsui_core.domain.errors import BadInput, BunsuiError, Refused, Unavailable
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.propose import LIFETIME, OFFERED
from bunsui_core.domain.recovery import Proposal, Wanted
from bunsui_core.domain.storm import Casualty, LeftOut, Storm, StormProposal
from bunsui_core.domain.verdict import Mode, Ruling
from bunsui_core.domain.waves import Waves
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store


@dataclass(frozen=True)
class StormAsked:
    """Who asks for which storm, how, and when; without a mode the best of the canary is taken."""

    storm_id: str
    mode: Mode | None
    waves: Waves
    requester: str
    at: datetime
    request_id: str


def plan_storm(asked: StormAsked, store: Store, seeing: Seeing) -> StormProposal:
    """Return one plan for every session of a storm that can be recovered alike. Nothing is written.

    The canary is looked at in AWS; the others as they were archived, for each is compared with the
    world just before it is touched.
    Raises: NotFound; Refused when none of them can be recovered; Unavailable.
    """
    if asked.mode is Mode.MARK_DONE:
        raise BadInput(
            "a storm cannot be recovered by mark_done: an output is that of one job.",
            f"Choose one of {', '.join(one.value for one in OFFERED)}.",
        )
    storm = find_storm(asked.storm_id, store)
    waiting = open_targets(store.requests, asked.at)
    found: list[Proposal] = []
    left_out: list[LeftOut] = []
    for one, said in _each(storm, asked, store, seeing, waiting):
        if isinstance(said, Proposal):
            found.append(said)
        else:
            left_out.append(LeftOut(session_id=one.session_id, reason=said))
    if not found:
        raise Refused(
            f"no session of {storm.storm_id} can be recovered so. Of {left_out[0].session_id}: "
            f"{left_out[0].reason.removesuffix('.')}.",
            "Look at one of them, or choose another mode.",
        )
    plan = _plan(asked, found)
    return StormProposal(
        proposal_id=plan.digest,
        storm=storm,
        mode=found[0].mode,
        canary=found[0],
        left_out=tuple(left_out),
        plan=plan,
        inputs=tuple(dict.fromkeys(one.input for one in found)),
    )


def _each(
    storm: Storm, asked: StormAsked, store: Store, seeing: Seeing, waiting: Mapping[str, str]
) -> Iterator[tuple[Casualty, Proposal | str]]:
    """Yield the proposal for each session, or why there is none.

    The first ones are looked at in AWS, as many as the canary has; their mode is everyone's.
    """
    glance, mode, looked = at_a_glance(seeing, store), asked.mode, 0
    for one in storm.casualties:
        if request_id := waiting.get(f"{one.session_id}/{one.job}"):
            yield one, f"request {request_id} about it is open"
            continue
        eyes = seeing if looked < asked.waves.canary else glance
        said = _proposal(one, mode, asked, store, eyes)
        if isinstance(said, Proposal):
            mode, looked = said.mode, looked + 1
        yield one, said


def _proposal(
    one: Casualty, mode: Mode | None, asked: StormAsked, store: Store, eyes: Seeing
) -> Proposal | str:
    question = Asked(
        session_id=one.session_id,
        job=one.job,
        wanted=Wanted(mode=mode),
        requester=asked.requester,
        at=asked.at,
        request_ids=("",) * len(OFFERED),
    )
    try:
        found = offers(question, store, eyes)
    except Unavailable:
        raise
    except BunsuiError as error:
        return error.message
    if not found.proposals:
        return found.refused[0].why
    best = found.proposals[0]
    if best.verdict.ruling is Ruling.HOPELESS:
        return f"{best.mode.value} is HOPELESS: {best.verdict.reasons[0].text}"
    return best


def _plan(asked: StormAsked, found: list[Proposal]) -> Plan:
    first = found[0].plan
    return Plan(
        request_id=asked.request_id,
        requester=asked.requester,
        environment=first.environment,
        account=first.account,
        region=first.region,
        created_at=asked.at,
        expires_at=asked.at + LIFETIME,
        risk=max((one.plan.risk for one in found), key=lambda risk: risk.rank),
        waves=asked.waves,
        steps=tuple(one.plan.steps[0] for one in found),
    )
