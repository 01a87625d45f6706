"""The life of one Fargate task: its containers start, run and end as local processes."""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ministack.core.concurrency import resource_lock
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import ecs

from bunsui_core.adapters.emulator.patches.fargate import ecs_document
from bunsui_core.adapters.emulator.patches.fargate.container import CannotStart, Container, Ending
from bunsui_core.adapters.emulator.patches.fargate.container_environment import (
    forget,
    task_credentials,
)
from bunsui_core.adapters.emulator.patches.fargate.ecs_order import (
    NotStarted,
    Prepared,
    overridden,
    prepare,
)
from bunsui_core.adapters.emulator.patches.states import waiting
from bunsui_core.adapters.emulator.patches.states.history import Document

_KILLED = 137
_EXITED = ("EssentialContainerExited", "Essential container in task exited")
_OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
_NOT_FOUND = (
    "CannotStartContainerError: ResourceInitializationError: failed to create new container "
    "runtime task: failed to create shim task: OCI runtime create failed: runc create failed: "
    'unable to start container process: exec: "{command}": {reason}: unknown'
)
_NO_PLACE = "CannotCreateContainerError: Error response from daemon: {reason}"
# What a container waits for before it starts (ContainerDependency.condition).
_ENDED_FIRST = {"COMPLETE", "SUCCESS"}


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
    _news: queue.Queue[_Ended | None] = field(default_factory=queue.Queue)
    _containers: dict[int, Container] = field(default_factory=dict)
    _prepared: list[Prepared] = field(default_factory=list)
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
        self._news.put(None)

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
                while self._containers:
                    self._take_news()
            except NotStarted as refusal:
                self.stop("TaskFailedToStart", str(refusal))
            except OSError as error:
                self.stop("TaskFailedToStart", _NO_PLACE.format(reason=error.strerror))
            finally:
                self._close()

    def _start(self) -> None:
        ecs._mark_task_pending(self.arn, self.task)
        self._connect()
        role = str(overridden(self.definition, self.asked, "taskRoleArn") or "")
        self._credentials = task_credentials(role, self.folder.name)
        self._prepared = prepare(self.definition, self.asked, self.folder, self._credentials)
        ecs._mark_task_activating(self.arn, self.task)
        for index in self._sequence():
            self._wait_for_dependencies(self._prepared[index])
            if self._is_stopping:
                return
            self._run(index)
        ecs._mark_task_running(self.arn, self.task)
        self._show()

    def _connect(self) -> None:
        """A task has its place now, though nothing in it runs yet."""
        with resource_lock("ecs-task", self.arn):
            self.task.update(connectivity="CONNECTED", connectivityAt=ecs._iso())
            for number, container in enumerate(ecs_document.listed(self.task["containers"])):
                container["runtimeId"] = f"{self.folder.name}-{number:010d}"
        self._show()

    def _sequence(self) -> list[int]:
        """The containers by number, each after those that it depends on."""
        numbers = {one.name: index for index, one in enumerate(self._prepared)}
        found: list[int] = []

        def add(index: int, above: tuple[int, ...]) -> None:
            for name, _ in self._prepared[index].depends_on:
                before = numbers.get(name)
                if before is not None and before not in above:
                    add(before, (*above, before))
            if index not in found:
                found.append(index)

        for index in range(len(self._prepared)):
            add(index, (index,))
        return found

    def _wait_for_dependencies(self, waiting_one: Prepared) -> None:
        for name, condition in waiting_one.depends_on:
            index = next(i for i, one in enumerate(self._prepared) if one.name == name)
            while condition in _ENDED_FIRST and index in self._containers:
                self._take_news()
            if condition == "SUCCESS" and self._shown(index).get("exitCode"):
                raise NotStarted("Task failed to start")

    def _run(self, index: int) -> None:
        order = self._prepared[index].order
        try:
            container = Container(order)
        except CannotStart as refusal:
            reason = str(refusal)
            if reason == "No such file or directory":
                reason = "executable file not found in $PATH"
            raise NotStarted(
                _NOT_FOUND.format(command=order.command[0], reason=reason)
            ) from refusal
        self._containers[index] = container
        self._shown(index).update(lastStatus="RUNNING", healthStatus="UNKNOWN")
        threading.Thread(
            target=self._follow, args=(index,), name=f"ecs-{self.arn[-8:]}-{index}", daemon=True
        ).start()

    def _follow(self, index: int) -> None:
        container, ending = self._containers[index], Ending(_KILLED)
        try:
            ending = container.follow(self._prepared[index].write)
        finally:
            # Whatever went wrong with its log: the task must end.
            container.kill()
            self._news.put(_Ended(index, ending))

    @property
    def _is_stopping(self) -> bool:
        return self.task["desiredStatus"] == "STOPPED"

    def _take_news(self) -> None:
        """Wait until a container ended or the task is to end; an essential one ends the others."""
        if self._is_stopping:
            for container in self._containers.values():
                container.stop()
        ended = self._news.get()
        if ended is None:
            return
        del self._containers[ended.index]
        self._note_end(ended)
        if self._prepared[ended.index].essential:
            self.stop(*_EXITED)

    def _note_end(self, ended: _Ended) -> None:
        with resource_lock("ecs-task", self.arn):
            shown = self._shown(ended.index)
            shown.update(lastStatus="STOPPED", exitCode=ended.ending.exit_code)
            if ended.ending.out_of_memory:
                shown["reason"] = _OUT_OF_MEMORY

    def _shown(self, index: int) -> Document:
        return ecs_document.listed(self.task["containers"])[index]

    def _close(self) -> None:
        for container in self._containers.values():
            container.kill()
        while self._containers:
            if ended := self._news.get():
                del self._containers[ended.index]
        forget(self._credentials)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.stop(*_EXITED)
        with resource_lock("ecs-task", self.arn):
            now = ecs._iso()
            for shown in ecs_document.listed(self.task["containers"]):
                shown["lastStatus"] = "STOPPED"
            for attachment in ecs_document.listed(self.task["attachments"]):
                attachment.update(status="DELETED", type="eni")
            self.task.update(lastStatus="STOPPED", executionStoppedAt=now, stoppedAt=now)
            ecs._bump_task_version(self.task)
        self._show()
        waiting.announce()

    def _show(self) -> None:
        ecs._recount_cluster(ecs._cluster_name_from_arn(self.task["clusterArn"]))
        self.changed()
