"""Definitions that were not recorded, as the events of their executions imply them."""

from __future__ import annotations

from tests.emulator.outcome import Document

CALLBACK: Document = {
    "StartAt": "Start Task And Wait For Callback",
    "States": {
        "Start Task And Wait For Callback": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {
                "QueueUrl": "sqs_create_queue",
                "MessageBody": {
                    "MessageTitle": "Task started by Step Functions. "
                    "Waiting for callback with task token.",
                    "ShouldFail.$": "$.shouldfail",
                    "TaskToken.$": "$$.Task.Token",
                },
            },
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Fail State"}],
            "End": True,
        },
        "Fail State": {"Type": "Fail"},
    },
}

CONTAINER: Document = {
    "StartAt": "ecstask",
    "States": {
        "ecstask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::ecs:runTask.sync",
            "Parameters": {
                "Cluster": "arn:aws:ecs:us-east-1:111111111111:cluster/cluster_name",
                "TaskDefinition": "task_definition_family",
                "NetworkConfiguration": {
                    "AwsvpcConfiguration": {
                        "Subnets": ["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60718"],
                        "SecurityGroups": ["sg-0c1d2e3f405162738"],
                    }
                },
                "LaunchType": "FARGATE",
                "PlatformVersion": "1.4.0",
            },
            "End": True,
        }
    },
}

IMPLIED = {"8831aa": CALLBACK, "753f82": CONTAINER}
"""By the six digits that end a recording's name."""
