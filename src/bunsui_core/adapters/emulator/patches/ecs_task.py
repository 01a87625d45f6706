"""The life of one Fargate task: its containers start, run and end as local processes."""

from __future__ import annotations

import queue
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ministack.core.concurrency import resource_lock
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import ecs

from bunsui_core.adapters.emulator.patches import (
    container_environment,
    container_image,
    container_log,
    ecs_document,
    memory,
    waiting,
)
from bunsui_core.adapters.emulator.patches.container import CannotStart, Container, Ending
from bunsui_core.adapters.emulator.patches.container_program import Order
from bunsui_core.adapters.emulator.patches.history import Document
from bunsui_core.domain.value import Json

# TaskDefinition, ContainerDefinition.stopTimeout: the default of Fargate.
_STOP_SECONDS = 30
_PYTHON = {"python", "python3", "/usr/local/bin/python", "/usr/local/bin/python3"}
_EXITED = ("EssentialContainerExited", "Essential container in task exited")
_OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
_NOT_FOUND = (
    "CannotStartContainerError: ResourceInitializationError: failed to create new container "
    "runtime task: failed to create shim task: OCI runtime create failed: runc create failed: "
    'unable to start container process: exec: "{command}": {reason}: unknown'
)
_NO_COMMAND = "CannotStartContainerError: Error response from daemon: No command specified"
_NO_SECRET = (
    "ResourceInitializationError: unable to pull secrets or registry auth: "
    "execution resource retrieval failed: {reason}"
)


class _NotStarted(Exception):
    """The task cannot begin; carries the stopped reason."""


@dataclass(frozen=True)
class _Ended:
    index: int
    ending: Ending


