"""The variables that a function sees: AWS's and its own, none of the server's.

It is used where environments are born, so it imports the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

# How the server is set up; MiniStack hands it on to every function.
_SETTINGS = (
    "AUTH",
    "BIND_HOST",
    "DOCKER_HOST",
    "GATEWAY_PORT",
    "IOT_MTLS_ENABLED",
    "LAMBDA_EXECUTOR",
    "LOG_LEVEL",
    "MINISTACK_ACCOUNT_ID",
    "MINISTACK_HOST",
    "MINISTACK_REGION",
    "PERSIST_STATE",
    "S3_DATA_DIR",
    "S3_PERSIST",
    "SFN_WAIT_SCALE",
    "SFTP_ENABLED",
    "STATE_DIR",
)
_SECRETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def of_nursery(server: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the process whose children functions are: no key is among them.

    A function can read them, whatever its own are, in the files of its process.
    """
    return {name: value for name, value in server.items() if name not in _SECRETS}


def of_function(given: Mapping[str, str], nursery: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a function; its home and its temporary folder are its own."""
    inherited = {name: nursery[name] for name in _SETTINGS if name in nursery}
    own = {name: value for name, value in given.items() if inherited.get(name) != value}
    folder = str(Path(given["LAMBDA_TASK_ROOT"]).parent)
    return {**own, "HOME": folder, "TMPDIR": folder}
