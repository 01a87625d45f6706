"""The conductor as a Lambda function: events over EventBridge and SQS, schedules, lost events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

import pytest

from bunsui_core.domain.orders import ScheduledStart, order_of, scheduled_id
from bunsui_core.domain.permissions import Estate, conductor
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Json
from tests.emulator.conducting import TABLE, TELLS, Conducted, a_start, conducted
from tests.emulator.embedded import TRUST, Embedded, packed, until
from tests.emulator.queues import Queue, client

__all__ = ["conducted"]

pytestmark = pytest.mark.slow

CODE = "from bunsui_core.lambdas.conductor import handler\n"
OURS = {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]}


@dataclass(frozen=True)
class Deployed:
    """A function that a queue of events wakes, and the queue of what it could not do."""

    conducted: Conducted
    events: Queue
    dead: Queue

    def send(self, order: str) -> None:
        """Put an order into the queue."""
        client(self.conducted.aws, "sqs").send_message(QueueUrl=self.events.url, MessageBody=order)

    def invoke(self, order: str) -> Mapping[str, Json]:
        """Give the function one order, as a schedule does."""
        answer = self.conducted.aws.functions().invoke(FunctionName="conductor", Payload=order)
        with closing(answer["Payload"]) as body:
            said: dict[str, Json] = json.loads(body.read())
        return said


def role(aws: Embedded) -> str:
    """A role that may do what a conductor needs, and nothing else."""
    estate = Estate(
        account=aws.account,
        region=aws.server.region,
        table=TABLE,
        bucket=f"bunsui-{aws.account}",
    )
    made = aws.iam().create_role(RoleName="conductor", AssumeRolePolicyDocument=json.dumps(TRUST))
    aws.iam().put_role_policy(
        RoleName="conductor", PolicyName="least", PolicyDocument=json.dumps(conductor(estate))
    )
    return made["Role"]["Arn"]


@pytest.fixture
def deployed(conducted: Conducted) -> Deployed:
    """The function, deployed by hand: a rule, a queue with another for what failed, a mapping."""
    aws = conducted.aws
    events, dead = Queue(aws, "events"), Queue(aws, "dead")
    told = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 2})
    client(aws, "sqs").set_queue_attributes(
        QueueUrl=events.url, Attributes={"RedrivePolicy": told, "VisibilityTimeout": "1"}
    )
    own = {k: v for k, v in conducted.environ.items() if k.startswith("BUNSUI_")}
    aws.functions().create_function(
        FunctionName="conductor",
        Runtime="python3.12",
        Role=role(aws),
        Handler="index.handler",
        Code={"ZipFile": packed(CODE)},
        Timeout=60,
        MemorySize=512,
        Environment={"Variables": own},
    )
    aws.functions().create_event_source_mapping(
        EventSourceArn=events.arn,
        FunctionName="conductor",
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    bus = client(aws, "events")
    bus.put_rule(Name="executions", EventPattern=json.dumps(OURS))
    bus.put_targets(Rule="executions", Targets=[{"Id": "queue", "Arn": events.arn}])
    return Deployed(conducted, events, dead)


def test_events_alone_bring_a_scheduled_session_to_its_end(deployed: Deployed) -> None:
    conducted = deployed.conducted
    pipeline = conducted.pipeline(
        {"extract": TELLS, "count": TELLS, "load": TELLS},
        count={"after": ["extract"]},
        load={"after": ["extract", "count"]},
    )
    order = order_of(a_start(pipeline))
    assert isinstance(order, ScheduledStart)

    said = deployed.invoke(a_start(pipeline))
    until(lambda: conducted.status(scheduled_id(order)) is SessionStatus.SUCCEEDED)

    assert said == {}
    for job in ("extract", "count", "load"):
        names = [f"{scheduled_id(order)}-{job}-a1"]
        assert conducted.executions(pipeline, job) == names
    last = conducted.session(scheduled_id(order)).runs[-1].last
    assert last
    assert json.loads(last.output or "") == {
        "got": {"count": {"got": {"extract": {"got": {}}}}, "extract": {"got": {}}}
    }


def test_what_cannot_be_done_of_a_batch_is_put_aside_and_the_rest_is_done(
    deployed: Deployed,
) -> None:
    conducted = deployed.conducted
    client(conducted.aws, "events").disable_rule(Name="executions")
    pipeline = conducted.pipeline({"extract": TELLS, "load": TELLS}, load={"after": ["extract"]})
    deployed.invoke(a_start(pipeline))

    def swept() -> bool:
        deployed.send('{"bunsui": "sweep"}')
        return len(conducted.executions(pipeline, "load")) == 1

    deployed.send('{"nobody": "knows"}')
    until(swept)

    assert deployed.dead.text() == '{"nobody": "knows"}'


def test_sweeps_alone_bring_a_session_to_its_end_when_every_event_is_lost(
    deployed: Deployed,
) -> None:
    conducted = deployed.conducted
    client(conducted.aws, "events").disable_rule(Name="executions")
    pipeline = conducted.pipeline({"extract": TELLS, "load": TELLS})
    order = order_of(a_start(pipeline))
    assert isinstance(order, ScheduledStart)
    deployed.invoke(a_start(pipeline))

    def swept() -> bool:
        deployed.invoke('{"bunsui": "sweep"}')
        return conducted.status(scheduled_id(order)) is SessionStatus.SUCCEEDED

    until(swept)

    assert conducted.executions(pipeline, "load") == [f"{scheduled_id(order)}-load-a1"]
