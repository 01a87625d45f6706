"""What is known about a running embedded AWS, and where it is kept.

Everything lies under `<home>/local`, readable by its owner only.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field, ValidationError

from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.value import Instant, Value

ACCOUNT = "000000000000"
REGION = "us-east-1"
HEALTH_PATH = "/_bunsui/health"
EXECUTIONS = "executions.jsonl"
_GONE = ".gone-"
ACTORS = ("root", "agent", "worker", "approver", "mover")


class LocalServer(Value):
    """An embedded AWS that is running, what it was told, and what it has to tell: its troubles."""

    url: str
    port: int
    pid: int
    account: str
    region: str
    version: str
    started_at: Instant
    watch_pid: int = 0
    wait_scale: str = "1"
    troubles: tuple[str, ...] = ()


class Credentials(Value):
    """A key pair of one actor of the embedded AWS."""

    access_key_id: str
    secret_access_key: str = Field(repr=False)


class Folder:
    """The data folder of an embedded AWS."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record = path / "server.json"
        self.log = path / "server.log"
        self.token = path / "token"
        self.port = path / "port"
        self.state = path / "state"
        self.executions = self.state / EXECUTIONS
        self.objects = path / "objects"
        self.temporary = path / "tmp"
        self.life = path / "server.lock"
        self.door = path / "up.lock"

    @classmethod
    def of(cls, home: Path) -> Folder:
        """Return the folder of a home."""
        return cls(home / "local")

    def prepare(self) -> None:
        """Make the folder and what belongs in it."""
        for folder in (self.path, self._keys, self.state, self.objects, self.temporary):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def empty(self) -> None:
        """Remove everything that an embedded AWS held; its keys, its port and its log stay."""
        for held in (self.state, self.objects, self.temporary):
            # Out of the way in one step: what a kill leaves of it is never read again.
            if held.exists():
                held.rename(held.with_name(f"{_GONE}{held.name}-{time.time_ns()}"))
        self.sweep()

    def sweep(self) -> None:
        """Remove what was left of things that are gone."""
        for gone in self.path.glob(f"{_GONE}*"):
            shutil.rmtree(gone, ignore_errors=True)

    @property
    def _keys(self) -> Path:
        return self.path / "credentials"

    def read_record(self) -> LocalServer | None:
        """Return what the server wrote about itself, or nothing."""
        try:
            return LocalServer.model_validate_json(self.record.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def write_record(self, server: LocalServer) -> None:
        """Keep what the server says about itself."""
        write_private(self.record, server.model_dump_json())

    def forget_record(self) -> None:
        """Remove what a server that is gone said about itself."""
        self.record.unlink(missing_ok=True)

    def last_port(self) -> int:
        """Return the port that the last server of this folder had, or 0."""
        try:
            return int(self.port.read_text())
        except (FileNotFoundError, ValueError):
            return 0

    @property
    def has_all_credentials(self) -> bool:
        """Tell whether every actor has a key pair."""
        return all((self._keys / f"{actor}.json").exists() for actor in ACTORS)

    def read_credentials(self, actor: str) -> Credentials | None:
        """Return the key pair of an actor, or nothing."""
        try:
            return Credentials.model_validate_json((self._keys / f"{actor}.json").read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def write_credentials(self, actor: str, credentials: Credentials) -> None:
        """Keep the key pair of an actor."""
        write_private(self._keys / f"{actor}.json", credentials.model_dump_json())


def cannot_use(folder: Path, error: OSError) -> Unavailable:
    """Return the refusal to work in a folder that the system does not let us use."""
    reason = error.strerror or str(error)
    return Unavailable(
        f"The embedded AWS cannot use {error.filename or folder}: {reason}.",
        "Make room or give access there, or set BUNSUI_HOME to another folder.",
    )


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    draft.replace(path)


@contextmanager
def locked(path: Path, *, wait: bool) -> Iterator[bool]:
    """Hold a lock file while the block runs; tell whether it was to be had.

    The kernel frees the lock when its holder dies, however it dies.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
