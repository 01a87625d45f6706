"""Permissions on the embedded AWS, evaluated as IAM evaluates them."""

from __future__ import annotations

from bunsui_core.adapters.emulator.patches.identity import (
    iam_dynamodb,
    iam_operation,
    iam_pass_role,
    iam_request,
    iam_resources,
    iam_s3,
    iam_signature,
    iam_statements,
    iam_sts,
)
from bunsui_core.adapters.emulator.patches.tasks import machine_role


def install() -> None:
    """Authorize every request to the embedded AWS as IAM would."""
    iam_signature.install()
    iam_statements.install()
    iam_operation.install()
    iam_request.install()
    iam_resources.install()
    iam_dynamodb.install()
    iam_pass_role.install()
    iam_s3.install()
    iam_sts.install()
    machine_role.install()
