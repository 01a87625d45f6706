"""Where bunsui keeps its things and which AWS it speaks to.

What stands before the noun rules over variables, variables over `bunsui.toml`, the file over what
is built in. Account, class and exposure stand in the file alone: they protect.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from bunsui_core.domain.environment import (
    LOCAL,
    UNLOCK_MINUTES,
    Environment,
    EnvironmentClass,
    Expose,
    StoreKind,
    environment_of,
    named,
    parse_environments,
)
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.selection import Selection
from bunsui_core.domain.value import Value

LOCAL_ACCOUNT = "000000000000"
LOCAL_REGION = "us-east-1"
TABLE = "bunsui"
FLAGS = "BUNSUI_FLAGS"
"""Names the values that a flag put into a variable, for the programs this one becomes."""

OVERRIDES = ("region", "read_profile", "execute_profile")
"""What a variable such as `BUNSUI_REGION` may say instead of the file."""


class Origin(StrEnum):
    """Who said a value, strongest first."""

    FLAG = "flag"
    VARIABLE = "variable"
    FILE = "file"
    DEFAULT = "default"


class Settings(Value):
    """The home folder, the environment, and everything derived from them."""

    home: Path
    config: Path | None = None
    environment: str = LOCAL
    account: str = LOCAL_ACCOUNT
    region: str = LOCAL_REGION
    read_profile: str = ""
    execute_profile: str = ""
    executes: bool = False
    kind: EnvironmentClass = EnvironmentClass.DEV
    expose: Expose = Expose.VALUES
    selection: Selection = Selection()
    event_queue: str = ""
    keep_days: int = 0
    store: StoreKind = StoreKind.SQLITE
    table: str = TABLE
    bucket: str = f"{TABLE}-store"
    approve_profile: str = ""
    unlock_minutes: int = UNLOCK_MINUTES
    trust_root: str = ""
    origins: Mapping[str, Origin] = {}

    @property
    def is_local(self) -> bool:
        """Whether the embedded AWS is meant."""
        return self.environment == LOCAL

    @property
    def may_execute(self) -> bool:
        """Whether a worker does what is approved here: where the file says so, and as whom."""
        return self.is_local or (self.executes and bool(self.execute_profile))

    @property
    def is_shared(self) -> bool:
        """Whether the store is a table that several machines may share, not files of this one."""
        return self.store is StoreKind.DYNAMODB

    @property
    def config_path(self) -> Path:
        """The file that lists the environments."""
        return self.config or self.home / "bunsui.toml"

    @property
    def folder(self) -> Path:
        """The folder of this environment alone: the home for the embedded AWS."""
        return self.home if self.is_local else self.home / "environments" / self.environment

    @property
    def store_path(self) -> Path:
        """The file that the worker and the human's desk write."""
        return self.folder / "store.db"

    @property
    def inbox_path(self) -> Path:
        """The only file that an agent's process writes."""
        return self.folder / "inbox.db"

    @property
    def blobs_path(self) -> Path:
        """The folder of archived documents."""
        return self.folder / "blobs"

    @property
    def keys_path(self) -> Path:
        """The folder of encrypted private keys."""
        return self.folder / "keys"

    @property
    def log_path(self) -> Path:
        """The file that long-running processes log to."""
        return self.home / "bunsui.log"

    def origin(self, key: str) -> Origin:
        """Return who said the value of that name."""
        return self.origins.get(key, Origin.DEFAULT)


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of this process.

    Raises: NotFound when `bunsui.toml` lacks the environment; BadInput when it cannot be used.
    """
    settings = local_settings(environ)
    name = environ.get("BUNSUI_ENVIRONMENT") or LOCAL
    if name == LOCAL:
        return settings
    path = settings.config_path
    chosen = named(parse_environments(read_config(path), str(path)), name, str(path))
    return _of(settings, name, chosen, environ)


def environments(environ: Mapping[str, str] = os.environ) -> tuple[Settings, ...]:
    """Return the settings of every environment, the embedded AWS first. Raises: BadInput."""
    local = local_settings(environ)
    path = local.config_path
    if not path.exists():
        return (local,)
    known = parse_environments(read_config(path), str(path))
    named_now = environ.get("BUNSUI_ENVIRONMENT")
    # What a flag or variable says is about the environment that was named beside it.
    said = {name: environ if name == named_now else {} for name in known}
    return (local, *(_of(local, name, one, said[name]) for name, one in known.items()))


def local_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the embedded AWS; they need no file and read none."""
    data = environ.get("XDG_DATA_HOME") or "~/.local/share"
    config = environ.get("BUNSUI_CONFIG")
    return Settings(
        store=_store(environ.get("BUNSUI_STORE") or StoreKind.SQLITE.value),
        home=_path(environ.get("BUNSUI_HOME") or f"{data}/bunsui"),
        config=_path(config) if config else None,
        origins=_said(environ, ("home", "config", "environment", "store")),
    )


