"""The log of a container is found from what the failed execution says, by the agent's own key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.executions import AwsExecutions
from bunsui_core.adapters.aws.inventory import AwsInventory
from bunsui_core.adapters.aws.logs import AwsLogs
from bunsui_core.app.diagnose import read_logs
from bunsui_core.domain.answer import OperationLogs
from bunsui_core.domain.session import JobRun
from bunsui_core.ports.observe import Seeing
from tests.builders import NOW, a_session, an_attempt
from tests.emulator.embedded import Embedded, Execution
from tests.emulator.fargate import Fargate, python


@pytest.fixture
def seeing(aws: Embedded) -> Iterator[Seeing]:
    """What the agent can look at."""
    key = aws.key("agent")
    access = Access(
        endpoint=aws.server.url,
        region=aws.server.region,
        access_key=key.access_key_id,
        secret_key=key.secret_access_key,
    )
    clients = Clients(lambda: access)
    yield Seeing(AwsExecutions(clients), AwsLogs(clients), AwsInventory(clients))
    clients.close()


def logs_of(execution: Execution, seeing: Seeing) -> OperationLogs:
    """The log of the operation that an execution ran, as a session's job."""
    attempt = an_attempt(execution_arn=execution.arn, status=execution.status)
    session = a_session(runs=(JobRun(job="extract", attempts=(attempt,)),))
    return read_logs(session, "extract", seeing.executions, seeing.logs, 200, NOW)


def test_the_log_of_a_failed_task_is_what_its_containers_wrote(
    aws: Embedded, name: str, seeing: Seeing
) -> None:
    helper = python("print('helper is up')", name="helper", essential=False)
    app = python("print('row 7 is bad'); raise SystemExit(3)")
    fargate = Fargate.of(aws, name, helper, app)
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": fargate.state()}})
    aws.run(machine, {})

    found = logs_of(aws.run(machine, {}), seeing)

    assert sorted(line.text for line in found.lines) == ["helper is up", "row 7 is bad"]
    assert found.operation == "container app, local process"
    assert found.note == ""


def test_the_log_of_a_task_that_ran_out_of_time_is_found_by_its_submission(
    aws: Embedded, name: str, seeing: Seeing
) -> None:
    code = "import time; print('waiting for a lock', flush=True); time.sleep(60)"
    fargate = Fargate.of(aws, name, python(code, stopTimeout=2))
    state = fargate.state(TimeoutSeconds=1)

    execution = aws.run(aws.machine(name, {"StartAt": "Load", "States": {"Load": state}}), {})

    assert execution.describe()["error"] == "States.Timeout"
    found = logs_of(execution, seeing)
    assert [line.text for line in found.lines] == ["waiting for a lock"]
    assert found.operation == "container app, local process"


def test_the_log_of_a_task_that_succeeded_is_found_too(
    aws: Embedded, name: str, seeing: Seeing
) -> None:
    fargate = Fargate.of(aws, name, python("print('loaded 3 rows')"))
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": fargate.state()}})

    found = logs_of(aws.run(machine, {}), seeing)

    assert [line.text for line in found.lines] == ["loaded 3 rows"]


def test_a_container_that_logs_nowhere_is_said_so(aws: Embedded, name: str, seeing: Seeing) -> None:
    silent = python("raise SystemExit(3)", logConfiguration={"logDriver": "json-file"})
    fargate = Fargate.of(aws, name, silent)
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": fargate.state()}})

    found = logs_of(aws.run(machine, {}), seeing)

    assert found.lines == ()
    assert "no container of" in found.note


def test_of_a_long_log_the_end_is_read(aws: Embedded, name: str, seeing: Seeing) -> None:
    code = "for number in range(2500): print(number)\nraise SystemExit(1)"
    fargate = Fargate.of(aws, name, python(code))
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": fargate.state()}})

    found = logs_of(aws.run(machine, {}), seeing)

    assert [line.text for line in found.lines] == [str(number) for number in range(2300, 2500)]
    assert (found.truncated, found.note) == (True, "the last 200 lines; there are more")
