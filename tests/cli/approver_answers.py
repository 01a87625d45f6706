"""What `bunsui approvers` answers, as complete values."""

from __future__ import annotations

from collections.abc import Mapping

from bunsui_cli.answers import ApproverList, KeyLine
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.trust_changing import Loss
from bunsui_core.domain.value import Value


def of_approvers(approver: Approver) -> Mapping[str, Value]:
    """What is told of who may decide."""
    return {
        "approvers-init": approver,
        "approvers-list": ApproverList(items=(approver,), root=approver.key_id),
        "approvers-key": KeyLine(name="taro", key_id="ab" * 8, line="bunsui-key-v1 taro file"),
        "approvers-add": approver,
        "approvers-revoke": Loss(approver=approver, requests=("r-4f2a",), policy=True),
        "approvers-role": approver,
        "approvers-passphrase": approver,
    }
