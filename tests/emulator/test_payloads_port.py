"""Where payloads go that are too large to be passed, against the embedded AWS."""

from __future__ import annotations

import hashlib

import pytest

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.control.payloads import S3Payloads
from bunsui_core.adapters.emulator.actors import Actor
from bunsui_core.domain.errors import BadInput, NotAuthorised, NotFound
from tests.emulator.embedded import Embedded

TEXT = '{"rows": "' + "x" * 300_000 + '"}'


@pytest.fixture
def clients(account: Embedded) -> Clients:
    """Clients that may change everything in an account of their own."""
    return as_actor(account, "worker")


def test_what_is_kept_lies_at_an_address_of_its_text(clients: Clients, name: str) -> None:
    payloads, sha256 = made(clients, name), hashlib.sha256(TEXT.encode()).hexdigest()

    uri = payloads.keep(TEXT)

    assert uri == f"s3://{name}/payloads/{sha256}"
    assert payloads.keep(TEXT) == uri
    assert payloads.digest(uri) == sha256


def test_what_was_changed_meanwhile_has_another_digest(clients: Clients, name: str) -> None:
    payloads = made(clients, name)
    uri = payloads.keep(TEXT)

    clients.objects.put_object(Bucket=name, Key=uri.partition(f"{name}/")[2], Body=b"{}")

    assert payloads.digest(uri) == hashlib.sha256(b"{}").hexdigest()


def test_what_was_never_kept_is_not_found(clients: Clients, name: str) -> None:
    payloads = made(clients, name)
    payloads.keep(TEXT)

    with pytest.raises(NotFound):
        payloads.digest(f"s3://{name}/payloads/another")


def test_no_bucket_is_made_where_somebody_else_makes_it(clients: Clients, name: str) -> None:
    with pytest.raises(NotFound):
        S3Payloads(clients, f"s3://{name}/payloads").keep(TEXT)

    names = [bucket["Name"] for bucket in clients.objects.list_buckets()["Buckets"]]
    assert name not in names


def test_an_address_that_is_none_of_an_object_is_refused(clients: Clients) -> None:
    with pytest.raises(BadInput, match="not the address of an object"):
        S3Payloads(clients, "s3://bucket").digest("https://example.com/one")


def as_actor(aws: Embedded, actor: Actor) -> Clients:
    """Clients with the credentials of an actor, which are all that keeps it from anything."""
    key = aws.key(actor)
    access = Access(
        endpoint=aws.server.url,
        region=aws.server.region,
        access_key=key.access_key_id,
        secret_key=key.secret_access_key,
        reading=False,
    )
    made = Clients(lambda: access)
    aws.open.callback(made.close)
    return made


def test_the_workers_own_credentials_keep_payloads_and_the_agents_do_not(aws: Embedded) -> None:
    place = "s3://bunsui-store/payloads"
    uri = S3Payloads(as_actor(aws, "worker"), place, makes_bucket=True).keep(TEXT)

    with pytest.raises(NotAuthorised):
        S3Payloads(as_actor(aws, "agent"), place).keep(TEXT)

    assert S3Payloads(as_actor(aws, "worker"), place).digest(uri) in uri


def made(clients: Clients, bucket: str) -> S3Payloads:
    """Payloads in a bucket that is made when the first of them is kept."""
    return S3Payloads(clients, f"s3://{bucket}/payloads", makes_bucket=True)
