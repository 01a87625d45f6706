"""The operation that a request names: once, and where its service reads it.

A request could otherwise name a harmless operation for the permission and another for the service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from ministack.core import iam_actions

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.identity import iam_request
from bunsui_core.adapters.emulator.patches.identity.iam_request import UNCLEAR, Request

Parameters = Mapping[str, Sequence[str]]

_FORM = "application/x-www-form-urlencoded"
_BY_ACTION = {"iam", "sts", "cloudformation", "sns", "ec2", "rds", "autoscaling", "elasticache"}
_BY_PATH = {"s3", "lambda"} | (set(iam_actions._BOTOCORE_SERVICE_MAP) - {"ses"})
_RPC = re.compile(r"/service/\w+/operation/(?P<operation>\w+)")
# Plain segments: none is empty, a dot or two, or encoded once more.
_LAMBDA = re.compile(r"/\d{4}-\d{2}-\d{2}(?:/(?!\.{1,2}(?:/|$))[^/%]+)+/?")


def is_clear(
    service: str, method: str, path: str, headers: Mapping[str, str], named: Sequence[str]
) -> bool:
    """Tell whether a request names its operation once and where its service reads it."""
    if service in _BY_PATH:
        return not named and (service != "lambda" or _LAMBDA.fullmatch(path) is not None)
    if service in _BY_ACTION:
        return named in (["query"], ["form"])
    target = headers.get("x-amz-target", "")
    return len(named) <= 1 and "," not in target and (not target or method == "POST")


def places(headers: Mapping[str, str], body: bytes, parameters: Parameters) -> list[str]:
    """Return where a request names its operation: in a header, in its form, in its query."""
    found = ["target"] if "x-amz-target" in headers else []
    form: Parameters = {}
    # What the query is merged over.
    if headers.get("content-type", "").startswith(_FORM):
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    if "Action" in form:
        found.append("form")
    hides = form and (dict(parameters) != dict(form) or any(len(v) > 1 for v in form.values()))
    if hides or ("Action" in parameters and not form):
        found.append("query")
    return found


def install() -> None:
    """Refuse a request whose operation is not clear, whoever sends it."""
    anchor.require(iam_actions.extract_iam_action, "ec476b92d969822b")
    extract = iam_actions.extract_iam_action
    # Its name among the models of botocore, for the tags that its requests set.
    iam_actions._BOTOCORE_SERVICE_MAP["states"] = ["stepfunctions"]

    def action(
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        parameters: Parameters,
    ) -> str:
        named = str(extract(service, method, path, headers, body, parameters) or "")
        if rpc := _RPC.fullmatch(path):
            named = f"{iam_actions.SERVICE_TO_IAM_NAMESPACE.get(service)}:{rpc['operation']}"
        if not is_clear(service, method, path, headers, places(headers, body, parameters)):
            named = UNCLEAR
        # MiniStack lets every caller do what it knows no action for.
        named = named or f"{service}:UnknownOperation"
        iam_request.arrived(Request(service, named, headers, body, parameters))
        return named

    iam_actions.extract_iam_action = action
