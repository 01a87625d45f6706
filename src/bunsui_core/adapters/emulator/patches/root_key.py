"""One random root key, its signature verified like any other, in place of "any key is root"."""

from __future__ import annotations

import os

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
