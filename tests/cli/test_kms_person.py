"""A person whose key is in KMS types her name where others type a passphrase."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bunsui_core.adapters.emulator.access import DIRECT, session
from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.domain.health import Check, Health
from bunsui_core.domain.permissions import KEY_TAG
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.doctor import checkup
from bunsui_core.wiring.operator import operator_desk
from tests.builders import REQUEST_ID
from tests.cli.shell import Terminal
from tests.emulator.embedded import Embedded

pytestmark = pytest.mark.slow

OURS = {"KeySpec": "ECC_NIST_EDWARDS25519", "KeyUsage": "SIGN_VERIFY"}
QUESTION = "To sign, type your name, hanako: "


@dataclass(frozen=True)
class Office:
    """A home with a request that waits, its embedded AWS, and a key for Hanako there."""

    home: Path
    kms: Any
    kms_key: str

    def types(self, name: str, *command: str) -> str:
        """Run a command, type a name when it asks, and return all that was shown."""
        terminal = Terminal(self.home, command)
        terminal.expect(QUESTION)
        terminal.type(name)
        return terminal.end().stdout

    def status(self) -> str:
        """Where the request stands."""
        return reading_desk(Settings(home=self.home)).approval(REQUEST_ID).status.value


@pytest.fixture
def office(stocked: Path) -> Iterator[Office]:
    """A key of KMS that carries Hanako's name."""
    aws = Embedded(up(stocked, watch_pid=os.getpid(), wait_scale=0), stocked)
    root: Any = session(aws.key("root"))
    with closing(root.client("kms", endpoint_url=aws.server.url, config=DIRECT)) as kms:
        made = kms.create_key(**OURS, Tags=[{"TagKey": KEY_TAG, "TagValue": "hanako"}])
        yield Office(stocked, kms, made["KeyMetadata"]["Arn"])
    down(stocked)


def test_a_person_begins_and_approves_with_a_key_that_never_leaves_kms(office: Office) -> None:
    begin = ("approvers", "init", "hanako", "--kms", office.kms_key)

    assert "was not typed" in office.types("mallory", *begin)
    assert operator_desk(Settings(home=office.home)).approvers() == ()
    assert "hanako" in office.types("hanako", *begin)
    assert not list(office.home.glob("keys/*.json"))

    assert "has to be typed" in office.types("y", "approvals", "approve", REQUEST_ID)
    assert office.status() == "REQUESTED"
    office.types("hanako", "approvals", "approve", REQUEST_ID)
    assert office.status() == "APPROVED"


def test_what_kms_refuses_is_told_in_a_sentence(office: Office) -> None:
    begin = ("approvers", "init", "hanako", "--kms")
    assert "no ARN of a KMS key" in office.types("hanako", *begin, "alias/hanako")
    office.types("hanako", *begin, office.kms_key)
    office.kms.disable_key(KeyId=office.kms_key)
    assert "is disabled" in office.types("hanako", "approvals", "approve", REQUEST_ID)
    down(office.home)
    assert "does not run" in office.types("hanako", "approvals", "approve", REQUEST_ID)
    assert office.status() == "REQUESTED"


def test_doctor_looks_whether_kms_still_holds_the_trusted_key(office: Office) -> None:
    def row() -> Check | None:
        checks = checkup(Settings(home=office.home)).checks
        return next((one for one in checks if one.name == "key of hanako"), None)

    assert row() is None
    operator_desk(Settings(home=office.home)).adopt_approver("hanako", office.kms_key)

    found = row()
    assert found is not None
    assert (found.health, office.kms_key in found.found) == (Health.OK, True)
    office.kms.untag_resource(KeyId=office.kms_key, TagKeys=[KEY_TAG])
    denied = row()
    assert denied is not None
    assert denied.health is Health.FAIL
    assert "may not use the KMS key" in denied.found
