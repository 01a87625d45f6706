"""The CloudFormation template of the queue through which AWS tells of executions."""

from __future__ import annotations

from bunsui_core.domain.heard import DETAIL_TYPE, SOURCE
from bunsui_core.domain.value import Json

_RETENTION_S = 4 * 24 * 3600
"""How long an event waits for a worker: over a long weekend. What it misses, the sweep finds."""

_VISIBILITY_S = 60
"""How long a worker has to take an event in before it is told again."""


def event_queue_template() -> dict[str, Json]:
    """Return the template, to be deployed once in each account and region.

    Its output `QueueUrl` is the environment's `event_queue`. It costs a rule and a queue, reads
    nothing and changes no state machine.
    """
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Tells bunsui of Step Functions executions as they begin and end.",
        "Resources": {
            "Events": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "MessageRetentionPeriod": _RETENTION_S,
                    "SqsManagedSseEnabled": True,
                    "VisibilityTimeout": _VISIBILITY_S,
                },
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "Description": "Status changes of Step Functions executions, for bunsui",
                    "EventPattern": {"source": [SOURCE], "detail-type": [DETAIL_TYPE]},
                    "Targets": [{"Id": "bunsui", "Arn": _of("Events")}],
                },
            },
            "Sending": {"Type": "AWS::SQS::QueuePolicy", "Properties": _only_the_rule()},
        },
        "Outputs": {
            "QueueUrl": {
                "Description": "Write it as event_queue into the environment of bunsui.toml",
                "Value": {"Ref": "Events"},
            },
        },
    }


def _only_the_rule() -> dict[str, Json]:
    """EventBridge may send, and only for this rule of this account (a confused deputy may not)."""
    return {
        "Queues": [{"Ref": "Events"}],
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "OnlyThisRule",
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": _of("Events"),
                    "Condition": {"ArnEquals": {"aws:SourceArn": _of("Rule")}},
                },
            ],
        },
    }


def _of(resource: str) -> dict[str, Json]:
    return {"Fn::GetAtt": [resource, "Arn"]}
