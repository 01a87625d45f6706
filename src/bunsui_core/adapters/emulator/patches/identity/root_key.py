"""One random root key, its signature verified like any other, in place of "any key is root"."""

from __future__ import annotations

import os
import re

from ministack.core import iam_evaluator
from ministack.services import sts

from bunsui_core.adapters.emulator.patches import anchor


def install() -> None:
    """Let only the key of AWS_ACCESS_KEY_ID be root, and only when it signs with its secret."""
    anchor.require(iam_evaluator.is_root_access_key, "e6ae3b63335593c0")
    anchor.require(iam_evaluator._is_root_key, "6d4c5eed6ad65f6a")
    key = os.environ["AWS_ACCESS_KEY_ID"]

    def is_root_access_key(access_key_id: str) -> bool:
        return access_key_id == key

    def skips_the_signature_check(access_key_id: str) -> bool:
        return False

    iam_evaluator.is_root_access_key = is_root_access_key
    sts.is_root_access_key = is_root_access_key
    iam_evaluator._is_root_key = skips_the_signature_check


def open_accounts() -> None:
    """Let every 12-digit key be the root of its own account too, whoever signs, after `install`.

    Only for tests that are not about security.
    """
    is_root = iam_evaluator.is_root_access_key
    account = re.compile(r"\d{12}")

    def is_root_access_key(access_key_id: str) -> bool:
        return is_root(access_key_id) or bool(account.fullmatch(access_key_id))

    def skips_the_signature_check(access_key_id: str) -> bool:
        return bool(account.fullmatch(access_key_id))

    iam_evaluator.is_root_access_key = is_root_access_key
    sts.is_root_access_key = is_root_access_key
    iam_evaluator._is_root_key = skips_the_signature_check
