"""Where bunsui keeps its things and which AWS it speaks to. Variables rule over `bunsui.toml`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bunsui_core.domain.environment import LOCAL, named, parse_environments
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.value import Value

LOCAL_ACCOUNT = "000000000000"
LOCAL_REGION = "us-east-1"


class Settings(Value):
    """The home folder and everything derived from it."""

    home: Path
    environment: str = "local"
    account: str = LOCAL_ACCOUNT
    region: str = LOCAL_REGION
    read_profile: str = ""

    @property
    def store_path(self) -> Path:
        """The file that the worker and the human's desk write."""
        return self.home / "store.db"

    @property
    def inbox_path(self) -> Path:
        """The only file that an agent's process writes."""
        return self.home / "inbox.db"

    @property
    def blobs_path(self) -> Path:
        """The folder of archived documents."""
        return self.home / "blobs"

    @property
    def keys_path(self) -> Path:
        """The folder of encrypted private keys."""
        return self.home / "keys"

    @property
    def log_path(self) -> Path:
        """The file that long-running processes log to."""
        return self.home / "bunsui.log"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of this process.

    Raises: NotFound when `bunsui.toml` lacks the environment; BadInput when it cannot be used.
    """
    default = Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "bunsui"
    home = Path(environ.get("BUNSUI_HOME") or default).expanduser().absolute()
    name = environ.get("BUNSUI_ENVIRONMENT") or LOCAL
    if name == LOCAL:
        return Settings(home=home)
    path = Path(environ.get("BUNSUI_CONFIG") or home / "bunsui.toml").expanduser().absolute()
    chosen = named(parse_environments(_text(path), str(path)), name, str(path))
    return Settings(
        home=home,
        environment=name,
        account=chosen.account,
        region=chosen.region,
        read_profile=chosen.read_profile,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} cannot be read: {error}.", "Write it, or name another in BUNSUI_CONFIG."
        ) from error
