"""What a role may do, and what it may have read: looked at where a failure may come from it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bunsui_core.app.noting import NOT_LOOKED_AT, Noting
from bunsui_core.domain.canonical import json_digest, text_digest
from bunsui_core.domain.denial import Denial, denial_of
from bunsui_core.domain.granted import grant, readable
from bunsui_core.domain.standing import Standing
from bunsui_core.domain.thing import Thing, ThingKind
from bunsui_core.domain.verdict import Subject
from bunsui_core.ports.observe import RoleState, Surroundings


class Rights:
    """Looks at the rights behind one failure; `own` is the role of the function that failed."""

    def __init__(self, around: Surroundings | None, own: str, noting: Noting) -> None:
        self._around = around
        self._role = own
        self._noting = noting

    def denied(self, words: str) -> list[Standing]:
        """Return all that the role is granted, the action denied, and the resource's policy."""
        denial = denial_of(words) or Denial()
        role, around = denial.role or self._role, self._around
        if around is None or not role:
            return [
                self._noting.unseen(
                    Subject.ROLE, role or "role", f"what was denied {NOT_LOOKED_AT}"
                )
            ]
        found = self._noting.read(Subject.ROLE, role, partial(self._granted, role, denial, around))
        return [*found, *self._policy(denial, around)]

    def _granted(self, role: str, denial: Denial, around: Surroundings) -> Iterator[Standing]:
        found = around.role(role)
        yield self._noting.seen(
            Subject.ROLE, role, _role_digest(found), f"what role {role} is granted"
        )
        if denial.action:
            said = grant(found.texts, denial.action, denial.resource, found.boundary)
            told = f"{denial.action} is {said} by the policies of role {role}"
            yield self._noting.seen(Subject.GRANT, f"{role} {denial.action}", said, told)
        if denial.role and self._role not in {"", role}:
            yield from self._granted(self._role, denial.model_copy(update={"role": ""}), around)

    def _policy(self, denial: Denial, around: Surroundings) -> list[Standing]:
        """The resource may grant or forbid it by a policy of its own."""
        kept = {"s3": ThingKind.BUCKET, "sqs": ThingKind.QUEUE, "secretsmanager": ThingKind.SECRET}
        service = denial.action.partition(":")[0]
        name = denial.resource or denial.action or "resource"
        if service not in kept or not denial.resource:
            told = f"whether {name} has a policy of its own {NOT_LOOKED_AT}"
            return [self._noting.unseen(Subject.POLICY, name, told)]
        if service == "s3":
            name = denial.resource.rsplit(":::", 1)[-1].partition("/")[0]

        def read() -> Iterator[Standing]:
            found = around.thing(Thing(kind=kept[service], name=name))
            if found.policy is None:
                yield self._noting.unseen(
                    Subject.POLICY, name, f"the policy of {name} {NOT_LOOKED_AT}"
                )
                return
            state = json_digest(found.policy) if found.policy else "none"
            yield self._noting.seen(Subject.POLICY, name, state, f"the policy of {name}")

        return self._noting.read(Subject.POLICY, name, read)

    def data(self, is_connected: bool) -> list[Standing]:
        """Return what a function may have read that nothing names: its cause may lie there."""
        if is_connected:
            told = "it is in a network, and what it reads there is not looked at"
            return [self._noting.unseen(Subject.DATA, self._role, told)]
        around = self._around
        if around is None:
            told = f"what role {self._role} may read {NOT_LOOKED_AT}"
            return [self._noting.unseen(Subject.DATA, self._role, told)]
        return self._noting.read(Subject.DATA, self._role, partial(self._readable, around))

    def _readable(self, around: Surroundings) -> Iterator[Standing]:
        found = around.role(self._role)
        if services := readable(found.texts, found.boundary):
            told = f"role {self._role} may read {', '.join(services)}, which nothing here names"
            yield self._noting.unseen(Subject.DATA, self._role, told)
            return
        told = f"role {self._role} reads no store of data"
        yield self._noting.seen(Subject.DATA, self._role, "nothing", told)


def _role_digest(role: RoleState) -> str:
    told = [f"{policy.name} {policy.document}" for policy in role.policies]
    return text_digest("\n".join([*told, f"boundary {role.boundary}"]))
