"""Sessions of a profile of the user's AWS configuration, shared by all clients of a process.

Whose a profile is, is asked once; a one-time code is never asked for, for nobody may be there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bunsui_core.adapters.aws.errors import UNKNOWN_KEY, code_of, sign_in_step
from bunsui_core.adapters.aws.unanswered import remedy, said
from bunsui_core.domain.environment import AMBIENT
from bunsui_core.domain.errors import BunsuiError, Refused, Unavailable
from bunsui_core.domain.nearest import nearest

if TYPE_CHECKING:
    from boto3 import Session
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.loaders import Loader

_AGAIN_SECONDS = 3.0
"""How long a profile that could not be used is not tried again: each try may take as long."""

_ALWAYS_ON = "us-east-1"
"""A region that no account can turn off."""

Stamp: TypeAlias = tuple[str | int, ...]
"""Where the user's AWS files are and when they were written."""

_FILES = (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials"))


@dataclass(frozen=True)
class Profile:
    """A profile as it stands in the user's files, and the account it should be of, if told."""

    name: str
    region: str
    account: str = ""
    stamp: Stamp = ()


class Identity(NamedTuple):
    """Whom AWS takes somebody for."""

    account: str
    arn: str


@dataclass(frozen=True)
class Owned:
    """The session of a profile, and whose it is."""

    session: Session
    identity: Identity


@dataclass(frozen=True)
class _Failed:
    error: BunsuiError
    until: float


_LOCKS: dict[Profile, Lock] = {}
"""One for each profile: an account that does not answer keeps nobody else waiting."""

_KNOWN: dict[Profile, Owned | _Failed] = {}


def stamp(environ: Mapping[str, str] = os.environ) -> Stamp:
    """Return what changes when somebody edits the files or signs in anew."""
    return tuple(part for one in _FILES for part in _written(*one, environ))


Ask: TypeAlias = "Callable[[Session, str], Identity]"
"""Tells whose a session is, asked in a region."""


def owned(profile: Profile, ask: Ask) -> Owned:
    """Return the one session of a profile and whose it is, which is asked once.

    Raises: Unavailable when the profile cannot be used, Refused when it is of another account.
    """
    with _LOCKS.setdefault(replace(profile, stamp=()), Lock()):
        known = _KNOWN.get(profile)
        if known is None or (isinstance(known, _Failed) and monotonic() >= known.until):
            for older in [one for one in [*_KNOWN] if replace(one, stamp=profile.stamp) == profile]:
                del _KNOWN[older]
            known = _KNOWN[profile] = _tried(profile, ask)
        if isinstance(known, _Failed):
            raise type(known.error)(known.error.message, known.error.next_step) from known.error
        return known


def _tried(profile: Profile, ask: Ask) -> Owned | _Failed:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        session = _opened(profile)
        found = ask(session, profile.region)
        if profile.account not in ("", found.account):
            return _Failed(_another(found, profile), monotonic() + _AGAIN_SECONDS)
        return Owned(session, found)
    except BunsuiError as error:
        why = error
    except ClientError as error:
        why = _refused(error, profile, ask)
    except BotoCoreError as error:
        why = _unanswered(error, profile)
    except (OSError, ValueError) as error:
        # A program or a file that the profile names, and an address that is none.
        told = f"the profile {profile.name!r} cannot be used: {error}."
        why = Unavailable(told, "Correct what the profile names, or name another in bunsui.toml.")
    return _Failed(why, monotonic() + _AGAIN_SECONDS)


def _another(found: Identity, profile: Profile) -> Refused:
    return Refused(
        f"the profile {profile.name!r} is of account {found.account}, not {profile.account}.",
        "Correct account or read_profile in bunsui.toml.",
    )


def _opened(profile: Profile) -> Session:
    import boto3
    import botocore.session

    core = botocore.session.Session(profile=None if profile.name == AMBIENT else profile.name)
    core.register_component("data_loader", models())
    roles = core.get_component("credential_provider").get_provider("assume-role")
    roles._prompter = _nobody_types  # it has no public place, and getpass would read the screen
    return boto3.Session(region_name=profile.region or None, botocore_session=core)


@cache
def models() -> Loader:
    """Return the one loader of all sessions: reading a service's model costs 30 to 100 ms."""
    from botocore.loaders import create_loader

    return create_loader()


def _nobody_types(question: str) -> str:
    raise Unavailable(
        "the profile needs a one-time code (mfa_serial), which is never asked for here.",
        "Get a session first, with `aws sso login` or `aws sts get-session-token`, "
        "and name a profile of it in bunsui.toml.",
    )


def _unanswered(error: BotoCoreError, profile: Profile) -> Unavailable:
    step = _meant(profile) or f"{remedy(error)} Or name another profile in bunsui.toml."
    return Unavailable(f"the profile {profile.name!r} cannot be used: {said(error)}.", step)


def _meant(profile: Profile) -> str:
    """Return the profile or region that was probably meant, where this one is not known."""
    import boto3

    session = boto3.Session()
    profiles, regions = session.available_profiles, session.get_available_regions("stepfunctions")
    for what, word, known in (
        ("profile", profile.name, profiles),
        ("region", profile.region, regions),
    ):
        near = nearest(word, known)
        if word not in known and near:
            return f"The {what} {word!r} is not known; did you mean {near!r}?"
    return ""


def _refused(error: ClientError, profile: Profile, ask: Ask) -> Unavailable:
    code = code_of(error)
    message = error.response.get("Error", {}).get("Message") or code
    step = sign_in_step(code, message) or "Try again in a moment."
    if code in UNKNOWN_KEY and profile.region != _ALWAYS_ON and _works_elsewhere(profile, ask):
        step = f"The key is good, so the region {profile.region} is off: turn it on, or choose one."
    told = f"the profile {profile.name!r} cannot be used in {profile.region}: {message} ({code})."
    return Unavailable(told, f"{step} Or name another profile or region in bunsui.toml.")


def _works_elsewhere(profile: Profile, ask: Ask) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return bool(ask(_opened(profile), _ALWAYS_ON))
    except (BotoCoreError, ClientError):
        return False


def _written(variable: str, name: str, environ: Mapping[str, str]) -> Stamp:
    path = Path(environ.get(variable) or Path.home() / ".aws" / name).expanduser()
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), status.st_mtime_ns, status.st_size
