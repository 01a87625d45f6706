"""What a request to DynamoDB needs: each item's action on its table, with its leading key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ministack.core import iam_actions
from ministack.services import dynamodb

from bunsui_core.adapters.emulator.patches.identity import iam_request
from bunsui_core.adapters.emulator.patches.identity.iam_request import Check, Request
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

LEADING_KEYS = "dynamodb:LeadingKeys"

_WRITES = {"PutItem", "UpdateItem", "DeleteItem"}
_TRANSACTIONS = {"TransactWriteItems", "TransactGetItems", "ExecuteTransaction"}
_TRANSACTED: Mapping[str, str] = iam_actions._DYNAMODB_TRANSACT_ITEM_ACTIONS
_VERBS = {"select": "Select", "insert": "Insert", "update": "Update", "delete": "Delete"}
_VERB = re.compile(r"\s*(?:exists\s*\(\s*)?(\w+)", re.I)
_TABLE = re.compile(r"(?:\b(?:from|into)|\bupdate)\s+\"?([\w.-]+)", re.I)
_EQUALITY = re.compile(r"([#\w.-]+)\s*=\s*(:\w+)|(:\w+)\s*=\s*([#\w.-]+)")
# Words that make an equality say less than it seems to.
_LOOSE = re.compile(r"\b(?:or|not)\b|<>", re.I)
# A leading key is never empty: this one is known not to be the one that is asked for.
_UNKNOWN = ""


def split(request: Request, asked: Check) -> Sequence[Check]:
    """Return one check for each item, table or statement of a request."""
    data, operation = request.data, request.operation
    if operation in ("TransactWriteItems", "TransactGetItems"):
        return [one for item in _documents(data.get("TransactItems")) for one in _item(item, asked)]
    if operation in ("BatchGetItem", "BatchWriteItem"):
        tables = data.get("RequestItems")
        return [
            asked.on(_table_arn(asked, name), **_keys_in_batch(name, wanted))
            for name, wanted in (tables if isinstance(tables, dict) else {}).items()
        ] or [asked]
    if operation in ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"):
        return list(_statements(request, asked))
    return [asked.on(asked.resource, **_keys(operation, data))]


def _item(item: Document, asked: Check) -> Iterator[Check]:
    """Check every member of an item, though AWS allows one: none rides along unchecked."""
    operation = asked.action.partition(":")[2]
    for member, action in _TRANSACTED.items():
        detail = item.get(member)
        if isinstance(detail, dict):
            keys = _keys(action.partition(":")[2], detail)
            table = _table_arn(asked, str(detail.get("TableName", "")))
            yield Check(
                action, table, {**asked.keys, **keys, "dynamodb:EnclosingOperation": operation}
            )


def _keys(operation: str, data: Document) -> Document:
    """Return the condition keys of one item or query."""
    keys: Document = {}
    table = str(data.get("TableName", ""))
    leading = [*_leading(table, data.get("Item")), *_leading(table, data.get("Key"))]
    if operation == "Query":
        leading = _queried(table, data)
    if leading:
        keys[LEADING_KEYS] = list(leading)
    if operation in _WRITES:
        keys["dynamodb:ReturnValues"] = data.get("ReturnValues") or "NONE"
    if isinstance(written := data.get("Item"), dict):
        keys["dynamodb:Attributes"] = list(written)
    if operation == "Scan":
        keys["dynamodb:FullTableScan"] = "true"
    return keys


def _keys_in_batch(table: str, wanted: Json) -> Document:
    keys = wanted.get("Keys") if isinstance(wanted, dict) else None
    writes = [one for entry in _documents(wanted) for one in _documents(list(entry.values()))]
    parts = [part for one in writes for part in (one.get("Item"), one.get("Key"))]
    leading = [key for part in [*_documents(keys), *parts] for key in _leading(table, part)]
    return {LEADING_KEYS: list(leading)} if leading else {}


def _queried(table: str, data: Document) -> list[str]:
    """Return the values that the partition key of the table or index must have in a query."""
    name = _partition_key(table, str(data.get("IndexName") or ""))
    condition = data.get("KeyConditionExpression")
    if not isinstance(condition, str):
        return _queried_by_map(data.get("KeyConditions"), name)
    names, values = data.get("ExpressionAttributeNames"), data.get("ExpressionAttributeValues")
    found = []
    for left, given, turned, right in _EQUALITY.findall(condition):
        attribute = left or right
        is_key = (names.get(attribute, attribute) if isinstance(names, dict) else attribute) == name
        if is_key and isinstance(values, dict):
            found.append(_scalar(values.get(given or turned)))
    return [_UNKNOWN] if _LOOSE.search(condition) or not found else found


def _queried_by_map(conditions: Json, name: str) -> list[str]:
    condition = conditions.get(name) if isinstance(conditions, dict) else None
    if not isinstance(condition, dict) or condition.get("ComparisonOperator") != "EQ":
        return [_UNKNOWN]
    values = condition.get("AttributeValueList")
    return [_scalar(value) for value in values] if isinstance(values, list) else [_UNKNOWN]


def _statements(request: Request, asked: Check) -> Iterator[Check]:
    """Check each PartiQL statement as its verb on its table; its leading key is not read."""
    listed = request.data.get("Statements") or request.data.get("TransactStatements")
    for entry in [request.data] if listed is None else _documents(listed):
        statement = str(entry.get("Statement", ""))
        verb, tables = _VERB.match(statement), _TABLE.findall(statement)
        name = _VERBS.get(verb[1].lower()) if verb else None
        # A statement that seems to name two tables is not taken for one about either.
        table = _table_arn(asked, tables[0]) if len(tables) == 1 else "*"
        yield replace(asked, action=f"dynamodb:PartiQL{name}", resource=table) if name else asked


def _leading(table: str, item: Json) -> list[str]:
    name = _partition_key(table)
    return [_scalar(item[name])] if isinstance(item, dict) and name in item else []


def _partition_key(table: str, index: str = "") -> str:
    found = dynamodb._tables.get(dynamodb._normalize_table_name(table)) or {}
    for one in found.get("GlobalSecondaryIndexes") or []:
        if one["IndexName"] == index:
            found = one
    hashes = [
        key["AttributeName"] for key in found.get("KeySchema", []) if key["KeyType"] == "HASH"
    ]
    return str(hashes[0]) if hashes else ""


def _table_arn(asked: Check, table: str) -> str:
    account, region = dynamodb.get_account_id(), dynamodb.get_region()
    return str(iam_actions._dynamodb_table_arn(table, region, account)) if table else asked.resource


def _scalar(value: Json) -> str:
    """Return the text of an attribute value such as `{"S": "text"}`."""
    return str(next(iter(value.values()))) if isinstance(value, dict) and value else _UNKNOWN


def _documents(value: Json) -> list[Document]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def install() -> None:
    """Tell the leading keys of what is read and written."""
    iam_request.split("dynamodb", split)
