"""The actors of the embedded AWS: IAM users whose permissions are those of bunsui's actors."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import ClientError

from bunsui_core.adapters.emulator.access import DIRECT, session
from bunsui_core.adapters.emulator.record import (
    ACCOUNT,
    REGION,
    Credentials,
    Folder,
    LocalServer,
)
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.keeping import makes_store, sets_up
from bunsui_core.domain.permissions import (
    Estate,
    Policy,
    approver,
    asker,
    executor,
    mover,
    signs_for_anybody,
)
from bunsui_core.domain.value import Json

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

Actor = Literal["root", "agent", "worker", "approver", "mover"]

_ESTATE = Estate(account=ACCOUNT, region=REGION, inputs="*", table="bunsui", bucket="bunsui-store")


def _also(policy: Policy, more: list[Json]) -> Policy:
    statements = policy["Statement"]
    assert isinstance(statements, list)
    return {**policy, "Statement": [*statements, *more]}


# The agents of this machine share one key, and so do the people. Nobody else is there to make the
# store, to say whom to trust and to bring pipelines.
_POLICIES = {
    "agent": asker(_ESTATE, "*"),
    "worker": _also(executor(_ESTATE), makes_store(_ESTATE)),
    "approver": _also(
        approver(_ESTATE, "*"),
        [*makes_store(_ESTATE), *sets_up(_ESTATE), signs_for_anybody(_ESTATE)],
    ),
    "mover": _also(mover(_ESTATE), makes_store(_ESTATE)),
}
# Keys that a crash made unknown are refused with one of these.
_UNKNOWN_KEY = {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"}


def credentials(home: Path, actor: Actor) -> Credentials:
    """Return the key pair of an actor of the embedded AWS.

    Raises:
        NotFound: the embedded AWS was never started in this home.
    """
    found = Folder.of(home).read_credentials(actor)
    if found is None:
        raise NotFound(
            f"There are no credentials of the {actor} for the embedded AWS in {home}.",
            "Start it with `bunsui local up`.",
        )
    return found


def ensure_actors(server: LocalServer, folder: Folder) -> None:
    """Give every actor a user, its policy and a key that works."""
    root = folder.read_credentials("root")
    assert root is not None
    with closing(session(root).client("iam", endpoint_url=server.url, config=DIRECT)) as iam:
        for actor, policy in _POLICIES.items():
            known = folder.read_credentials(actor)
            if known is None or not _is_accepted(server, known):
                folder.write_credentials(actor, _made(iam, actor))
            iam.put_user_policy(
                UserName=f"bunsui-{actor}", PolicyName="bunsui", PolicyDocument=json.dumps(policy)
            )


def _is_accepted(server: LocalServer, known: Credentials) -> bool:
    with closing(session(known).client("sts", endpoint_url=server.url, config=DIRECT)) as sts:
        try:
            sts.get_caller_identity()
        except ClientError as error:
            if error.response["Error"]["Code"] in _UNKNOWN_KEY:
                return False
            raise
        return True


def _made(iam: IAMClient, actor: str) -> Credentials:
    name = f"bunsui-{actor}"
    try:
        iam.create_user(UserName=name)
    except iam.exceptions.EntityAlreadyExistsException:
        for old in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=old["AccessKeyId"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])
