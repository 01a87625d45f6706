"""What a task definition and a request together order of each container."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ministack.services import ecs

from bunsui_core.adapters.emulator.patches import memory
from bunsui_core.adapters.emulator.patches.fargate import (
    container_environment,
    container_image,
    container_log,
    ecs_document,
)
from bunsui_core.adapters.emulator.patches.fargate.container_program import Order
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

# TaskDefinition, ContainerDefinition.stopTimeout: the default of Fargate.
_STOP_SECONDS = 30
_PYTHON = {"python", "python3", "/usr/local/bin/python", "/usr/local/bin/python3"}
_NO_COMMAND = "CannotStartContainerError: Error response from daemon: No command specified"
_NO_SECRET = (
    "ResourceInitializationError: unable to pull secrets or registry auth: "
    "execution resource retrieval failed: {reason}"
)


class NotStarted(Exception):
    """The task cannot begin; carries the stopped reason."""


@dataclass(frozen=True)
class Prepared:
    """A container that can be started: what to run, and what takes its lines."""

    name: str
    order: Order
    write: Callable[[str], None]
    essential: bool
    depends_on: tuple[tuple[str, str], ...]


def prepare(
    definition: Document, asked: Document, folder: Path, credentials: dict[str, str]
) -> list[Prepared]:
    """Return the containers of a task in the order of the definition.

    Raises:
        NotStarted: an image, a log group, a secret or a command is not there.
    """
    try:
        return [
            _prepared(container, definition, asked, (folder, credentials))
            for container in ecs_document.containers_of(definition)
        ]
    except (container_image.CannotPull, container_log.NoLog) as refusal:
        raise NotStarted(str(refusal)) from refusal
    except ecs._SecretResolutionError as refusal:
        raise NotStarted(_NO_SECRET.format(reason=refusal)) from refusal


def overridden(definition: Document, asked: Document, name: str) -> Json:
    """Return a field of a task, from the request or else from the definition."""
    override = ecs_document.document(asked.get("overrides"))
    return override.get(name) or definition.get(name)


def _prepared(
    container: Document, definition: Document, asked: Document, place: tuple[Path, dict[str, str]]
) -> Prepared:
    folder, credentials = place
    name = str(container["name"])
    container_image.require(str(container["image"]))
    write = container_log.log_of(container, folder.name)
    override = ecs_document.override_of(asked, name)
    own = folder / name
    own.mkdir(parents=True)
    stop_seconds = container.get("stopTimeout")
    order = Order(
        command=_command(container, override),
        environment=container_environment.environment(container, override, own, credentials),
        folder=str(own),
        memory=_limit(
            override.get("memory") or container.get("memory"),
            overridden(definition, asked, "memory"),
        ),
        stop_seconds=stop_seconds if isinstance(stop_seconds, int) else _STOP_SECONDS,
    )
    return Prepared(
        name, order, write, container.get("essential", True) is not False, _depends_on(container)
    )


def _depends_on(container: Document) -> tuple[tuple[str, str], ...]:
    rows = ecs_document.listed(container.get("dependsOn"))
    return tuple((str(row.get("containerName")), str(row.get("condition"))) for row in rows)


def _command(container: Document, override: Document) -> list[str]:
    """ENTRYPOINT and CMD, as the task says; what the image itself would say is not known."""
    entry = _words(container.get("entryPoint"))
    words = entry + (_words(override.get("command")) or _words(container.get("command")))
    if not words:
        raise NotStarted(_NO_COMMAND)
    return [sys.executable, *words[1:]] if words[0] in _PYTHON else words


def _words(value: Json) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else []


def _limit(*megabytes: Json) -> int:
    """The lowest of the limits in MiB, which may be texts, in bytes."""
    limits = [
        int(each) for each in megabytes if isinstance(each, int | str) and str(each).isdigit()
    ]
    return min(limits, default=0) * memory.MEGABYTE
