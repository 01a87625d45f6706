"""What an embedded service answers is read whatever its protocol, and however broken."""

from __future__ import annotations

import pytest

from bunsui_core.adapters.emulator.patches.tasks.service_errors import (
    Refusal,
    missing_members,
    optimized_error,
    refusal_of,
    sdk_error,
)

QUERY = """<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>
<Code>NotFound</Code><Message>Topic does not exist</Message></Error></ErrorResponse>"""


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b'{"__type": "com.amazonaws#NoKey", "message": "none"}', "NoKey", "none"),
        ('{"__type": "NoKey", "Message": "none"}', "NoKey", "none"),
        (QUERY, "NotFound", "Topic does not exist"),
        ("<html><br></html>", "ServiceException", "<html><br></html>"),
        ("[1]", "ServiceException", "[1]"),
        ("gone", "ServiceException", "gone"),
        (None, "ServiceException", ""),
    ],
)
def test_a_refusal_is_read_from_any_body(body: bytes | str | None, code: str, message: str) -> None:
    assert refusal_of(404, body) == Refusal(404, code, message)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ResourceNotFoundException", "DynamoDb.ResourceNotFoundException"),
        ("ValidationException", "DynamoDb.DynamoDbException"),
        ("ServiceException", "DynamoDb.DynamoDbException"),
    ],
)
def test_an_error_without_a_class_of_its_own_has_that_of_its_service(code: str, error: str) -> None:
    assert sdk_error("dynamodb", Refusal(400, code, "no")).error == error


def test_a_name_that_is_no_exception_becomes_one() -> None:
    assert sdk_error("sfn", Refusal(400, "InvalidArn", "no")).error == "Sfn.InvalidArnException"
    refused = optimized_error("sns", Refusal(400, "InvalidParameter", "no"))
    assert refused.error == "SNS.InvalidParameterException"


def test_each_member_that_is_null_is_told() -> None:
    refusal = missing_members("dynamodb", "PutItem", {"TableName": "rows", "Item": None})
    both = missing_members("dynamodb", "PutItem", {})

    assert refusal
    assert "Value null at 'item'" in refusal.message
    assert both
    assert both.message.startswith("2 validation errors detected: ")
    assert missing_members("dynamodb", "PutItem", {"TableName": "rows", "Item": {}}) is None
    assert missing_members("unheard", "Do", {}) is None
