"""Whether the AWS of an environment answers right now."""

from __future__ import annotations

from collections.abc import Callable

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.domain.errors import Unavailable
from bunsui_core.settings import Settings
from bunsui_core.wiring.local import local_status
from bunsui_core.wiring.seeing import read_access


def reaching(settings: Settings) -> Callable[[], None]:
    """Return a look at AWS that passes while it answers.

    The look raises Unavailable, NotAuthorised or Refused when it does not, with the next step.
    """
    if settings.is_local:
        return lambda: _local(settings)
    clients = Clients(lambda: read_access(settings, "agent"))

    def look() -> None:
        with translated(f"the account {settings.account}"):
            clients.callers.get_caller_identity()

    return look


def _local(settings: Settings) -> None:
    if local_status(settings) is None:
        raise Unavailable(
            "the embedded AWS is down; what is stored stays.", "Run `bunsui local up`."
        )
