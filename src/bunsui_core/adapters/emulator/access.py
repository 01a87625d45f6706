"""Clients of the embedded AWS that know nothing of the user's own AWS settings."""

from __future__ import annotations

import os
from functools import cache

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader, create_loader

from bunsui_core.adapters.emulator.record import REGION, Credentials

_NO_FILE = (None, None, os.devnull, None)
_OWN_SETTINGS = {
    "profile": (None, None, None, None),
    "config_file": _NO_FILE,
    "credentials_file": _NO_FILE,
}

DIRECT = Config(proxies={}, retries={"mode": "standard", "total_max_attempts": 3})
"""No proxy in between: the embedded AWS is on this machine."""


def session(credentials: Credentials) -> boto3.session.Session:
    """Return a session that signs with these credentials and reads no file of the user."""
    core = botocore.session.Session(session_vars=_OWN_SETTINGS)
    core.register_component("data_loader", _models())
    return boto3.session.Session(
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        region_name=REGION,
        botocore_session=core,
    )


@cache
def _models() -> Loader:
    # Reading a service's model costs 30 to 100 ms; sessions share what was read.
    return create_loader()


def load_model(service: str) -> None:
    """Read what a client of a service needs, before it is made."""
    _models().load_service_model(service, "service-2")
