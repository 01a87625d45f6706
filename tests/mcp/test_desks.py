"""Each subject of a token has a desk of its own, and nobody without a token has one."""

from __future__ import annotations

from contextvars import copy_context
from functools import partial
from pathlib import Path

import pytest
from mcp.server.auth.middleware.auth_context import auth_context_var
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken

from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.errors import NotAuthorised
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import agent_desk
from bunsui_mcp.desks import Desks
from tests.race import together


def called_by(subject: str | None, desks: Desks) -> AgentDesk:
    """The desk of a call with a token of that subject."""
    token = AccessToken(token="t", client_id="c", subject=subject, scopes=[])

    def call() -> AgentDesk:
        auth_context_var.set(AuthenticatedUser(token))
        return desks()

    return copy_context().run(call)


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    return Desks(partial(agent_desk, Settings(home=tmp_path)))


def test_requests_of_a_call_are_signed_with_the_subject_of_its_token(desks: Desks) -> None:
    assert called_by("claude", desks).requester == "agent:claude"
    assert called_by("copilot", desks).requester == "agent:copilot"


def test_a_subject_keeps_its_desk_and_so_its_proposals(desks: Desks) -> None:
    first = called_by("claude", desks)

    assert called_by("claude", desks) is first
    assert called_by("copilot", desks) is not first


def test_two_calls_at_once_get_one_desk(desks: Desks) -> None:
    one, two = together(*[partial(called_by, "claude", desks)] * 2)

    assert one is two


@pytest.mark.parametrize("subject", [None, ""])
def test_a_token_that_stands_for_nobody_has_no_desk(desks: Desks, subject: str | None) -> None:
    with pytest.raises(NotAuthorised, match="carries no token"):
        called_by(subject, desks)


def test_a_call_without_a_token_has_no_desk(desks: Desks) -> None:
    with pytest.raises(NotAuthorised, match="carries no token"):
        desks()
