"""What MiniStack finds around it when it is imported: its settings, its folders, its root key."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from types import ModuleType

from bunsui_core.adapters.emulator.record import (
    ACCOUNT,
    REGION,
    Credentials,
    Folder,
    write_private,
)


@dataclass(frozen=True)
class Options:
    """How an embedded AWS differs from the usual one.

    `wait_scale` multiplies the waits of state machines. `accounts` makes every 12-digit access key
    the root of an account of its own, unsigned: only tests that are not about security ask for it.
    `kept` says whether the state is written to the folder.
    """

    wait_scale: str = "1"
    accounts: bool = False
    kept: bool = True


class NoDocker(MetaPathFinder):
    """Lets the import of `docker` fail, as on a machine without it: nothing runs in containers."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        """Refuse `docker` and leave every other module to the other finders."""
        if fullname == "docker":
            raise ModuleNotFoundError("the embedded AWS has no use for Docker", name=fullname)


def prepare(folder: Folder, port: int, options: Options) -> str:
    """Set the environment that MiniStack reads when it is imported; return the admin token."""
    shutil.rmtree(folder.temporary, ignore_errors=True)
    folder.prepare()
    folder.sweep()
    sys.meta_path.insert(0, NoDocker())
    token = secrets.token_urlsafe(32)
    write_private(folder.token, token)
    root = folder.read_credentials("root")
    if root is None:
        root = Credentials(
            access_key_id=f"AKIA{secrets.token_hex(8).upper()}",
            secret_access_key=secrets.token_urlsafe(30),
        )
        folder.write_credentials("root", root)
    os.environ.update(_settings(folder, port, options))
    os.environ["AWS_ACCESS_KEY_ID"] = root.access_key_id
    os.environ["AWS_SECRET_ACCESS_KEY"] = root.secret_access_key
    return token


def _settings(folder: Folder, port: int, options: Options) -> dict[str, str]:
    kept = "1" if options.kept else "0"
    return {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",
        "LAMBDA_EXECUTOR": "local",
        "PERSIST_STATE": kept,
        "STATE_DIR": str(folder.state),
        "S3_PERSIST": kept,
        "S3_DATA_DIR": str(folder.objects),
        "TMPDIR": str(folder.temporary),
        # Written as no function writes it: what the server is told is not for functions.
        "LOG_LEVEL": "Warning",
        "SFN_WAIT_SCALE": options.wait_scale,
        "AWS_EC2_METADATA_DISABLED": "true",
        # All that functions talk to is on this machine; on macOS it also keeps a forked child from
        # asking the system for proxies, which it may not.
        "NO_PROXY": "127.0.0.1",
    }
