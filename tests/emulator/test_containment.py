"""What runs in the embedded AWS sees nothing of the user who started it, nor of the server."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.actors import Actor
from bunsui_core.adapters.emulator.launcher import down, up
from tests.emulator.embedded import Embedded, invoking
from tests.emulator.fargate import Fargate, python

SECRET = "the-users-own-secret"
USER = {
    "AWS_ACCESS_KEY_ID": "AKIAUSERSOWNKEY00000",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_SESSION_TOKEN": SECRET,
    "AWS_PROFILE": SECRET,
    "AWS_WEB_IDENTITY_TOKEN_FILE": SECRET,
    "ANTHROPIC_API_KEY": SECRET,
    "GITHUB_TOKEN": SECRET,
    "DATABASE_URL": f"postgres://user:{SECRET}@db/app",
}
FILES = (".aws/credentials", ".aws/config", ".netrc", ".config/gh/hosts.yml", ".ssh/id_ed25519")
# What a curious program can learn about itself and about what started it.
CURIOUS = """
import json, os

def looked():
    seen = {"variables": dict(os.environ), "home": [], "processes": []}
    for name in FILES:
        try:
            with open(os.path.expanduser("~/" + name)) as file:
                seen["home"].append(file.read())
        except OSError:
            pass
    for _, _, names in os.walk(os.path.expanduser("~")):
        seen["home"].extend(names)
    process = os.getpid()
    while process > 1 and os.path.exists(f"/proc/{process}/environ"):
        try:
            with open(f"/proc/{process}/environ") as file:
                seen["processes"].append(file.read())
        except OSError:
            pass
        with open(f"/proc/{process}/stat") as file:
            process = int(file.read().rpartition(")")[2].split()[1])
        if f"/proc/{process}" == STARTER:
            break
    return seen
"""


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """An embedded AWS started by a user whose environment and home are full of secrets."""
    user, home = tmp_path_factory.mktemp("user"), tmp_path_factory.mktemp("home")
    for name in FILES:
        (user / name).parent.mkdir(parents=True, exist_ok=True)
        (user / name).write_text(SECRET)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in {**USER, "HOME": str(user)}.items():
            patch.setenv(variable, value)
        server = up(home, watch_pid=os.getpid(), wait_scale=0)
        assert Path("~/.aws/credentials").expanduser().read_text() == SECRET
    embedded = Embedded(server, home)
    with embedded.open:
        yield embedded
    down(home)


PLACE = f"FILES, STARTER = {FILES!r}, '/proc/{os.getpid()}'\n{CURIOUS}"


@pytest.fixture(scope="module")
def function(aws: Embedded) -> dict[str, object]:
    """What a curious function saw."""
    code = "\ndef handler(event, context):\n    return looked()\n"
    name = aws.function("curious", PLACE + code)
    machine = aws.machine("curious", {"StartAt": "A", "States": {"A": invoking(name)}})
    seen: dict[str, object] = json.loads(aws.run(machine, {}).describe()["output"])["Payload"]
    return seen


@pytest.fixture(scope="module")
def container(aws: Embedded) -> dict[str, object]:
    """What a curious Fargate container saw."""
    fargate = Fargate.of(aws, "curious", python(PLACE + "\nprint(json.dumps(looked()))"))
    seen: dict[str, object] = json.loads("".join(fargate.log(fargate.ended())))
    return seen


@pytest.mark.parametrize("program", ["function", "container"])
def test_a_program_sees_no_secret_of_the_user(program: str, request: pytest.FixtureRequest) -> None:
    seen = request.getfixturevalue(program)

    assert SECRET not in json.dumps(seen)
    if Path("/proc/self/environ").exists():
        assert seen["processes"], "it saw its own process at least"


@pytest.mark.parametrize("program", ["function", "container"])
def test_a_program_sees_no_secret_of_the_server(
    aws: Embedded, program: str, request: pytest.FixtureRequest
) -> None:
    seen = json.dumps(request.getfixturevalue(program))

    actors: tuple[Actor, ...] = ("root", "agent", "worker")
    for actor in actors:
        assert aws.key(actor).secret_access_key not in seen
    assert (aws.home / "local" / "token").read_text() not in seen


def test_a_function_sees_its_own_role_and_no_setting_of_the_server(
    aws: Embedded, function: dict[str, object]
) -> None:
    variables = function["variables"]
    assert isinstance(variables, dict)

    assert variables["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert variables["AWS_ENDPOINT_URL"] == aws.server.url
    assert not {"STATE_DIR", "S3_DATA_DIR", "GATEWAY_PORT", "AUTH", "LOG_LEVEL"} & set(variables)


def test_a_function_s_home_is_its_own(aws: Embedded, function: dict[str, object]) -> None:
    variables, home = function["variables"], function["home"]
    assert isinstance(variables, dict)
    assert isinstance(home, list)

    assert Path(variables["HOME"]).is_relative_to(aws.home / "local" / "tmp")
    assert "index.py" in home
    assert not {"token", "server.json", "root.json"} & set(home)


def test_a_function_s_own_variables_reach_it(aws: Embedded) -> None:
    code = "import os\ndef handler(event, context):\n    return os.environ['LOG_LEVEL']\n"
    name = aws.function("own-variables", code)
    client = aws.functions()
    for level in ("WARNING", "DEBUG"):
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": {"LOG_LEVEL": level}}
        )
        assert json.loads(client.invoke(FunctionName=name)["Payload"].read()) == level
