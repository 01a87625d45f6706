"""Why it broke, how sure we are, and on which evidence."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bunsui_core.domain.failure import Evidence, Failure, LogLine
from bunsui_core.domain.value import Instant, Value

_OF_LAMBDA = re.compile(r"(?:INIT_START|START|END|REPORT) ")


class Category(StrEnum):
    """The cause of a failure, deepest first named; the order is the order of precedence."""

    IMAGE_PULL = "image_pull"
    PERMISSION = "permission"
    THROTTLING = "throttling"
    RESOURCE_EXHAUSTED = "resource_exhausted"
    CAPACITY = "capacity"
    QUOTA_LIMIT = "quota_limit"
    CONFLICT = "conflict"
    MISSING_RESOURCE = "missing_resource"
    TIMEOUT = "timeout"
    NETWORK = "network"
    SERVICE_FAULT = "service_fault"
    BAD_INPUT_DATA = "bad_input_data"
    CONFIGURATION = "configuration"
    CODE_BUG = "code_bug"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """What a colleague would do about it."""

    REDRIVE = "redrive"
    WAIT_RETRY = "wait_retry"
    RAISE_RESOURCE = "raise_resource"
    FIX_CODE = "fix_code"
    FIX_INPUT = "fix_input"
    FIX_PERMISSION = "fix_permission"
    FIX_CONFIG = "fix_config"
    INVESTIGATE = "investigate"


class Confidence(StrEnum):
    """How much of the claim the evidence carries."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Diagnosis(Value):
    """The explanation of one failed job. `transient` is None when the evidence does not tell."""

    session_id: str
    job: str
    attempt: int
    redrive_count: int
    failure: Failure
    category: Category
    alternatives: tuple[Category, ...]
    transient: bool | None
    action: Action
    confidence: Confidence
    summary: str
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    logs: tuple[LogLine, ...]
    logs_note: str
    made_at: Instant


def last_words(diagnosis: Diagnosis, most: int) -> tuple[str, ...]:
    """Return the last lines that the operation itself logged, without those that Lambda adds."""
    own = [line.text for line in diagnosis.logs if not _OF_LAMBDA.match(line.text)]
    return tuple(text for text in own if text.strip())[-most:]
