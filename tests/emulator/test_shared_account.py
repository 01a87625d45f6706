"""A shared store of a named account, with nothing but the policies that `init` prints."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.control.kms import KmsKeys
from bunsui_core.adapters.aws.control.store.schema import create_store
from bunsui_core.adapters.emulator.access import DIRECT, session
from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.adapters.local.control.keys import FileKeys
from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.domain.approval import Request
from bunsui_core.domain.environment import parse_environments
from bunsui_core.domain.errors import NotAuthorised
from bunsui_core.domain.permissions import AGENT_TAG, APPROVER_TAG, KEY_TAG
from bunsui_core.domain.trust import Role
from bunsui_core.settings import Settings, read_settings
from bunsui_core.wiring.estates import policies
from bunsui_core.wiring.keyed import keyed
from bunsui_core.wiring.shared import access
from bunsui_core.wiring.store import read_store
from bunsui_core.wiring.worker import worker
from bunsui_core.wiring.written import Written, written
from tests.builders import NOW, a_request, a_session, a_signed_decision
from tests.emulator.embedded import Embedded
from tests.emulator.iam_world import principal
from tests.local_home import PASSPHRASE, light_signers, trusted_too

FILE = """
[environments.shop]
account = "{account}"
region = "{region}"
read_profile = "ask"
execute_profile = "work"
approve_profile = "decide"
class = "dev"
store = "dynamodb"
table = "shop"
bucket = "shop-store"
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The environment, its table made by root, its three profiles with the printed policies."""
    home = tmp_path_factory.mktemp("shop")
    aws = Embedded(up(home, watch_pid=os.getpid(), wait_scale=0), home)
    (home / "bunsui.toml").write_text(
        FILE.format(account=aws.server.account, region=aws.server.region)
    )
    (home / "bunsui.toml").chmod(0o600)
    with aws.open, pytest.MonkeyPatch.context() as patch:
        made(aws)
        patch.setenv("AWS_CONFIG_FILE", str(profiles(aws, home)))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "none"))
        yield read_settings({"BUNSUI_HOME": str(home), "BUNSUI_ENVIRONMENT": "shop"})
    down(home)


def made(aws: Embedded) -> None:
    """Make the table and the bucket, as the stack does."""
    root = aws.key("root")
    access = Access(
        aws.server.url,
        aws.server.region,
        root.access_key_id,
        root.secret_access_key,
        reading=False,
    )
    clients = Clients(lambda: access)
    create_store(clients, "shop", "shop-store", aws.server.region)
    clients.close()


def profiles(aws: Embedded, home: Path) -> Path:
    """The AWS configuration of three users, each of whom has a printed policy and nothing else."""
    text = (home / "bunsui.toml").read_text()
    printed = policies(parse_environments(text, "f")["shop"])
    users = {
        "ask": (printed.reading, (AGENT_TAG, "claude")),
        "work": (printed.executing, ("part", "worker")),
        "decide": (printed.approving, (APPROVER_TAG, "hanako")),
        "lead": (printed.approving, (APPROVER_TAG, "chiyo")),
    }
    path, lines = home / "aws-config", []
    for name, (policy, tag) in users.items():
        key = principal(aws.iam(), name, policy, tag)
        lines += [
            f"[profile {name}]",
            f"region = {aws.server.region}",
            f"endpoint_url = {aws.server.url}",
            f"aws_access_key_id = {key.access_key_id}",
            f"aws_secret_access_key = {key.secret_access_key}",
        ]
    occasion = json.dumps(printed.setting_up)
    aws.iam().put_user_policy(UserName="lead", PolicyName="once", PolicyDocument=occasion)
    path.write_text("\n".join(lines) + "\n")
    return path


def asked(number: int, requester: str) -> Request:
    """A request of somebody."""
    return a_request(request_id=f"r-{number}", requester=requester)


def of(settings: Settings, actor: str) -> Written:
    """The store as a worker or an approver of the environment holds it."""
    return written(settings, actor)


def test_a_worker_works_with_what_is_printed_for_it(shop: Settings) -> None:
    working = of(shop, "worker")

    saved = working.store.sessions.save(a_session(id="s-1", environment="shop"))
    worker(shop, machines=False).tick()

    assert read_store(shop).sessions.get("s-1") == saved
    assert read_store(shop).heartbeat.last()
    with pytest.raises(NotAuthorised):
        working.decisions.append(a_signed_decision(asked(1, "agent:claude")))
    with pytest.raises(NotAuthorised):
        working.store.requests.submit(asked(1, "agent:claude"))


def test_an_agent_asks_in_its_own_name_alone(shop: Settings) -> None:
    agent = read_store(shop)

    agent.requests.submit(asked(2, "agent:claude"))

    assert agent.requests.get("r-2") == asked(2, "agent:claude")
    for other in ("agent:ben", "human:hanako"):
        with pytest.raises(NotAuthorised):
            agent.requests.submit(asked(3, other))
    with pytest.raises(NotAuthorised):
        agent.sessions.save(a_session(id="s-2"))


def test_a_human_decides_and_does_nothing_else(shop: Settings) -> None:
    human = of(shop, "approver")
    human.store.requests.submit(asked(4, "human:hanako"))

    human.decisions.append(a_signed_decision(asked(4, "human:hanako")))

    assert len(of(shop, "worker").store.requests.decisions("r-4")) == 1
    with pytest.raises(NotAuthorised):
        human.store.sessions.save(a_session(id="s-3"))
    with pytest.raises(NotAuthorised):
        human.audit.append("approved", "r-4", "hanako", "ab", NOW)
    with pytest.raises(NotAuthorised):
        keyed(shop, human).keys.create("mallory", "three quiet rivers", False, NOW)
    assert human.trust.trusted() == ()


def test_a_human_signs_with_her_key_in_kms_and_the_worker_and_an_agent_do_not(
    shop: Settings,
) -> None:
    home = Embedded(up(shop.home, watch_pid=os.getpid(), wait_scale=0), shop.home)
    root: Any = session(home.key("root"))
    with closing(root.client("kms", endpoint_url=home.server.url, config=DIRECT)) as kms:
        key = kms.create_key(
            KeySpec="ECC_NIST_EDWARDS25519",
            KeyUsage="SIGN_VERIFY",
            Tags=[{"TagKey": KEY_TAG, "TagValue": "hanako"}],
        )["KeyMetadata"]["Arn"]

    with closing(KmsKeys(lambda: access(shop, "approver"))) as hers:
        address, public = hers.public_half(key)
        assert is_signed(public, b"decision", hers.sign(address, b"decision"))
    for actor in ("worker", "agent"):
        with (
            closing(KmsKeys(partial(access, shop, actor))) as theirs,
            pytest.raises(NotAuthorised, match="may not use the KMS key"),
        ):
            theirs.sign(address, b"decision")


def test_whom_to_trust_is_written_with_the_policy_of_that_occasion_alone(
    shop: Settings, tmp_path: Path
) -> None:
    occasion = of(shop.model_copy(update={"approve_profile": "lead"}), "approver")
    signers = light_signers(tmp_path / "keys")
    keys = FileKeys(occasion.listed, signers)
    chiyo = keys.create("chiyo", PASSPHRASE, False, NOW)
    taro = trusted_too(keys, signers, ("taro", False, Role.APPROVER))

    worker_trusts = of(shop, "worker").trust.trusted()
    last = keys.trust().changes[-1]
    again = last.model_copy(update={"change": last.change.model_copy(update={"seq": 3})})

    assert worker_trusts == (chiyo, taro)
    for actor in ("worker", "approver", "agent"):
        with pytest.raises(NotAuthorised):
            of(shop, actor).listed.append((again,))
    assert occasion.listed.append((again,))
    assert of(shop, "worker").trust.trusted() == ()
    other_root = shop.model_copy(update={"trust_root": "f" * 16})
    assert "trust_root" in of(other_root, "worker").trust.trust().flaw
