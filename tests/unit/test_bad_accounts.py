"""A profile or a network that is not good: one sentence with the next step, never a traceback."""

from __future__ import annotations

import io
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bunsui_core.adapters.aws.client import owner
from bunsui_core.adapters.aws.profile import stamp
from bunsui_core.domain.environment import AMBIENT
from bunsui_core.domain.errors import BunsuiError, Refused, Unavailable
from bunsui_core.wiring.seeing import profile_access
from tests.unit.answering import ACCOUNT, GOOD, answering, own_certificate, refusal

PATIENCE_S = 30.0
"""Longest that somebody is waited for; it takes milliseconds."""

KEYS = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"


@dataclass(frozen=True)
class User:
    """Somebody with an AWS configuration."""

    config: Path

    def profile(self, name: str, text: str) -> None:
        """Add a profile."""
        before = self.config.read_text(encoding="utf-8") if self.config.exists() else ""
        self.config.write_text(f"{before}[profile {name}]\n{text}\n", encoding="utf-8")

    def asks(self, name: str = "reader", region: str = "eu-west-1", account: str = ACCOUNT) -> str:
        """Ask whose a profile is."""
        return owner(profile_access(account, region, name)).identity.account

    def is_told(self, name: str = "reader", region: str = "eu-west-1") -> BunsuiError:
        """What somebody is told who asks in vain."""
        with pytest.raises(BunsuiError) as caught:
            self.asks(name, region)
        return caught.value


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    """A user without anything, behind no proxy."""
    for variable in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    return User(tmp_path / "config")


@pytest.fixture
def closed() -> Iterator[int]:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


ODD = {
    "a program that fails": "credential_process = /bin/false",
    "a program that is not there": "credential_process = /nonexistent/tool",
    "a token that is not there": "role_arn = arn:aws:iam::1:role/r\n"
    "web_identity_token_file = /nonexistent/token",
    "a source that is not there": "role_arn = arn:aws:iam::1:role/r\nsource_profile = gone",
    "half a key": "aws_access_key_id = AKIA",
    "an address that is none": f"{KEYS}endpoint_url = nowhere at all",
}


@pytest.mark.parametrize("case", ODD)
def test_a_profile_that_names_what_is_not_good_is_named_itself(user: User, case: str) -> None:
    user.profile("reader", ODD[case])

    told = user.is_told()

    assert isinstance(told, Unavailable)
    assert "the profile 'reader' cannot be used" in told.message
    assert "bunsui.toml" in told.next_step
    assert "network" not in told.next_step


def test_a_profile_without_credentials_is_told_to_sign_in(user: User) -> None:
    user.profile("reader", "region = eu-west-1")

    told = user.is_told()

    assert isinstance(told, Unavailable)
    assert "'reader'" in told.message
    assert "aws sso login" in told.next_step
    assert "bunsui.toml" in told.next_step


def test_a_mistyped_profile_is_answered_with_the_nearest_one(user: User) -> None:
    user.profile("reader", KEYS)

    assert "did you mean 'reader'" in user.is_told("raeder").next_step


def test_somebody_who_is_not_signed_in_is_told_how(user: User) -> None:
    user.profile(
        "reader",
        "sso_session = work\nsso_account_id = 123456789012\nsso_role_name = r\n"
        "[sso-session work]\nsso_start_url = https://work.example/start\nsso_region = eu-west-1",
    )

    assert "aws sso login" in user.is_told().next_step


def test_nobody_is_asked_for_a_one_time_code(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("123456\n"))
    user.profile("keys", KEYS)
    user.profile(
        "reader",
        "role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = keys\n"
        "mfa_serial = arn:aws:iam::123456789012:mfa/me",
    )

    told = user.is_told()

    assert "one-time code" in told.message
    assert sys.stdin.read() == "123456\n"


