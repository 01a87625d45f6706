"""What must be there, or must be missing, for a recorded execution to fail again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from bunsui_core.adapters.emulator.record import ACCOUNT
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded
from tests.emulator.outcome import Document
from tests.emulator.queues import Queue, client
from tests.emulator.recording import Recording

RECORDED_ACCOUNT = "111111111111"
FILES = {
    "file.csv": "H1,H1,H3\nValue1,Value2,Value3\n",
    "file.json": json.dumps({"Hello": "world"}),
}
"""What the readers of the recorded Maps found: what their errors say of it."""

LARGEST_PAYLOAD = 262_144


@dataclass
class World:
    """The resources of one recorded execution, made under names of its own."""

    aws: Embedded
    recording: Recording
    name: str
    _queue: Queue | None = field(default=None, init=False)
    _has_function: bool = field(default=False, init=False)

    def furnish(self) -> tuple[Document, Json]:
        """Make what the recording had; return its definition and its input with our names."""
        text = json.dumps([self.recording.definition, self.recording.input])
        for recorded, make in self._made().items():
            if recorded in text:
                text = text.replace(recorded, make())
        definition, given = json.loads(text.replace(RECORDED_ACCOUNT, ACCOUNT))
        return definition, given

    @property
    def names(self) -> dict[str, str]:
        """The recorded name of what we gave another one, where the input does not tell it."""
        sent = [json.loads(str(d["parameters"])) for d in self.recording.details("TaskScheduled")]
        recorded = [parameters["QueueUrl"] for parameters in sent if "QueueUrl" in parameters]
        return {self._queue.url: str(recorded[0])} if self._queue and recorded else {}

    def answer(self) -> None:
        """Answer the callback that the execution waits for, as it was answered when recorded."""
        failures = self.recording.details("TaskFailed")
        if not self._queue or not failures:
            return
        said = {name: str(failures[0][name]) for name in ("error", "cause") if name in failures[0]}
        token = self._queue.document()["TaskToken"]
        self.aws.states().send_task_failure(taskToken=str(token), **said)

    def _made(self) -> dict[str, Callable[[], str]]:
        """What to make for each name that a recording leaves open, or that must be ours."""
        function, code = f"{self.name}-function", self.recording.code
        bare = [
            str(details["resource"]).rsplit(":", 1)[-1]
            for details in self.recording.details("LambdaFunctionScheduled")
        ]
        return {
            "arn:aws:sns:us-east-1:111111111111:topic_name-73324d": self._topic,
            "create_cross_account_admin_role_and_policy": self.aws.role,
            "sqs_create_queue": self._made_queue,
            "s3_create_bucket": self._bucket,
            "task_definition_family": self._task_definition,
            **({} if code in _WITHOUT_FUNCTION else self._functions(function, bare)),
        }

    def _functions(self, function: str, bare: list[str]) -> dict[str, Callable[[], str]]:
        named = ("lambda_func_uid0", "lambda_1_func_uid0", *bare)
        return {name: lambda: self._function(function) for name in named}

    def _function(self, name: str) -> str:
        if not self._has_function:
            self.aws.function(name, _code(self.recording), seconds=60)
            self._has_function = True
        return name

    def _made_queue(self) -> str:
        self._queue = Queue(self.aws, self.name)
        return self._queue.url

    def _topic(self) -> str:
        made = client(self.aws, "sns").create_topic(
            Name=f"{self.name}.fifo", Attributes={"FifoTopic": "true"}
        )
        return str(made["TopicArn"])

    def _task_definition(self) -> str:
        """A container whose image nobody can pull, in the cluster of the recording."""
        ecs = client(self.aws, "ecs")
        ecs.create_cluster(clusterName="cluster_name")
        ecs.register_task_definition(
            family=self.name,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=[
                {"name": "task_definition_container_name", "image": "no_such_image"}
            ],
        )
        return self.name

    def _bucket(self) -> str:
        s3 = self.aws.s3()
        s3.create_bucket(Bucket=self.name)
        for key, text in FILES.items():
            s3.put_object(Bucket=self.name, Key=key, Body=text.encode())
        return self.name


_WITHOUT_FUNCTION = {"90124f", "a4cfa2"}
"""The recordings whose function did not exist."""


def _code(recording: Recording) -> str:
    """A function that does what the recording says that its function did."""
    head = "import time\ndef handler(event, context):\n    "
    for failed in recording.details("TaskFailed", "LambdaFunctionFailed"):
        if failed["error"] == "States.DataLimitExceeded":
            return f"{head}return 'x' * {LARGEST_PAYLOAD + 1}"
        message = json.loads(str(failed["cause"]))["errorMessage"]
        return f"{head}raise Exception({json.dumps(message)})"
    if timed_out := [d for d in recording.details("TaskScheduled") if "timeoutInSeconds" in d]:
        return f"{head}time.sleep({int(str(timed_out[0]['timeoutInSeconds'])) + 2})"
    (succeeded, *_) = recording.details("TaskSucceeded", "LambdaFunctionSucceeded")
    return f"{head}return {json.loads(str(succeeded['output']))!r}"
