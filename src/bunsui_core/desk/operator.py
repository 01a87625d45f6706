"""What a human can do: look, ask and decide. Deciding signs; only a worker executes."""

from __future__ import annotations

from collections.abc import Callable

from bunsui_core.app.decide import Deciding, Said, decide, mine, trusted, unlock
from bunsui_core.app.decide import Signing as Signing
from bunsui_core.app.govern import sign_policy
from bunsui_core.app.request import submit
from bunsui_core.app.review import Looked, review_steps
from bunsui_core.app.startable import require_startable
from bunsui_core.app.stopping import stopping
from bunsui_core.app.verify import explain_request, policy_in_force
from bunsui_core.desk.agent import AgentDesk, Nature
from bunsui_core.desk.together import decide_together, for_this, kin_among
from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer, Approval, ask
from bunsui_core.domain.canonical import json_digest, text_digest
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.explaining import Explained
from bunsui_core.domain.kin import Kin, group_code
from bunsui_core.domain.plan import Place, Plan, Risk, StartSession
from bunsui_core.domain.policy import SignedPolicy, requirement
from bunsui_core.domain.policy_words import sentences
from bunsui_core.domain.propose import LIFETIME
from bunsui_core.domain.reviewing import as_nothing, document, typed_code
from bunsui_core.domain.signing import Proof, Unlocked, proof_of
from bunsui_core.domain.together import Together
from bunsui_core.domain.trust import Approver
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store