REFUSALS = {
    "expired": (refusal("ExpiredToken", "The security token has expired"), "Sign in again"),
    "unknown key": (refusal("InvalidClientTokenId", "The token is invalid"), "access key"),
    "wrong secret": (refusal("SignatureDoesNotMatch", "It does not match"), "secret key"),
    "ten minutes off": (
        refusal("SignatureDoesNotMatch", "Signature expired: 20260302T0104Z is now earlier"),
        "clock",
    ),
    "denied": (
        refusal("AccessDenied", "User: x is not authorized to perform: sts:GetCallerIdentity"),
        "Allow sts:GetCallerIdentity",
    ),
    "throttled": (refusal("Throttling", "Rate exceeded", 400), "Try again"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_aws_refuses_is_said_with_what_to_do(user: User, case: str) -> None:
    said, step = REFUSALS[case]
    with answering(said) as aws:
        user.profile("reader", f"{KEYS}endpoint_url = {aws.url}")

        told = user.is_told()

    assert step in told.next_step
    assert "eu-west-1" in told.message


def test_a_region_that_is_off_is_told_from_a_bad_key(user: User) -> None:
    bad = refusal("InvalidClientTokenId", "The security token is invalid")
    with answering(bad, us_east_1=GOOD) as aws:
        user.profile("reader", f"{KEYS}endpoint_url = {aws.url}")

        told = user.is_told(region="ap-east-1")

    assert "the region ap-east-1 is off" in told.next_step


def test_a_mistyped_region_is_answered_with_the_nearest_one(user: User, closed: int) -> None:
    user.profile("reader", f"{KEYS}endpoint_url = http://127.0.0.1:{closed}")

    assert "did you mean 'eu-west-1'" in user.is_told(region="eu-wst-1").next_step


def test_without_a_network_it_is_the_network_that_is_named(user: User, closed: int) -> None:
    user.profile("reader", f"{KEYS}endpoint_url = http://127.0.0.1:{closed}")

    told = user.is_told()

    assert f"127.0.0.1:{closed}" in told.message
    assert "network" in told.next_step


def test_a_proxy_that_does_not_answer_is_named(
    user: User, closed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed}")
    user.profile("reader", KEYS)

    assert "HTTPS_PROXY" in user.is_told().next_step


def test_a_profile_of_another_account_is_refused(user: User) -> None:
    with answering(GOOD) as aws:
        user.profile("reader", f"{KEYS}endpoint_url = {aws.url}")
        assert user.asks() == ACCOUNT

        with pytest.raises(Refused, match=f"of account {ACCOUNT}, not 999999999999"):
            user.asks(account="999999999999")


def test_whose_a_profile_is_is_asked_once_a_process(user: User) -> None:
    with answering(GOOD) as aws:
        user.profile("reader", f"{KEYS}endpoint_url = {aws.url}")
        for _ in range(3):
            user.asks()

        assert aws.calls == 1


def test_a_profile_that_failed_is_not_tried_again_at_once(user: User) -> None:
    with answering(refusal("ExpiredToken", "it has expired")) as aws:
        user.profile("reader", f"{KEYS}endpoint_url = {aws.url}")
        for _ in range(3):
            user.is_told()

        assert aws.calls == 1


def test_somebody_who_signed_in_anew_is_let_in_without_a_restart(user: User) -> None:
    with answering(refusal("ExpiredToken", "it has expired")) as aws:
        user.profile("reader", f"{KEYS}endpoint_url = {aws.url}")
        before = stamp()
        user.is_told()
        aws.usual = GOOD
        user.profile("another", KEYS)

        assert stamp() != before
        assert user.asks() == ACCOUNT


def test_a_proxy_that_opens_tls_is_told_from_a_dead_network(
    user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    with answering(GOOD, own_certificate(tmp_path)) as aws:
        user.profile("reader", f"{KEYS}endpoint_url = {aws.url}")

        assert "AWS_CA_BUNDLE" in user.is_told().next_step

        monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "proxy.pem"))
        user.profile("other", f"{KEYS}endpoint_url = {aws.url}")
        assert user.asks("other") == ACCOUNT


def test_the_profile_signs_and_not_the_keys_of_the_shell(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIASOMEBODYELSE0000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_PROFILE", "another")
    with answering(GOOD) as aws:
        user.profile("reader", f"{KEYS}endpoint_url = {aws.url}")
        user.asks()

        assert aws.signed_by == "AKIAIOSFODNN7EXAMPLE"


def test_without_a_profile_the_keys_of_the_shell_sign(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(GOOD) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIASOMEBODYELSE0000")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

        assert user.asks(AMBIENT) == ACCOUNT
        assert aws.signed_by == "AKIASOMEBODYELSE0000"


def test_without_a_profile_and_without_keys_somebody_is_told_to_sign_in(user: User) -> None:
    assert "aws sso login" in user.is_told(AMBIENT).next_step


def test_an_account_that_does_not_answer_keeps_nobody_else_waiting(user: User) -> None:
    begun, over = threading.Event(), threading.Event()

    def silent(_: str) -> None:
        begun.set()
        over.wait(PATIENCE_S)

    with answering(GOOD) as good, answering(GOOD) as slow:
        slow.before = silent
        user.profile("slow", f"{KEYS}endpoint_url = {slow.url}")
        user.profile("reader", f"{KEYS}endpoint_url = {good.url}")
        waiting = threading.Thread(target=user.asks, args=("slow",))
        waiting.start()
        assert begun.wait(PATIENCE_S)

        assert user.asks("reader") == ACCOUNT

        assert waiting.is_alive()
        over.set()
        waiting.join()
