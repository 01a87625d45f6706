"""Permissions that are passed on: presigned addresses, uploads, sessions of roles."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from bunsui_core.adapters.emulator.access import session
from bunsui_core.adapters.emulator.record import ACCOUNT, REGION, LocalServer
from bunsui_core.adapters.emulator.record import Credentials as Key
from tests.emulator.embedded import Embedded
from tests.emulator.iam_world import DENIED, World, as_key
from tests.emulator.raw import FORM, JSON, Raw, Signed

WHO = "Action=GetCallerIdentity&Version=2011-06-15"


@pytest.fixture(scope="module")
def server(aws: Embedded) -> LocalServer:
    return aws.server


def test_a_presigned_url_does_what_its_signer_may(estate: World) -> None:
    estate.client("root", "s3").put_object(Bucket="other-plans", Key="p", Body=b"1")

    assert presigned(estate, "root").send().code == "ok"
    assert presigned(estate, "asker").send().code == "AccessDenied"
    stolen = presigned(estate, "root")
    assert stolen.but(path=stolen.path.replace("/p?", "/q?")).send().code == "SignatureDoesNotMatch"
    assert stolen.but(method="DELETE").send().code == "SignatureDoesNotMatch"
    expired = stolen.path.replace("Expires=60", "Expires=6000")
    assert stolen.but(path=expired).send().code == "SignatureDoesNotMatch"


def presigned(estate: World, actor: str) -> Signed:
    """A presigned URL of an object, as an unsigned request."""
    made: Any = session(estate.keys[actor])
    client = made.client("s3", endpoint_url=estate.url, config=Config(signature_version="s3v4"))
    wanted = {"Bucket": "other-plans", "Key": "p"}
    url = client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=60)
    client.close()
    place, _, path = url.removeprefix("http://").partition("/")
    return Signed(int(place.rpartition(":")[2]), "GET", f"/{path}", "", (("Host", place),))


def test_an_operation_is_not_chosen_after_presigning(estate: World, server: LocalServer) -> None:
    chosen = {"X-Amz-Target": "AWSStepFunctions.ListStateMachines"}
    open_one = presigned_post(estate, server, {})

    for name, value in chosen.items():
        assert open_one.with_header(name, value).send().code == "InvalidSignatureException"
    assert presigned_post(estate, server, chosen).send().code == "ok"


def presigned_post(estate: World, server: LocalServer, signed: dict[str, str]) -> Signed:
    """A POST to Step Functions with its signature in the query, over these headers."""
    key = estate.keys["executor"]
    request = AWSRequest("POST", f"{server.url}/", headers=signed)
    keys = Credentials(key.access_key_id, key.secret_access_key)
    SigV4QueryAuth(keys, "states", REGION, expires=60).add_auth(request)
    place, _, path = str(request.url).removeprefix("http://").partition("/")
    headers = (("Host", place), ("Content-Type", JSON), *signed.items())
    return Signed(server.port, "POST", f"/{path}", "", headers)


def test_an_upload_in_chunks_is_checked_like_any_other(estate: World) -> None:
    s3 = estate.client("asker", "s3")
    sent = {"Bucket": "bunsui-plans", "Body": b"x" * 70_000, "ChecksumAlgorithm": "CRC32"}

    with pytest.raises(s3.exceptions.ClientError) as error:
        s3.put_object(Key="plans/in-chunks", **sent)
    assert error.value.response["Error"]["Code"] == "AccessDenied"
    s3.put_object(Key="plans/in-chunks", IfNoneMatch="*", **sent)


def test_what_is_there_is_not_put_again(estate: World) -> None:
    s3 = estate.client("asker", "s3")
    s3.put_object(Bucket="bunsui-plans", Key="plans/once", Body=b"1", IfNoneMatch="*")

    with pytest.raises(s3.exceptions.ClientError) as error:
        s3.put_object(Bucket="bunsui-plans", Key="plans/once", Body=b"2", IfNoneMatch="*")

    assert error.value.response["Error"]["Code"] == "PreconditionFailed"
    found = estate.client("root", "s3").get_object(Bucket="bunsui-plans", Key="plans/once")
    assert found["Body"].read() == b"1"


def assumed(estate: World, **more: object) -> dict[str, str]:
    """The credentials of a role that the deployer takes."""
    found = estate.client("deployer", "sts").assume_role(
        RoleArn=estate.names["bunsui_job"], RoleSessionName="session", **more
    )
    credentials: dict[str, str] = found["Credentials"]
    return credentials


def lists_machines(estate: World, session_keys: dict[str, str]) -> bool:
    """Whether a session may list state machines."""
    client = estate.with_session(session_keys, "stepfunctions")
    try:
        client.list_state_machines()
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in DENIED:
            return False
        raise
    return True


def test_a_session_needs_its_own_token(estate: World, server: LocalServer) -> None:
    first, second = assumed(estate), assumed(estate)
    key = as_key(first)
    identity = Raw("sts", body=WHO, headers={"content-type": FORM})

    unknown = {"InvalidClientTokenId"}
    assert identity.signed(key, server).send().code in unknown
    assert identity.but(token=second["SessionToken"]).signed(key, server).send().code in unknown
    assert identity.but(token=first["SessionToken"]).signed(key, server).send().code == "ok"


def test_a_session_ends(account: Embedded) -> None:
    from ministack.services import sts as server

    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = account.iam().create_role(RoleName="brief", AssumeRolePolicyDocument=document)
    client = account.sts(account.key("root"))
    found = client.assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="session")
    keys = found["Credentials"]
    identity = Raw("sts", body=WHO, headers={"content-type": FORM}, token=keys["SessionToken"])
    key = Key(access_key_id=keys["AccessKeyId"], secret_access_key=keys["SecretAccessKey"])

    assert identity.signed(key, account.server).send().code == "ok"
    server._sessions[key.access_key_id]["Expiration"] = 0
    assert identity.signed(key, account.server).send().code == "ExpiredToken"


def test_a_session_has_its_role_s_permissions_within_its_own_policy(estate: World) -> None:
    iam = estate.client("root", "iam")
    grant = {"Effect": "Allow", "Action": "states:ListStateMachines", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": grant})
    iam.put_role_policy(RoleName="bunsui-job", PolicyName="p", PolicyDocument=policy)
    nothing = json.dumps({"Version": "2012-10-17", "Statement": {**grant, "Effect": "Deny"}})

    assert lists_machines(estate, assumed(estate))
    assert not lists_machines(estate, assumed(estate, Policy=nothing))
    assert not lists_machines(estate, assumed(estate, Policy=policy.replace("List", "Describe")))


def test_a_chain_of_roles_gives_no_more_than_each_of_them(estate: World) -> None:
    client = estate.with_session(assumed(estate), "sts")

    with pytest.raises(client.exceptions.ClientError) as error:
        client.assume_role(RoleArn=estate.names["bunsui_operation"], RoleSessionName="chain")

    assert error.value.response["Error"]["Code"] == "AccessDenied"


def test_a_session_is_tagged_only_by_who_may(estate: World) -> None:
    sts = estate.client("deployer", "sts")
    taken = {"RoleArn": estate.names["bunsui_job"], "RoleSessionName": "session"}

    with pytest.raises(sts.exceptions.ClientError) as error:
        sts.assume_role(**taken, Tags=[{"Key": "bunsui-agent", "Value": "ben"}])

    assert error.value.response["Error"]["Code"] == "AccessDenied"
    assert "sts:TagSession" in error.value.response["Error"]["Message"]
    assert f"::{ACCOUNT}:" in sts.assume_role(**taken)["AssumedRoleUser"]["Arn"]