@dataclass
class Run:
    """A task that was accepted: from its first container to its end."""

    task: Document
    definition: Document
    asked: Document
    folder: Path
    changed: Callable[[], None]
    _endings: queue.Queue[_Ended | None] = field(default_factory=queue.Queue)
    _containers: dict[int, Container] = field(default_factory=dict)
    _credentials: dict[str, str] = field(default_factory=dict)
    _thread: threading.Thread | None = None

    @property
    def arn(self) -> str:
        """The task's ARN."""
        return str(self.task["taskArn"])

    def begin(self) -> None:
        """Start the task in a thread of its own."""
        scope = (get_account_id(), get_region())
        self._thread = threading.Thread(
            target=self._live, args=scope, name=f"ecs-{self.arn[-8:]}", daemon=True
        )
        self._thread.start()

    def stop(self, code: str, reason: str) -> None:
        """Let the task end: SIGTERM to every container, SIGKILL after its stop timeout."""
        with resource_lock("ecs-task", self.arn):
            if self.task["desiredStatus"] == "STOPPED":
                return
            self.task.update(
                desiredStatus="STOPPED", stoppingAt=ecs._iso(), stopCode=code, stoppedReason=reason
            )
            ecs._bump_task_version(self.task)
        # The thread of the task does it: no container can start behind our back.
        self._endings.put(None)

    def end(self, seconds: float) -> None:
        """Kill every container now and wait until they are gone."""
        self.stop("TerminationNotice", "The embedded AWS ended")
        for container in tuple(self._containers.values()):
            container.kill()
        if self._thread:
            self._thread.join(seconds)

    def _live(self, account: str, region: str) -> None:
        with request_scope(account, region):
            try:
                self._start()
                self._attend()
            except _NotStarted as refusal:
                self._give_up(str(refusal))
            finally:
                self._close()

    def _start(self) -> None:
        ecs._mark_task_pending(self.arn, self.task)
        task_id = self.arn.rpartition("/")[2]
        self._connect(task_id)
        role = str(self._overridden("taskRoleArn") or "")
        self._credentials = container_environment.task_credentials(role, task_id)
        prepared = [self._prepared(each, task_id) for each in self._definitions]
        ecs._mark_task_activating(self.arn, self.task)
        for index, (order, write) in enumerate(prepared):
            if self.task["desiredStatus"] == "STOPPED":
                return
            self._run(index, order, write)
        ecs._mark_task_running(self.arn, self.task)
        self._show()

    def _connect(self, task_id: str) -> None:
        """A task has its place now, though nothing in it runs yet."""
        with resource_lock("ecs-task", self.arn):
            self.task.update(connectivity="CONNECTED", connectivityAt=ecs._iso())
            for number, container in enumerate(ecs_document.listed(self.task["containers"])):
                container["runtimeId"] = f"{task_id}-{number:010d}"
        self._show()

    @property
    def _definitions(self) -> list[Document]:
        return ecs_document.containers_of(self.definition)

    def _overridden(self, name: str) -> Json:
        return ecs_document.document(self.asked.get("overrides")).get(name) or self.definition.get(
            name
        )

    def _prepared(self, definition: Document, task_id: str) -> tuple[Order, Callable[[str], None]]:
        try:
            container_image.require(str(definition["image"]))
            write = container_log.log_of(definition, task_id)
            return self._order(definition), write
        except (container_image.CannotPull, container_log.NoLog) as refusal:
            raise _NotStarted(str(refusal)) from refusal
        except ecs._SecretResolutionError as refusal:
            raise _NotStarted(_NO_SECRET.format(reason=refusal)) from refusal

    def _order(self, definition: Document) -> Order:
        name = str(definition["name"])
        folder = self.folder / name
        folder.mkdir(parents=True)
        override = ecs_document.override_of(self.asked, name)
        stop_seconds = definition.get("stopTimeout")
        return Order(
            command=_command(definition, override),
            environment=container_environment.environment(
                definition, override, folder, self._credentials
            ),
            folder=str(folder),
            memory=_limit(
                override.get("memory") or definition.get("memory"), self._overridden("memory")
            ),
            stop_seconds=stop_seconds if isinstance(stop_seconds, int) else _STOP_SECONDS,
        )

    def _run(self, index: int, order: Order, write: Callable[[str], None]) -> None:
        try:
            container = Container(order)
        except CannotStart as refusal:
            reason = str(refusal)
            if reason == "No such file or directory":
                reason = "executable file not found in $PATH"
            raise _NotStarted(
                _NOT_FOUND.format(command=order.command[0], reason=reason)
            ) from refusal
        self._containers[index] = container
        self._shown(index).update(lastStatus="RUNNING", healthStatus="UNKNOWN")
        threading.Thread(
            target=lambda: self._endings.put(_Ended(index, container.follow(write))),
            name=f"ecs-{self.arn[-8:]}-{index}",
            daemon=True,
        ).start()

    def _attend(self) -> None:
        """Wait for the ends of containers; one that is essential ends the others."""
        while self._containers:
            if self.task["desiredStatus"] == "STOPPED":
                for container in self._containers.values():
                    container.stop()
            ended = self._endings.get()
            if ended is None:
                continue
            del self._containers[ended.index]
            self._note_end(ended)
            is_essential = self._definitions[ended.index].get("essential", True)
            if is_essential or not self._containers:
                self.stop(*_EXITED)

    def _note_end(self, ended: _Ended) -> None:
        with resource_lock("ecs-task", self.arn):
            shown = self._shown(ended.index)
            shown.update(lastStatus="STOPPED", exitCode=ended.ending.exit_code)
            if ended.ending.out_of_memory:
                shown["reason"] = _OUT_OF_MEMORY

    def _shown(self, index: int) -> Document:
        return ecs_document.listed(self.task["containers"])[index]

    def _give_up(self, reason: str) -> None:
        self.stop("TaskFailedToStart", reason)
        for container in self._containers.values():
            container.kill()
        while self._containers:
            ended = self._endings.get()
            if ended:
                del self._containers[ended.index]

    def _close(self) -> None:
        container_environment.forget(self._credentials)
        shutil.rmtree(self.folder, ignore_errors=True)
        with resource_lock("ecs-task", self.arn):
            now = ecs._iso()
            for container in ecs_document.listed(self.task["containers"]):
                container["lastStatus"] = "STOPPED"
            for attachment in ecs_document.listed(self.task["attachments"]):
                attachment.update(status="DELETED", type="eni")
            self.task.update(lastStatus="STOPPED", executionStoppedAt=now, stoppedAt=now)
            ecs._bump_task_version(self.task)
        self._show()
        waiting.announce()

    def _show(self) -> None:
        ecs._recount_cluster(ecs._cluster_name_from_arn(self.task["clusterArn"]))
        self.changed()


def _command(definition: Document, override: Document) -> list[str]:
    """ENTRYPOINT and CMD, as the task says; what the image itself would say is not known."""
    entry = _words(definition.get("entryPoint"))
    command = _words(override.get("command")) or _words(definition.get("command"))
    words = entry + command
    if not words:
        raise _NotStarted(_NO_COMMAND)
    return [sys.executable, *words[1:]] if words[0] in _PYTHON else words


def _words(value: Json) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else []


def _limit(*megabytes: Json) -> int:
    """The lowest of the limits in MiB, which may be texts, in bytes."""
    limits = [
        int(each) for each in megabytes if isinstance(each, int | str) and str(each).isdigit()
    ]
    return min(limits, default=0) * memory.MEGABYTE
