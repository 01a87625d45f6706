"""The one place where errors of AWS become errors of bunsui."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bunsui_core.adapters.aws.unanswered import unanswered
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
        "AWS.SimpleQueueService.NonExistentQueue",
        "ImageNotFoundException",
        "NoSuchBucket",
        "NoSuchBucketPolicy",
        "NoSuchEntity",
        "NoSuchKey",
        "NotFound",
        "QueueDoesNotExist",
        "RepositoryNotFoundException",
        "404",
    }
)
_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "Forbidden", "403", "UnauthorizedOperation"}
)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
_SKEWED = frozenset({"RequestExpired", "RequestTimeTooSkewed"})
_BAD_SIGNATURE = frozenset(
    {"AuthFailure", "IncompleteSignature", "InvalidSignatureException", "SignatureDoesNotMatch"}
)
UNKNOWN_KEY = frozenset(
    {
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "MissingAuthenticationToken",
        "UnrecognizedClientException",
    }
)
"""What AWS says to a key that it does not know in a region."""

_THROTTLED = frozenset(
    {
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_ACTION = re.compile(r"perform: ([a-z0-9-]+:[A-Za-z0-9]+)")
_WRONG_TIME = re.compile(r"signature (expired|not yet current)", re.IGNORECASE)
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
        raise unanswered(error, subject) from error
    except OSError as error:
        # Only what a profile runs or reads to sign in again speaks to this machine itself.
        raise Unavailable(
            f"AWS cannot be asked about {subject}: {error}.",
            "Correct what the profile runs or reads to sign in.",
        ) from error


def code_of(error: ClientError) -> str:
    """Return the code AWS gave, such as `ExecutionDoesNotExist`."""
    return error.response.get("Error", {}).get("Code", "")


def _by_code(error: ClientError, subject: str) -> BunsuiError:
    code = code_of(error)
    message = error.response.get("Error", {}).get("Message") or code
    told = f"{subject}: {message.rstrip('.')} ({code})."
    if code in _NOT_FOUND:
        return NotFound(
            told, "Check the name; Step Functions forgets executions 90 days after they close."
        )
    next_step = sign_in_step(code, message)
    if next_step:
        return NotAuthorised(told, next_step)
    if code in _CONFLICT:
        return Conflict(told, "Look at what is there now before asking again.")
    if code in _REFUSED:
        return Refused(told, "Look at the execution's redrive status and choose another way.")
    if code in _BAD_INPUT:
        return BadInput(told, "Correct what is named and try again.")
    if code in _THROTTLED:
        return Unavailable(
            told, "Wait: the account's quota is used up, perhaps by others; it refills by itself."
        )
    return Unavailable(told, "Try again in a moment.")


def sign_in_step(code: str, message: str) -> str:
    """Return what a person does about credentials that AWS refused; empty for another error."""
    if code in _DENIED:
        found = _ACTION.search(message)
        what = found[1] if found else "it"
        return f"Allow {what} to these credentials; `bunsui init --print-policies` prints the rest."
    if code in _SKEWED or (code in _BAD_SIGNATURE and _WRONG_TIME.search(message)):
        return "Set this machine's clock, best with NTP; `bunsui doctor` tells how far it is off."
    if code in _EXPIRED:
        return "Sign in again: the credentials have expired."
    if code in UNKNOWN_KEY:
        return "Check the access key; a region that is off for the account answers so too."
    if code in _BAD_SIGNATURE:
        return "Check the secret key of these credentials."
    return ""
