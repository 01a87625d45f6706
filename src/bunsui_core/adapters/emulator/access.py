"""Clients of the embedded AWS that know nothing of the user's own AWS settings."""

from __future__ import annotations

import os

import boto3
import botocore.session
from botocore.config import Config

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
    return boto3.session.Session(
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        region_name=REGION,
        botocore_session=core,
    )
