"""The request that asks for permission, and the checks it stands for: one for each item in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ministack.core import iam_actions, iam_evaluator

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json


@dataclass(frozen=True)
class Check:
    """One permission: an action on a resource, under the condition keys of the request."""

    action: str
    resource: str
    keys: Mapping[str, Json] = field(default_factory=dict)

    def on(self, resource: str, **keys: Json) -> Check:
        """Return the same action on another resource, with more keys."""
        return replace(self, resource=resource, keys={**self.keys, **keys})


@dataclass
class Request:
    """A request to a service, as it arrived."""

    service: str
    action: str
    headers: Mapping[str, str]
    body: bytes
    parameters: Mapping[str, Sequence[str]]
    is_settled: bool = False

    @property
    def operation(self) -> str:
        """The name of the operation."""
        return self.action.partition(":")[2]

    @property
    def data(self) -> Document:
        """The members of a JSON body."""
        try:
            document = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}

    def text(self, *members: str) -> str:
        """Return the first of these members of the body that is a text, or the empty text."""
        found = (self.data.get(member) for member in members)
        return next((value for value in found if isinstance(value, str) and value), "")


UNCLEAR = "bunsui:UnclearOperation"
"""The action of a request that does not say clearly which operation it wants."""

Refusal: TypeAlias = "iam_evaluator.EvalResult | iam_evaluator.AuthError | None"
Splitter = Callable[[Request, Check], Sequence[Check]]

# Services whose splitters know every item of every request.
_WHOLE = {"dynamodb"}
_current: ContextVar[Request | None] = ContextVar("bunsui_iam_request", default=None)
_refused: ContextVar[tuple[Check, bool] | None] = ContextVar("bunsui_iam_refused", default=None)
_splitters: dict[str, list[Splitter]] = {}


def split(service: str, splitter: Splitter) -> None:
    """Let a function say which checks stand for the one check of each request to a service.

    Several of them follow one another, each given every check that the one before gave.
    """
    _splitters.setdefault(service, []).append(splitter)


def arrived(request: Request) -> None:
    """Remember the request that is being authorized."""
    _current.set(request)
    _refused.set(None)


def checks(request: Request, asked: Check) -> Sequence[Check]:
    """Return every permission that a request needs."""
    found: Sequence[Check] = [asked]
    for splitter in _splitters.get(request.service, []):
        found = [one for check in found for one in splitter(request, check)]
    return found


def install() -> None:
    """Ask for every permission that a request needs, and name the one that is missing."""
    anchor.require(iam_evaluator.enforce, "cf64b1ee5b099c8f")
    anchor.require(iam_actions.access_denied_response, "3cc2e315f91f45da")
    enforce = iam_evaluator.enforce
    answer = iam_actions.access_denied_response

    def enforce_each(
        access_key: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Mapping[str, Json] | None = None,
    ) -> Refusal:
        asked = Check(iam_action, resource_arn, dict(service_context or {}))
        for check in _due(service, asked):
            owner = check.action.partition(":")[0] if check.action != iam_action else service
            refusal: Refusal = enforce(
                access_key, check.action, owner, region, check.resource, dict(check.keys)
            )
            if refusal is None and check.action == UNCLEAR:
                refusal = iam_evaluator.EvalResult("ImplicitDeny")
            if isinstance(refusal, iam_evaluator.EvalResult):
                _refused.set((check, refusal.decision == "Deny"))
            if refusal is not None:
                return refusal
        return None

    def worded(
        service: str, action: str, principal_arn: str, request_id: str, **said: Json
    ) -> tuple[int, dict[str, str], bytes]:
        response: tuple[int, dict[str, str], bytes]
        if not said.get("error_code") and not said.get("message"):
            said |= words(principal_arn, bool(said.get("resource_policy_arn")))
        response = answer(service, action, principal_arn, request_id, **said)
        return response

    iam_evaluator.enforce = enforce_each
    iam_actions.access_denied_response = worded


def _due(service: str, asked: Check) -> Sequence[Check]:
    request = _current.get()
    if request is None or request.service != service or service not in _splitters:
        return [asked]
    if request.is_settled:
        # MiniStack goes on to the items of a batch or transaction; they were all checked at once.
        return [] if service in _WHOLE else [asked]
    request.is_settled = True
    # A request without an item is a request still.
    return checks(request, asked) or [asked]


def words(principal: str, by_resource: bool = False) -> Document:
    """Word a denial as AWS does, naming the resource; nothing where MiniStack's words serve."""
    refused = _refused.get()
    if refused is None or by_resource:
        return {}
    check, explicit = refused
    if check.action == UNCLEAR:
        return {"message": "The request does not say once, in its place, which operation it wants."}
    resource = f'"{check.resource}"' if check.action.startswith("s3:") else check.resource
    message = iam_actions.identity_denial_message(check.action, principal, resource, explicit)
    return {"message": str(message), "resource_arn": check.resource}
