"""What a human may give a job as input or output: JSON, small enough, as the job wants it."""

from __future__ import annotations

import json
import re

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.joining import MOST_CARRIED, size
from bunsui_core.domain.pipeline import Job
from bunsui_core.domain.references import KEY, Reference, references
from bunsui_core.domain.value import Json, read_json

MOST_SAID = 5
"""Breaches of a schema that are told; there may be thousands."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"s3://[a-z0-9][a-z0-9.-]+/.+")


def require_input(job: Job, text: str) -> None:
    """Refuse an edited input that a job cannot start with. Raises: BadInput."""
    _must_be_carried(text, "the edited input")
    _must_not_enter(text)
    if found := breaches(job, text):
        raise BadInput(
            f"the edited input is not what {job.name} takes: {'; '.join(found)}.",
            f"See its schema with `bunsui pipelines show`, and correct {_first_path(found)}.",
        )
    for reference in _whole_references(text):
        if not job.takes_references:
            raise BadInput(
                f"the edited input names {reference.uri} in place of a payload, which {job.name} "
                "does not understand.",
                "Put the payload itself into the input.",
            )


def require_state_input(text: str) -> None:
    """Refuse an edited input of a state that cannot be carried. Raises: BadInput."""
    _must_be_carried(text, "the edited input")
    _whole_references(text)


def require_output(text: str) -> None:
    """Refuse an output that jobs cannot be given. Raises: BadInput."""
    _must_be_carried(text, "the output")
    _whole_references(text)


def require_one_meaning(text: str, what: str) -> None:
    """Refuse a JSON text in which a name stands twice. Raises: BadInput."""
    if is_named_twice(text):
        raise BadInput(
            f"a name stands twice in an object of {what}, and who reads it may take either.",
            "Leave one of them out.",
        )


def is_named_twice(text: str) -> bool:
    """Whether a name stands twice in an object of a JSON text; its digest does not tell."""
    found = False

    def pairs(given: list[tuple[str, Json]]) -> dict[str, Json]:
        nonlocal found
        document = dict(given)
        found = found or len(document) < len(given)
        return document

    json.loads(text, object_pairs_hook=pairs)
    return found


def breaches(job: Job, text: str) -> tuple[str, ...]:
    """Return where a text is not as the input schema of a job says, each in a few words.

    Raises: BadInput when the schema itself is none.
    """
    if job.input_schema is None:
        return ()
    # Deferred: it costs a tenth of a second, and few commands check an input.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    schema = read_json(job.input_schema)
    if not isinstance(schema, dict | bool):
        raise _no_schema(job, "it is neither an object nor true or false")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise _no_schema(job, error.message) from error
    errors = Draft202012Validator(schema).iter_errors(read_json(text))
    found = sorted((error.json_path, error.message[:200]) for error in errors)
    more = [f"and {len(found) - MOST_SAID} more"] if len(found) > MOST_SAID else []
    return (*(f"{path}: {message}" for path, message in found[:MOST_SAID]), *more)


def _no_schema(job: Job, why: str) -> BadInput:
    return BadInput(
        f"the input schema of {job.name} is no JSON schema: {why}.", "Correct it in the pipeline."
    )


def _whole_references(text: str) -> tuple[Reference, ...]:
    """The references to large payloads in a text. Raises: BadInput for one that leads nowhere."""
    found = references(text)
    for one in found:
        if not (_ADDRESS.fullmatch(one.uri) and _SHA256.fullmatch(one.sha256)):
            raise BadInput(
                f"a {KEY} in it is not whole.",
                "It has a uri (s3://bucket/key) and the sha256 of what lies there, 64 hex digits.",
            )
    return found


def _must_be_carried(text: str, what: str) -> None:
    json_digest(text)
    require_one_meaning(text, what)
    if (found := size(text)) > MOST_CARRIED:
        raise BadInput(
            f"{what} has {found:,} bytes, Step Functions carries {MOST_CARRIED:,} of it.",
            "Shorten it, or put the data into S3 and its address into the input.",
        )


def _must_not_enter(text: str) -> None:
    """An input that names a state to enter at is not one of a machine that runs from its start."""
    document = read_json(text)
    if isinstance(document, dict) and "bunsui" in document:
        raise BadInput(
            "the edited input has a field bunsui, as an input has that lets a machine be entered "
            "in the middle (bunsui.enter_at).",
            "Leave it out, or choose enter_at.",
        )


def _first_path(found: tuple[str, ...]) -> str:
    return found[0].partition(":")[0]
