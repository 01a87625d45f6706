"""What a failure may depend on beyond code and data: roles, task definitions, things by name."""

from __future__ import annotations

import json

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.adapters.aws.existing import existing
from bunsui_core.adapters.aws.inventory import digest_of
from bunsui_core.domain.errors import BadInput, NotFound
from bunsui_core.domain.thing import Thing
from bunsui_core.ports.observe import PolicyText, RoleState, TaskState, ThingState

_SETTINGS = ("containerDefinitions", "taskRoleArn", "executionRoleArn", "volumes", "networkMode")


class AwsSurroundings:
    """Reads roles, task definitions, and whether named things exist."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def containers(self, definition: str) -> TaskState:
        """Return what a task definition, or the newest of a family, would run.

        Raises: NotFound, NotAuthorised, Unavailable. ECS says ClientException for an unknown one.
        """
        try:
            with translated(f"task definition {definition}"):
                found = self._clients.containers.describe_task_definition(taskDefinition=definition)
        except BadInput as error:
            raise NotFound(error.message, "Look at the task definitions in ECS.") from error
        task = found["taskDefinition"]
        cpu, memory = task.get("cpu", "any"), task.get("memory", "any")
        return TaskState(
            definition=task.get("taskDefinitionArn", definition),
            state=digest_of({name: task.get(name) for name in _SETTINGS}),
            limits=f"{cpu} CPU units, {memory} MB",
            images=tuple(one.get("image", "") for one in task.get("containerDefinitions", [])),
            registered_at=task.get("registeredAt"),
        )

    def role(self, name: str) -> RoleState:
        """Return what a role is granted. Raises: NotFound, NotAuthorised, Unavailable."""
        with translated(f"role {name}"):
            found = self._clients.roles.get_role(RoleName=name)["Role"]
            policies = (*self._own(name), *self._attached(name))
            boundary = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "")
            return RoleState(
                name=name,
                policies=tuple(sorted(policies, key=lambda policy: policy.name)),
                boundary=self._document(boundary) if boundary else None,
            )

    def thing(self, thing: Thing) -> ThingState:
        """Return whether a thing exists. Raises: NotAuthorised, Unavailable."""
        try:
            with translated(f"{thing.kind} {thing.name}"):
                return existing(thing, self._clients)
        except NotFound:
            return ThingState(thing=thing, state="")

    def _own(self, name: str) -> list[PolicyText]:
        pages = self._clients.roles.get_paginator("list_role_policies").paginate(RoleName=name)
        found = []
        for policy in (one for page in pages for one in page["PolicyNames"]):
            kept = self._clients.roles.get_role_policy(RoleName=name, PolicyName=policy)
            document = json.dumps(kept["PolicyDocument"], sort_keys=True)
            found.append(PolicyText(name=policy, document=document))
        return found

    def _attached(self, name: str) -> list[PolicyText]:
        paginator = self._clients.roles.get_paginator("list_attached_role_policies")
        pages = paginator.paginate(RoleName=name)
        arns = [one["PolicyArn"] for page in pages for one in page["AttachedPolicies"]]
        return [PolicyText(name=arn, document=self._document(arn)) for arn in arns]

    def _document(self, arn: str) -> str:
        version = self._clients.roles.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = self._clients.roles.get_policy_version(PolicyArn=arn, VersionId=version)
        return json.dumps(found["PolicyVersion"]["Document"], sort_keys=True)
