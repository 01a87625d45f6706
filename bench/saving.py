"""Claim: with ten thousand executions kept, saving twice a second does not hold up a request.

The 99th percentile of a small request while the state is saved again and again is compared with
the same request to an embedded AWS that holds next to nothing.
"""

from __future__ import annotations

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import percentiles
from bench.result import Result
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.actors import credentials
from bunsui_core.adapters.emulator.launcher import down, up

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

EXECUTIONS = 10_000
CALLS = 1_000
GOAL_RATIO = 4.0
GIVEN = '{"rows": ["a row that is about as long as a row is", "and another one"]}'
TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
 "Principal": {"Service": "states.amazonaws.com"}}]}"""
PASSING = """{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"},
 "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "End": true}}}"""


def measure() -> Result:
    """Both percentiles and their ratio."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        home = Path(folder)
        server = up(home, watch_pid=os.getpid(), wait_scale=0)
        try:
            account = opened.enter_context(Account(server, credentials(home, "root")))
            client = account.machines
            role = account.roles.create_role(RoleName="bench", AssumeRolePolicyDocument=TRUST)
            machine = client.create_state_machine(
                name="passing", definition=PASSING, roleArn=role["Role"]["Arn"]
            )["stateMachineArn"]
            few = percentiles(seconds_of_calls(client, machine))
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda _: start(client, machine), range(EXECUTIONS)))
            many = percentiles(seconds_of_calls(client, machine))
        finally:
            down(home)
    ratio = many["p99_ms"] / few["p99_ms"]
    numbers = {f"{name}_with_few": value for name, value in few.items()} | many
    return Result(
        claim="saving",
        goal=f"p99 with {EXECUTIONS} executions <= {GOAL_RATIO} x p99 with few",
        held=ratio <= GOAL_RATIO,
        numbers={**numbers, "ratio": round(ratio, 2), "load": round(os.getloadavg()[0], 1)},
    )


def seconds_of_calls(client: SFNClient, machine: str) -> list[float]:
    """How long reads take while each is followed by a change, so that every save has work."""
    seconds = []
    for _ in range(CALLS):
        arn = start(client, machine)
        began = time.perf_counter()
        client.describe_execution(executionArn=arn)
        seconds.append(time.perf_counter() - began)
    return seconds


def start(client: SFNClient, machine: str) -> str:
    """Start one execution."""
    return client.start_execution(stateMachineArn=machine, input=GIVEN)["executionArn"]
