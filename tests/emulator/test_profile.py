"""An account seen through a profile of the user's own AWS configuration, over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.domain.errors import NotFound, Refused, Unavailable
from bunsui_core.settings import Settings
from bunsui_core.wiring.seeing import seeing
from tests.emulator.embedded import Embedded

NOBODY = "arn:aws:states:us-east-1:000000000000:execution:nobody:nothing"


@pytest.fixture
def shop(aws: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an environment whose profile leads to the embedded AWS."""
    key = aws.key("agent")
    config = tmp_path / "config"
    config.write_text(
        f"[profile shop-read]\nendpoint_url = {aws.server.url}\n"
        f"aws_access_key_id = {key.access_key_id}\n"
        f"aws_secret_access_key = {key.secret_access_key}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    return Settings(home=tmp_path, environment="shop", read_profile="shop-read")


def test_executions_are_read_through_the_profile(shop: Settings) -> None:
    with pytest.raises(NotFound):  # the account's own answer, so it was reached and let us read
        seeing(shop, "agent").executions.describe(NOBODY)


def test_a_profile_of_another_account_is_refused(shop: Settings) -> None:
    other = shop.model_copy(update={"account": "123456789012"})
    with pytest.raises(Refused, match="of account 000000000000, not 123456789012"):
        seeing(other, "agent").executions.describe(NOBODY)


def test_a_missing_profile_is_named_with_the_next_step(shop: Settings) -> None:
    gone = shop.model_copy(update={"read_profile": "gone"})
    with pytest.raises(Unavailable, match=r"'gone' cannot be used.*bunsui\.toml"):
        seeing(gone, "agent").executions.describe(NOBODY)
