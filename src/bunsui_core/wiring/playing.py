"""One play on the stage: its sessions, what the agent is told of them, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bunsui_core.adapters.emulator.scenes.play import Play
from bunsui_core.adapters.emulator.scenes.scene import Witness
from bunsui_core.domain.approval import Answer, Request
from bunsui_core.domain.demo import DemoTotals, ScenePlayed, difference
from bunsui_core.domain.session import Session
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.nature import new_id
from bunsui_core.wiring.rehearsal import Case, Rehearsed
from bunsui_core.wiring.stage import Stage


class Playing:
    """A play whose sessions were started."""

    def __init__(self, play: Play, stage: Stage) -> None:
        self.play = play
        self.scene = play.scene
        self._stage = stage
        self._begun = clock()
        self._run_id = new_id()
        self._staged = play.stage(stage.account, self._run_id)
        self.session_ids = tuple(stage.start(play, staged) for staged in self._staged)
        self.decision: Answer | None = None
        self.heard: set[str] = set()
        self._decided_at = self._begun

    @property
    def requests(self) -> int:
        """How many requests the agent makes for its sessions, where it makes any."""
        return len(self.cases)

    def is_explained(self) -> bool:
        """Whether a worker has said of every session that is asked for as one why it failed."""
        return not self.scene.as_one or self._stage.explained(self.session_ids)

    def settled(self) -> tuple[Session, ...]:
        """Wait until nothing of the sessions moves any more, and return them."""
        return tuple(map(self._stage.settled, self.session_ids))

    def meanwhile(self) -> str:
        """Let the world change, and return how."""
        return self.play.meanwhile(self._stage.account, self._run_id)

    @property
    def cases(self) -> tuple[Case, ...]:
        """What the scripted agent is told: each session, and its corrected input if any.

        Of sessions that are asked for as one it is told the first.
        """
        told: list[Case] = []
        most = 1 if self.scene.as_one else None
        for session_id, staged in list(zip(self.session_ids, self._staged, strict=True))[:most]:
            edited = staged.corrected_input
            told.append(
                {
                    "session_id": session_id,
                    "edited_input": {"input": json.loads(edited)} if edited else None,
                    "insists": staged.insists,
                    "as_storm": self.scene.as_one,
                }
            )
        return tuple(told)

    def is_new(self, asked: Request) -> bool:
        """Whether a request is about one of the sessions, and nobody has heard it."""
        return asked.plan.session_id in self.session_ids and asked.id not in self.heard

    def answer(self, asked: Request) -> Answer | None:
        """Answer a request as the scene says; what was said."""
        if self.scene.answer is None:
            return None
        self._stage.decide(asked, self.scene.answer, self.scene.story)
        self.decision, self._decided_at = self.scene.answer, clock()
        return self.decision

    def end(self, said: Mapping[str, Rehearsed]) -> ScenePlayed:
        """Return how the scene went, and whether it went as its story says."""
        sessions = self.settled()
        seen = self.play.witness(self._stage.account, self._run_id, sessions)
        told = said[self.session_ids[0]]
        made = ScenePlayed(
            scene=self.scene.name,
            pipeline=self.scene.pipeline,
            session_id=self.session_ids[0],
            session_ids=self.session_ids,
            first_status=told.first_status,
            category=told.category,
            failed_state_path=told.failed_state_path,
            root_path=told.root_path,
            verdicts=told.verdicts,
            request_id=told.request_id,
            others=tuple(one.as_job for one in told.others),
            decision=self.decision,
            mode=told.mode,
            final_status=", ".join(sorted({session.status.value for session in sessions})),
            witness=seen.text if seen else "",
            as_told=False,
            difference="",
            later=self.scene.later,
            seconds=self._seconds(sessions),
        )
        return self._compared(made, seen)

    def _seconds(self, sessions: tuple[Session, ...]) -> float:
        """From the start until the last thing happened: a decision, or the end of a session."""
        ends = (session.stopped_at for session in sessions if session.stopped_at)
        return round((max(self._decided_at, *ends) - self._begun).total_seconds(), 2)

    def _compared(self, made: ScenePlayed, seen: Witness | None) -> ScenePlayed:
        found = difference(self.scene.end, made)
        if not found and seen and not seen.holds:
            found = f"the story says otherwise than: {seen.text}"
        return made.model_copy(update={"difference": found, "as_told": not found})


def totals(played: tuple[ScenePlayed, ...], seconds: float) -> DemoTotals:
    """Return the sums over the scenes."""
    approved = [scene for scene in played if scene.decision == Answer.APPROVE]
    return DemoTotals(
        scenes=len(played),
        as_told=sum(scene.as_told for scene in played),
        recovered=sum(scene.final_status == "SUCCEEDED" for scene in approved),
        rejected=sum(scene.decision == Answer.REJECT for scene in played),
        healthy=sum(scene.request_id is None for scene in played),
        seconds=round(seconds, 2),
    )
