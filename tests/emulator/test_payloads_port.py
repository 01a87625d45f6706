"""Where payloads go that are too large to be passed, against the embedded AWS."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.control.payloads import S3Payloads
from bunsui_core.domain.errors import BadInput, NotFound
from tests.emulator.embedded import Embedded

TEXT = '{"rows": "' + "x" * 300_000 + '"}'


@pytest.fixture
def clients(account: Embedded) -> Iterator[Clients]:
    """Clients that may change everything in an account of their own."""
    key = account.key("worker")
    access = Access(
        endpoint=account.server.url,
        region=account.server.region,
        access_key=key.access_key_id,
        secret_key=key.secret_access_key,
        reading=False,
    )
    made = Clients(lambda: access)
    yield made
    made.close()


def test_what_is_kept_has_the_digest_of_its_text(clients: Clients, name: str) -> None:
    payloads = S3Payloads(clients, makes_buckets=True)
    uri = f"s3://{name}/payloads/one"

    payloads.keep(uri, TEXT)
    payloads.keep(uri, TEXT)

    assert payloads.digest(uri) == hashlib.sha256(TEXT.encode()).hexdigest()


def test_what_was_changed_meanwhile_has_another_digest(clients: Clients, name: str) -> None:
    payloads = S3Payloads(clients, makes_buckets=True)
    uri = f"s3://{name}/payloads/one"
    payloads.keep(uri, TEXT)

    clients.objects.put_object(Bucket=name, Key="payloads/one", Body=b"{}")

    assert payloads.digest(uri) == hashlib.sha256(b"{}").hexdigest()


def test_what_was_never_kept_is_not_found(clients: Clients, name: str) -> None:
    payloads = S3Payloads(clients, makes_buckets=True)
    payloads.keep(f"s3://{name}/payloads/one", TEXT)

    with pytest.raises(NotFound):
        payloads.digest(f"s3://{name}/payloads/another")


def test_no_bucket_is_made_where_somebody_else_makes_it(clients: Clients, name: str) -> None:
    with pytest.raises(NotFound):
        S3Payloads(clients).keep(f"s3://{name}/payloads/one", TEXT)

    names = [bucket["Name"] for bucket in clients.objects.list_buckets()["Buckets"]]
    assert name not in names


def test_an_address_that_is_none_of_an_object_is_refused(clients: Clients) -> None:
    with pytest.raises(BadInput, match="not the address of an object"):
        S3Payloads(clients).keep("https://example.com/one", TEXT)
