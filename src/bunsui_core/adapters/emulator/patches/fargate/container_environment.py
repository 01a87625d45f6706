"""What a container finds in its environment: what its task says, and its own role's credentials."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from ministack.core.responses import get_account_id, get_region
from ministack.services import ecs, sts

from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json


def environment(
    definition: Document, override: Document, folder: Path, credentials: dict[str, str]
) -> dict[str, str]:
    """Return all variables of a container; nothing of the server's own environment is among them.

    The variables of the definition and of the override win, as on AWS.
    """
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        "AWS_REGION": get_region(),
        "AWS_DEFAULT_REGION": get_region(),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        "AWS_EC2_METADATA_DISABLED": "true",
        **credentials,
        **_pairs(definition.get("environment")),
        **ecs._resolve_container_secrets(definition),
        **_pairs(override.get("environment")),
    }


def task_credentials(role: str, task_id: str) -> dict[str, str]:
    """Return credentials of the task's role; without a role there are none, as on AWS."""
    if not role:
        return {}
    name = role.rpartition("/")[2]
    key = f"ASIA{secrets.token_hex(8).upper()}"
    secret, token = secrets.token_urlsafe(30), secrets.token_urlsafe(60)
    session = {
        "Arn": f"arn:aws:sts::{get_account_id()}:assumed-role/{name}/{task_id}",
        "UserId": f"{name}:{task_id}",
        "SecretAccessKey": secret,
        "SessionToken": token,
    }
    sts.register_session(key, session)
    return {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": token,
    }


def forget(credentials: dict[str, str]) -> None:
    """Make the credentials of a task that has ended worthless."""
    if credentials:
        sts._sessions.pop(credentials["AWS_ACCESS_KEY_ID"], None)


def _pairs(rows: Json) -> dict[str, str]:
    listed = rows if isinstance(rows, list) else []
    return {str(row["name"]): str(row["value"]) for row in listed if isinstance(row, dict)}
