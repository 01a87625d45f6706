"""The template of a shared store, and the policies of its actors, as `init` prints them."""

from __future__ import annotations

import json

from bunsui_core.domain.environment import environment_of
from bunsui_core.domain.store_template import INDEXES, store_template, table_properties
from bunsui_core.wiring.estates import policies

SHOP = {"account": "111122223333", "region": "eu-west-1", "read_profile": "ask"}


def test_the_template_makes_the_table_that_bunsui_itself_would_make() -> None:
    made = store_template("t-1", "b-1")["Resources"]

    assert isinstance(made, dict)
    table, bucket = made["Table"], made["Bucket"]
    assert isinstance(table, dict)
    assert isinstance(bucket, dict)
    properties = table["Properties"]
    assert isinstance(properties, dict)
    assert table_properties("t-1").items() <= properties.items()
    assert (table["DeletionPolicy"], bucket["DeletionPolicy"]) == ("Retain", "Retain")


def test_every_index_has_its_own_keys() -> None:
    properties = table_properties("t-1")

    indexes = properties["GlobalSecondaryIndexes"]
    assert isinstance(indexes, list)
    assert len(indexes) == len(INDEXES) - 1
    assert len({json.dumps(one) for one in indexes}) == len(indexes)


def test_a_store_in_dynamodb_is_printed_with_what_each_actor_may_write() -> None:
    printed = policies(environment_of({**SHOP, "store": "dynamodb"}, "f"))

    assert '"BucketName": "bunsui-111122223333-eu-west-1"' in json.dumps(printed.store)
    assert "DEC#*" in json.dumps(printed.approving)
    assert "DEC#*" not in json.dumps(printed.reading)
    assert "KEY#*" in json.dumps(printed.setting_up)
    assert "KEY#*" not in json.dumps([printed.reading, printed.executing, printed.approving])


def test_a_store_in_files_asks_for_nothing_of_it() -> None:
    printed = policies(environment_of(SHOP, "f"))

    assert (printed.store, printed.approving, printed.setting_up) == ({}, {}, {})
    assert "dynamodb:PutItem" not in json.dumps([printed.reading, printed.executing])
