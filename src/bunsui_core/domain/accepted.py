"""What a human may give a job as input or output: JSON, small enough, as the job wants it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.joining import MOST_CARRIED, size
from bunsui_core.domain.pipeline import Job
from bunsui_core.domain.value import Json, Value, read_json

REFERENCE = "bunsui_reference"
"""The key of what stands for a payload that lies in S3."""

MOST_SAID = 5
"""Breaches of a schema that are told; there may be thousands."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"s3://[a-z0-9][a-z0-9.-]+/.+")


class Reference(Value):
    """Where a large payload lies, and what its text must be."""

    uri: str
    sha256: str
    bytes: int


def require_input(job: Job, text: str) -> None:
    """Refuse an edited input that a job cannot start with. Raises: BadInput."""
    _must_be_carried(text, "the edited input")
    if found := breaches(job, text):
        raise BadInput(
            f"the edited input is not what {job.name} takes: {'; '.join(found)}.",
            f"See its schema with `bunsui pipelines show`, and correct {_first_path(found)}.",
        )
    for reference in references(text):
        if not job.takes_references:
            raise BadInput(
                f"the edited input names {reference.uri} in place of a payload, which {job.name} "
                "does not understand.",
                "Put the payload itself into the input.",
            )


def require_state_input(text: str) -> None:
    """Refuse an edited input of a state that cannot be carried. Raises: BadInput."""
    _must_be_carried(text, "the edited input")
    tuple(references(text))


def require_output(text: str) -> None:
    """Refuse an output that jobs cannot be given. Raises: BadInput."""
    _must_be_carried(text, "the output")
    tuple(references(text))


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


def references(text: str) -> Iterator[Reference]:
    """Yield each reference to a large payload in a text. Raises: BadInput for a malformed one."""
    if REFERENCE in text:
        yield from _references(read_json(text))


def _references(document: Json) -> Iterator[Reference]:
    if isinstance(document, list):
        for one in document:
            yield from _references(one)
    if not isinstance(document, dict):
        return
    for key, held in document.items():
        if key == REFERENCE:
            yield _reference(held)
        else:
            yield from _references(held)


def _reference(held: Json) -> Reference:
    try:
        found = Reference.model_validate(held)
    except ValueError:
        found = Reference(uri="", sha256="", bytes=0)
    if not (_ADDRESS.fullmatch(found.uri) and _SHA256.fullmatch(found.sha256) and found.bytes > 0):
        raise BadInput(
            f"a {REFERENCE} in it is not whole.",
            "It has a uri (s3://bucket/key), the sha256 of what lies there, and its bytes.",
        )
    return found


def _must_be_carried(text: str, what: str) -> None:
    json_digest(text)
    if (found := size(text)) > MOST_CARRIED:
        raise BadInput(
            f"{what} has {found:,} bytes, Step Functions carries {MOST_CARRIED:,} of it.",
            "Shorten it, or put the data into S3 and its address into the input.",
        )


def _first_path(found: tuple[str, ...]) -> str:
    return found[0].partition(":")[0]
