"""Another role of a function holds from its next invocation on, as in Lambda."""

from __future__ import annotations

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states.history import Document

_Response = tuple[int, dict[str, str], bytes]


def install() -> None:
    """End the environments of a function that gets another role: they have the old one's keys."""
    anchor.require(lambda_svc._update_config, "6999cb0695dace00")
    update = lambda_svc._update_config

    def update_config(name: str, data: Document) -> _Response:
        answer: _Response = update(name, data)
        if "Role" in data:
            lambda_runtime.invalidate_worker(name, qualifier="$LATEST")
        return answer

    lambda_svc._update_config = update_config