class OperatorDesk(AgentDesk):
    """Everything an agent can do, and what only a human may: review, decide, start sessions."""

    def __init__(
        self, store: Store, seeing: Seeing, deciding: Deciding, place: Place, nature: Nature
    ) -> None:
        own = mine(deciding)
        requester = f"human:{own[0].name}" if own else "human:unknown"
        super().__init__(store, seeing, requester, nature)
        self._deciding = deciding
        self._place = place

    def review(self, request_id: str) -> Review:
        """Return everything a human should see before deciding, looked up now. Raises: NotFound."""
        now = self._nature.clock()
        request = self._store.requests.get(request_id)
        steps = review_steps(request, Looked(self._store, self._seeing, now))
        if not self.executes:
            steps = as_nothing(steps, request.plan)
        needed, explained = self._requirement(request.plan), self.explain(request_id)
        text = document(request, steps, needed, sentences(explained))
        return Review(
            plan=request.plan,
            approval=self.approval(request_id),
            steps=steps,
            requirement=needed,
            typed_code=typed_code(request.plan),
            document=text,
            shown_digest=text_digest(text),
            freshness=self.freshness(),
            explained=explained,
        )

    def decide(
        self,
        review: Review,
        answer: Answer,
        signing: Signing,
        reason: str = "",
        typed: str = "",
    ) -> Approval:
        """Sign and record a decision about exactly what was reviewed.

        Raises: NotAuthorised for a wrong passphrase or approver, Refused by the policy, for a
        request that is not open any more, or when the typed code of a high risk is missing.
        """
        if answer is Answer.APPROVE and typed.strip().upper() != review.typed_code:
            raise Refused(
                f"this request is of high risk: type {review.typed_code} to approve it.",
                "Read the review again, then type the code.",
            )
        nonce, lifting = self._nature.new_request_id(), signing.break_glass
        said = Said(answer=answer, reason=reason, nonce=nonce, break_glass=lifting)
        now = self._nature.clock()
        decide(review, said, signing, self._deciding, self._store.requests, now)
        return self.approval(review.plan.request_id)

    def stop(self, request_id: str, signing: Signing, reason: str) -> Approval:
        """Sign that what is not begun of a plan is not done; no policy or freeze forbids it.

        Raises: NotFound; NotAuthorised for a wrong passphrase or approver; Refused when there is
        nothing left to stop.
        """
        review = stopping(self.approval(request_id), self.freshness())
        return self.decide(review, Answer.REJECT, signing, reason)

    def alike(self, approvals: tuple[Approval, ...]) -> tuple[Kin, ...]:
        """Return which of these requests wait and can be reviewed together."""
        return kin_among(approvals, self._store.diagnoses)

    def decide_together(
        self,
        reviews: tuple[Review, ...],
        answer: Answer,
        signing: Signing,
        reason: str = "",
        typed: str = "",
    ) -> Together:
        """Sign the same answer to each request, by itself; what changed meanwhile is left out.

        Raises: NotAuthorised for a wrong passphrase, Refused without the code of a high risk.
        """
        code = group_code(reviews)
        if answer is Answer.APPROVE and typed.strip().upper() != code:
            raise Refused(
                f"there is a high risk among these requests: type {code} to approve them.",
                "Read the reviews again, then type the code.",
            )
        return decide_together(
            reviews,
            self.review,
            lambda one: self.decide(one, answer, for_this(signing, one), reason, one.typed_code),
        )

    def unlock(self, name: str, passphrase: str) -> Unlocked:
        """Open an approver's key in this process for some minutes; each decision stays one act.

        Raises: NotAuthorised for a wrong passphrase, too many of them or nobody's name; Refused
        for a key in KMS and where keys are not kept open.
        """
        return unlock(name, passphrase, self._deciding)

    def unlocked(self) -> Unlocked | None:
        """Return whose key is open in this process; it takes no time to ask."""
        return self._deciding.unlocking.unlocked()

    def lock(self) -> None:
        """Close the open key at once."""
        self._deciding.unlocking.lock()

    def mine(self) -> tuple[Approver, ...]:
        """Return who may decide from this machine: whose key file is here, or is in KMS."""
        return mine(self._deciding)

    def wrong_passphrases(self, name: str) -> int:
        """Return how many were typed for an approver's key here since the last right one.

        Raises: what signing would raise whatever is typed: NotAuthorised, NotFound, StoreDamaged.
        """
        return self._deciding.unlocking.wrong(trusted(self._deciding.keys, name))

    def change_passphrase(self, name: str, old: str, choose: Callable[[], str]) -> None:
        """Put an approver's key file under a new passphrase, chosen once the old one opened it.

        Raises: NotAuthorised for a wrong passphrase or nobody's name; BadInput, Refused.
        """
        self._deciding.unlocking.change(trusted(self._deciding.keys, name), old, choose)

    def proof(self, name: str) -> Proof:
        """Return what an approver types so that her key signs. Raises: NotAuthorised."""
        return proof_of(trusted(self._deciding.keys, name).holder)

    def start(self, pipeline: str, input_text: str, reason: str) -> Approval:
        """Queue a request to start a session. Raises: NotFound, BadInput, Refused."""
        found = self._store.pipelines.get(pipeline)
        require_startable(found, self._seeing.inventory)
        now = self._nature.clock()
        step = StartSession(
            session_id=self._nature.new_session_id(),
            pipeline=found.name,
            graph_hash=found.graph_hash,
            input_digest=json_digest(input_text),
        )
        plan = Plan(
            request_id=self._nature.new_request_id(),
            requester=self.requester,
            environment=self._place.environment,
            account=self._place.account,
            region=self._place.region,
            created_at=now,
            expires_at=now + LIFETIME,
            risk=Risk.MEDIUM,
            steps=(step,),
        )
        return submit(ask(plan, reason, (input_text,)), self._store.requests, now)

    def approvers(self) -> tuple[Approver, ...]:
        """Return everyone who is or was trusted to decide."""
        return self._deciding.keys.trusted()

    def explain(self, request_id: str) -> Explained:
        """Return what the policy says of a request now, and who may sign it. Raises: NotFound."""
        standing, now = self.approval(request_id), self._nature.clock()
        return explain_request(standing, self._deciding.keys, now, self._store)

    def sign_policy(self, text: str, signing: Signing) -> SignedPolicy:
        """Put a policy in force, signed by a lead; the ones before it are kept.

        Raises: BadInput, with the line; NotAuthorised unless a lead signs; Refused, Conflict.
        """
        return sign_policy(text, signing, self._deciding.keys, self._nature.clock())

    def init_approver(self, name: str, passphrase: str, demo: bool = False) -> Approver:
        """Make the first approver's key and the starter policy. Raises: Refused, BadInput."""
        made = self._deciding.keys.create(name, passphrase, demo, self._nature.clock())
        self.requester = f"human:{made.name}"
        return made

    def adopt_approver(self, name: str, kms_key: str) -> Approver:
        """Trust a key that KMS holds as the first one, and make the starter policy.

        Raises: Refused, BadInput, NotFound, NotAuthorised, Unavailable.
        """
        made = self._deciding.keys.adopt(name, kms_key, self._nature.clock())
        self.requester = f"human:{made.name}"
        return made

    def _requirement(self, plan: Plan) -> str:
        return requirement(policy_in_force(self._deciding.keys), plan).value
