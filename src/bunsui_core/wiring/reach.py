"""Whether the AWS of an environment answers."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.domain.errors import Unavailable
from bunsui_core.settings import Settings
from bunsui_core.wiring.local import local_status
from bunsui_core.wiring.seeing import read_access

EVERY_S = 15.0
"""Seconds for which an answer of an account counts; a screen looks once a second."""


def reaching(settings: Settings) -> Callable[[], None]:
    """Return a look at AWS that passes while it answers.

    The look raises Unavailable, NotAuthorised or Refused when it does not, with the next step.
    """
    return (lambda: _local(settings)) if settings.is_local else _Account(settings)


class _Account:
    """Looks at an account, not more often than is polite; a failure is looked at again at once."""

    def __init__(self, settings: Settings) -> None:
        self._clients = Clients(lambda: read_access(settings, "agent"))
        self._subject = f"the account {settings.account}"
        self._good_until = 0.0

    def __call__(self) -> None:
        if monotonic() < self._good_until:
            return
        with translated(self._subject):
            self._clients.callers.get_caller_identity()
        self._good_until = monotonic() + EVERY_S


def _local(settings: Settings) -> None:
    if local_status(settings) is None:
        raise Unavailable(
            "the embedded AWS is down; what is stored stays.", "Run `bunsui local up`."
        )
