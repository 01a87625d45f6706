"""Whether an account answers is looked at politely, and said when it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.domain.errors import Unavailable
from bunsui_core.settings import Settings
from bunsui_core.wiring.reach import reaching
from tests.unit.answering import ACCOUNT, GOOD, answering, refusal
from tests.unit.test_bad_accounts import KEYS, User, user

__all__ = ["user"]


def shop(tmp_path: Path) -> Settings:
    """An environment that is read through the profile `reader`."""
    return Settings(home=tmp_path, environment="shop", account=ACCOUNT, read_profile="reader")


def test_an_account_that_answers_is_not_asked_at_every_look(user: User, tmp_path: Path) -> None:
    with answering(GOOD) as aws:
        user.profile("reader", f"{KEYS}endpoint_url = {aws.url}")
        look = reaching(shop(tmp_path))
        look()
        asked = aws.calls

        for _ in range(5):
            look()

        assert aws.calls == asked


def test_an_account_that_does_not_answer_is_a_sentence(user: User, tmp_path: Path) -> None:
    with answering(refusal("ExpiredToken", "it has expired")) as aws:
        user.profile("reader", f"{KEYS}endpoint_url = {aws.url}")

        with pytest.raises(Unavailable, match="Sign in again"):
            reaching(shop(tmp_path))()


def test_an_embedded_aws_that_does_not_run_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="bunsui local up"):
        reaching(Settings(home=tmp_path))()
