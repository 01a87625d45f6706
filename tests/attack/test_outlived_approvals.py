"""An approval that is kept until the moment that suits whoever kept it."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

import pytest

from bunsui_core.app.execute import execute
from bunsui_core.app.lease import Turn
from bunsui_core.domain.approval import EffectState, Request
from bunsui_core.domain.errors import Unavailable
from tests.builders import NOW, later
from tests.unit.desk_kit import Bench


def silent(execution_arn: str) -> object:
    raise Unavailable("AWS does not answer.", "Try again.")


def claimed_without_aws(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Request:
    """An approved request that an executor claimed when AWS could not be reached."""
    request = bench.submit()
    bench.decide(request)
    with monkeypatch.context() as cut, contextlib.suppress(Unavailable):
        cut.setattr(bench.world, "describe", silent)
        execute(request, bench.hands(), at(later(minutes=1)))
    effect = bench.store.requests.effect(request.id)
    assert effect
    assert effect.state is EffectState.EXECUTING
    return request


def at(moment: datetime) -> Turn:
    return Turn("worker-1", moment)


def test_what_was_claimed_and_not_begun_is_not_done_once_its_approval_is_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = claimed_without_aws(bench, monkeypatch)

    state = execute(request, bench.hands(), at(request.plan.expires_at))

    effect = bench.store.requests.effect(request.id)
    assert effect
    assert (state, bench.world.effects) == (EffectState.STALE, [])
    assert "expired" in effect.note


def test_what_was_claimed_and_not_begun_is_done_in_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = claimed_without_aws(bench, monkeypatch)

    assert execute(request, bench.hands(), at(NOW + timedelta(minutes=5))) is EffectState.DONE