def read_config(path: Path) -> str:
    """Return the text of a `bunsui.toml`. Raises: BadInput when it cannot be read."""
    try:
        if path.stat().st_mode & stat.S_IWOTH:
            raise BadInput(
                f"everybody can change {path}, which says what an agent sees.",
                f"Look through it, then run `chmod go= {path}`.",
            )
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadInput(
            f"{path} is not there.", "Run `bunsui init`, or name another file in BUNSUI_CONFIG."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} cannot be read: {error}.", "Correct it, or name another in BUNSUI_CONFIG."
        ) from error


def _of(
    local: Settings, name: str, environment: Environment, environ: Mapping[str, str]
) -> Settings:
    said = {key: environ[variable(key)] for key in OVERRIDES if environ.get(variable(key))}
    written = dict.fromkeys(_written(environment), Origin.FILE)
    environment = _overruled(environment, said)
    chosen = {
        "account": environment.account,
        "region": environment.region,
        "read_profile": environment.read_profile,
        "execute_profile": environment.execute_profile,
        "executes": environment.executes,
        "kind": environment.kind,
        "expose": environment.expose,
        "selection": environment.selection,
        "event_queue": environment.event_queue,
        "keep_days": environment.keep_days,
        "store": environment.store,
        "table": environment.table or TABLE,
        "bucket": environment.bucket or usual_bucket(environment),
        "approve_profile": environment.approve_profile,
        "unlock_minutes": environment.unlock_minutes,
        "trust_root": environment.trust_root,
    }
    here = {key: who for key, who in local.origins.items() if key != "store"}
    origins = {**here, **written, **_said(environ, OVERRIDES)}
    changes = {**chosen, "environment": name, "origins": origins}
    return Settings.model_validate({**dict(local), **changes})


def usual_bucket(environment: Environment) -> str:
    """Return the name of the bucket of a shared store where the file names none."""
    return f"{TABLE}-{environment.account}-{environment.region}"


def _overruled(environment: Environment, said: Mapping[str, str]) -> Environment:
    table = environment.model_dump(by_alias=True, exclude_unset=True)
    return environment_of({**table, **said}, "what flags and variables say")


def _written(environment: Environment) -> set[str]:
    fields = set(environment.model_fields_set)
    return fields | ({"selection"} if fields & {"include", "exclude"} else set())


def _said(environ: Mapping[str, str], keys: tuple[str, ...]) -> dict[str, Origin]:
    flags = environ.get(FLAGS, "").split(",")
    return {
        key: Origin.FLAG if key in flags else Origin.VARIABLE
        for key in keys
        if environ.get(variable(key))
    }


def variable(key: str) -> str:
    """Return the name of the environment variable that says a value."""
    return f"BUNSUI_{key.upper()}"


def _store(said: str) -> StoreKind:
    """Return where the embedded AWS's environment remembers, which has no file to say it in."""
    try:
        return StoreKind(said)
    except ValueError as error:
        raise BadInput(f"BUNSUI_STORE cannot be {said!r}.", "Say sqlite or dynamodb.") from error


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise BadInput(f"{text} names no folder: {error}", "Write the whole path.") from error
