"""What IAM sees of a request to S3: the key to the letter, and a write that only creates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ministack.core import iam_actions

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states.history import Document

_Parameters = Mapping[str, Sequence[str]]


def install() -> None:
    """Tell `s3:if-none-match`, and the object's key with every slash that it has."""
    anchor.require(iam_actions._s3_object_context, "3a43e6ca9f518e9a")
    anchor.require(iam_actions.extract_resource_arn, "82f51700695c62fd")
    context = iam_actions._s3_object_context
    resource_of = iam_actions.extract_resource_arn

    def object_context(
        action: str, query: _Parameters, path: str, headers: Mapping[str, str]
    ) -> Document:
        keys: Document = context(action, query, path, headers)
        for name in ("if-none-match", "if-match"):
            if action == "s3:PutObject" and headers.get(name):
                keys[f"s3:{name}"] = headers[name]
        return keys

    def resource(service: str, method: str, path: str, *rest: object) -> str:
        found = str(resource_of(service, method, path, *rest))
        bucket, slash, key = path.lstrip("/").partition("/")
        if service == "s3" and slash and key and found.startswith(f"arn:aws:s3:::{bucket}/"):
            return f"arn:aws:s3:::{bucket}/{key}"
        return found

    iam_actions._s3_object_context = object_context
    iam_actions.extract_resource_arn = resource
