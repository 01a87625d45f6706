"""What an agent's process sends to a shared store: it reads, and asks under an agent's key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError

from bunsui_core.adapters.aws.client import make_client
from bunsui_core.adapters.aws.store.asking import READS, asks_only
from bunsui_core.domain.errors import NotAuthorised
from tests.attack.listener import Listener
from tests.attack.test_read_only_client import access, call, operations

REQUEST = "REQ#agent:claude#000000000000#us-east-1#r-1"
OTHERS = (
    *(
        "DEC#r-1",
        "EXE#r-1",
        "AUD#",
        "TRUST#",
        "SES#s-1",
        "REQ#human:hanako#x",
        "REQ#",
        "req#agent:",
    ),
    *("", "#REQ#agent:x"),
)


@pytest.fixture
def listener() -> Iterator[Listener]:
    opened = Listener()
    yield opened
    opened.close()


def client(listener: Listener, service: str, is_guarded: bool = True) -> BaseClient:
    """A client of the store, as an agent's process holds it, or without what guards it."""
    made: BaseClient = make_client(service, access(listener, reading=False))
    if is_guarded:
        asks_only(made)
    return made


def put(made: BaseClient, key: str) -> None:
    """Put an item under a leading key."""
    item = {"pk": {"S": key}, "sk": {"S": "x"}}
    send(made, "put_item", TableName="bunsui", Item=item)


def send(made: BaseClient, method: str, **params: object) -> None:
    """Call a method of a client."""
    getattr(made, method)(**params)


@pytest.mark.parametrize("service", ["dynamodb", "s3"])
def test_every_operation_that_is_no_read_is_refused_before_the_socket(
    service: str, listener: Listener
) -> None:
    made = client(listener, service)
    refused = [one for one in operations(made) if one.name not in READS[service]]

    for operation in refused:
        with pytest.raises(NotAuthorised):
            call(made, operation)

    assert (len(refused) > 40, listener.reached) == (True, 0)
    made.close()


@pytest.mark.parametrize("key", OTHERS)
def test_nothing_is_put_under_a_key_that_is_no_agents(key: str, listener: Listener) -> None:
    made = client(listener, "dynamodb")

    with pytest.raises(NotAuthorised):
        put(made, key)
    assert listener.reached == 0
    made.close()


@pytest.mark.parametrize("key", [OTHERS[0], REQUEST])
def test_without_the_guard_it_reaches_the_socket(key: str, listener: Listener) -> None:
    made = client(listener, "dynamodb", is_guarded=False)

    with pytest.raises(BotoCoreError):
        put(made, key)
    assert listener.reached > 0
    made.close()


def test_a_request_of_an_agent_reaches_the_socket(listener: Listener) -> None:
    made = client(listener, "dynamodb")

    with pytest.raises(BotoCoreError):
        put(made, REQUEST)
    assert listener.reached > 0
    made.close()


@pytest.mark.parametrize(
    "params",
    [
        {"Key": "blobs/ab", "IfNoneMatch": "*"},
        {"Key": "plans/ab"},
        {"Key": "plans/ab", "IfNoneMatch": "etag"},
    ],
)
def test_a_document_is_neither_put_elsewhere_nor_replaced(
    params: dict[str, str], listener: Listener
) -> None:
    made = client(listener, "s3")

    with pytest.raises(NotAuthorised):
        send(made, "put_object", Bucket="store", Body=b"x", **params)
    assert listener.reached == 0
    made.close()


def test_nothing_is_signed_for_somebody_else_to_send(listener: Listener) -> None:
    made = client(listener, "s3")

    with pytest.raises(NotAuthorised):
        send(
            made,
            "generate_presigned_url",
            ClientMethod="put_object",
            Params={"Bucket": "store", "Key": "plans/ab"},
        )
    made.close()
