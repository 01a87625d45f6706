"""The one place where errors of AWS become errors of bunsui."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bunsui_core.domain.errors import (
    BadInput,
    BunsuiError,
    Conflict,
    NotAuthorised,
    NotFound,
    Refused,
    Unavailable,
)

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_NOT_FOUND = frozenset(
    {
        "ClusterNotFoundException",
        "ExecutionDoesNotExist",
        "StateMachineDoesNotExist",
        "StateMachineDeleting",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "NoSuchBucket",
        "NoSuchKey",
        "NotFound",
        "404",
    }
)
_NOT_AUTHORISED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "Forbidden",
        "403",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
    }
)
_CONFLICT = frozenset({"ExecutionAlreadyExists", "ConflictException"})
_REFUSED = frozenset({"ExecutionNotRedrivable", "StateMachineTypeNotSupported"})
_BAD_INPUT = frozenset(
    {
        "ClientException",
        "InvalidArn",
        "InvalidExecutionInput",
        "InvalidName",
        "InvalidToken",
        "ValidationException",
        "InvalidParameterException",
        "InvalidParameterValueException",
    }
)


@contextmanager
def translated(subject: str) -> Iterator[None]:
    """Raise what AWS raises about `subject` as an error of bunsui, with the next step."""
    # Whoever is in here holds a client, so botocore is loaded already.
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _by_code(error, subject) from error
    except BotoCoreError as error:
        raise Unavailable(
            f"AWS does not answer about {subject}: {error}.",
            "Check the network, or the embedded AWS with `bunsui local status`, and try again.",
        ) from error


def code_of(error: ClientError) -> str:
    """Return the code AWS gave, such as `ExecutionDoesNotExist`."""
    return error.response.get("Error", {}).get("Code", "")


def _by_code(error: ClientError, subject: str) -> BunsuiError:
    code = code_of(error)
    told = f"{subject}: {error.response.get('Error', {}).get('Message') or code} ({code})."
    if code in _NOT_FOUND:
        return NotFound(
            told, "Check the name; Step Functions forgets executions 90 days after they close."
        )
    if code in _NOT_AUTHORISED:
        return NotAuthorised(told, "Check the credentials and the permissions of this process.")
    if code in _CONFLICT:
        return Conflict(told, "Look at what is there now before asking again.")
    if code in _REFUSED:
        return Refused(told, "Look at the execution's redrive status and choose another way.")
    if code in _BAD_INPUT:
        return BadInput(told, "Correct what is named and try again.")
    return Unavailable(told, "Try again in a moment.")
