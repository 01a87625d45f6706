"""A home with one request, one trusted approver and her decision: what attacks are after."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import NOW, a_request
from tests.local_home import LocalHome
from tests.withdrawals import a_withdrawal


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    made = LocalHome(tmp_path / "home")
    hanako = made.trust()
    request = made.requests.submit(a_request())
    made.decisions.append(made.signed(request, hanako))
    made.requests.withdraw(a_withdrawal())
    made.audit.append("requested", request.id, "agent:claude", request.plan_digest, NOW)
    return made
