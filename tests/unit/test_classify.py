from __future__ import annotations

import json
import time

import pytest

from bunsui_core.domain.cause import read_cause
from bunsui_core.domain.classify import classify
from bunsui_core.domain.diagnosis import Action, Category, Confidence
from bunsui_core.domain.failure import Failure
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.signs import ACTIONS, TRANSIENT
from tests.builders import a_failure


def failed_with(error: str, cause: str = "", **changes: object) -> Failure:
    told = read_cause(error, cause)
    return a_failure(
        error=error,
        cause=cause,
        message=told.message or error,
        exception=told.exception,
        **changes,
    )


def raised(error: str, message: str) -> Failure:
    """A Python function that raised, as Lambda reports it."""
    return failed_with(error, json.dumps({"errorMessage": message, "errorType": error}))


@pytest.mark.parametrize(
    ("failure", "category"),
    [
        (failed_with("Lambda.TooManyRequestsException", "Rate Exceeded."), "throttling"),
        (
            raised("ClientError", "An error occurred (SlowDown) when calling the PutObject: wait"),
            "throttling",
        ),
        (raised("ThrottlingException", "Rate exceeded"), "throttling"),
        (raised("ValueError", "row 7: could not convert string to float: 'n/a'"), "bad_input_data"),
        (raised("InvalidOperation", "[<class 'decimal.ConversionSyntax'>]"), "bad_input_data"),
        (raised("JSONDecodeError", "Expecting value: line 1 column 1"), "bad_input_data"),
        (raised("UnicodeDecodeError", "'utf-8' codec can't decode byte"), "bad_input_data"),
        (raised("KeyError", "'price'"), "code_bug"),
        (raised("ZeroDivisionError", "division by zero"), "code_bug"),
        (raised("Runtime.ImportModuleError", "Unable to import module 'index'"), "code_bug"),
        (
            raised("ClientError", "An error occurred (AccessDenied) when calling GetObject: no"),
            "permission",
        ),
        (failed_with("States.Permissions", "the role may not"), "permission"),
        (raised("NoSuchKey", "The specified key does not exist."), "missing_resource"),
        (failed_with("Lambda.ResourceNotFoundException", "Function not found"), "missing_resource"),
        (
            failed_with(
                "States.Runtime",
                "The JSONPath '$.a' specified for the field 'b.$' could not be found in the input "
                "'{}'",
            ),
            "configuration",
        ),
        (failed_with("", "COLUMN_NOT_FOUND: line 1:8: 'net' cannot be resolved"), "configuration"),
        (failed_with("", "NUMERIC_VALUE_OUT_OF_RANGE: integer overflow"), "bad_input_data"),
        (failed_with("", "EXCEEDED_LOCAL_MEMORY_LIMIT: 9GB a node"), "resource_exhausted"),
        (failed_with("", "HIVE_BAD_DATA: Malformed ORC file"), "bad_input_data"),
        (failed_with("", "OperationAborted: another one is in progress"), "conflict"),
        (failed_with("", "PutThing failed (HTTP 503)"), "service_fault"),
        (failed_with("", "PutThing failed (HTTP 429)"), "throttling"),
        (failed_with("ApiGateway.403", '{"message":"Forbidden"}'), "permission"),
        (failed_with("", "[Errno 13] Permission denied: '/var/task/run.sh'"), "code_bug"),
        (failed_with("", "[Errno 13] Permission denied: '/mnt/data/day.csv'"), "permission"),
        (failed_with("", "ERROR: canceling statement due to user request"), "cancelled"),
        (failed_with("", "ERROR: canceling statement due to statement timeout"), "timeout"),
        (failed_with("", "Key figures of the day"), "unknown"),
        (failed_with("States.Timeout"), "timeout"),
        (failed_with("States.HeartbeatTimeout"), "timeout"),
        (raised("Sandbox.Timedout", "RequestId: x Error: Task timed out after 3.00 s"), "timeout"),
        (failed_with("States.DataLimitExceeded", "too large"), "quota_limit"),
        (failed_with("States.Runtime", "Invalid path '$.a'"), "configuration"),
        (failed_with("States.NoChoiceMatched"), "configuration"),
        (raised("EndpointConnectionError", 'Could not connect to "https://x"'), "network"),
        (failed_with("Lambda.ServiceException", "Service unavailable"), "service_fault"),
        (failed_with("Glue.ConcurrentRunsExceededException", "too many runs"), "throttling"),
        (failed_with("DynamoDB.ConditionalCheckFailedException", "failed"), "conflict"),
        (raised("MemoryError", ""), "resource_exhausted"),
        (failed_with("OrderRefused", "the auditor said no", died_in_fail_state=True), "unknown"),
        (failed_with("", "", status=JobStatus.ABORTED), "cancelled"),
        (failed_with("", "", status=JobStatus.TIMED_OUT), "timeout"),
    ],
)
def test_codes_and_classes_name_their_category(failure: Failure, category: str) -> None:
    assert classify(failure).category == category


def test_of_two_causes_the_deeper_is_named_and_the_other_kept_as_alternative() -> None:
    found = classify(raised("ValueError", "AccessDeniedException: not authorized to kms:Decrypt"))

    assert found.category is Category.PERMISSION
    assert Category.BAD_INPUT_DATA in found.alternatives


def test_an_exception_of_no_known_class_is_code_with_low_confidence() -> None:
    found = classify(raised("OrderDropped", "so it is"))

    assert (found.category, found.confidence) == (Category.CODE_BUG, Confidence.LOW)


@pytest.mark.parametrize(
    ("code", "category"), [(139, "code_bug"), (1, "unknown"), (137, "unknown")]
)
def test_an_exit_code_is_not_read_for_more_than_it_says(code: int, category: str) -> None:
    cause = json.dumps({"StoppedReason": "Essential container exited", "Containers": []})
    cause = cause.replace("[]", f'[{{"ExitCode": {code}}}]')

    assert classify(failed_with("States.TaskFailed", cause)).category == category


def test_a_plain_code_gives_more_confidence_than_a_vague_class() -> None:
    plain = classify(raised("ThrottlingException", "x"))
    vague = classify(raised("ValueError", "x"))

    assert (plain.confidence, vague.confidence) == (Confidence.HIGH, Confidence.MEDIUM)


def test_every_category_has_a_transience_and_an_action() -> None:
    assert set(TRANSIENT) == set(ACTIONS) == set(Category)


def test_what_frees_itself_is_transient_and_what_is_wrong_is_not() -> None:
    assert classify(raised("ThrottlingException", "Rate exceeded")).transient is True
    assert classify(raised("ValueError", "bad row 7")).transient is False
    assert classify(failed_with("OrderRefused", died_in_fail_state=True)).transient is None


def test_an_unknown_cause_is_investigated() -> None:
    found = classify(failed_with("OrderRefused", died_in_fail_state=True))

    assert (found.action, found.confidence) == (Action.INVESTIGATE, Confidence.LOW)


@pytest.mark.parametrize("text", ["a.", "handler ", "security token ", "A", "(x", "invalid ", " "])
def test_a_long_text_of_a_hostile_author_is_classified_at_once(text: str) -> None:
    failure = raised("Custom", text * 100_000)
    started = time.monotonic()

    classify(failure)

    assert time.monotonic() - started < 2
