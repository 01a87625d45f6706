"""Puts an object so that S3 dates it after a failure that has just happened."""

from __future__ import annotations

import time

from bunsui_core.adapters.emulator.account import Account

_LOOK_SECONDS = 0.01


def put_later(account: Account, bucket: str, key: str, body: str) -> None:
    """Write an object in the next second: S3 tells when it was written in whole seconds."""
    second = int(time.time())
    while int(time.time()) == second:
        time.sleep(_LOOK_SECONDS)
    account.objects.put_object(Bucket=bucket, Key=key, Body=body.encode())
