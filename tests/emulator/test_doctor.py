"""`bunsui doctor` on an embedded AWS that runs, and on an account behind a profile."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bunsui_core.domain.health import Check, Health
from bunsui_core.domain.permissions import Estate, reading
from bunsui_core.settings import Settings
from bunsui_core.wiring.doctor import checkup
from tests.emulator.embedded import Embedded
from tests.emulator.reading_account import environment_file, profile, reader, without

ACCOUNT, REGION, DENIED = "000000000000", "us-east-1", "states:GetExecutionHistory"
ABOUT_HOME = {"home", "store", "inbox", "keys"}
"""What a home has not yet in which nothing ever ran."""


@pytest.fixture
def shop(
    aws: Embedded, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """An environment whose profile may read all but histories."""
    policy = without(reading(Estate(account=ACCOUNT, region=REGION)), DENIED)
    file = environment_file(tmp_path, ACCOUNT, REGION)
    with profile(aws, reader(aws, name, policy), tmp_path) as variables:
        for key, value in {**variables, "BUNSUI_HOME": str(tmp_path)}.items():
            monkeypatch.setenv(key, value)
        yield Settings(
            home=tmp_path,
            config=file,
            environment="shop",
            account=ACCOUNT,
            region=REGION,
            read_profile="shop-read",
        )


def rows(settings: Settings) -> dict[str, Check]:
    """Each row by its name."""
    return {one.name: one for one in checkup(settings).checks}


def test_on_an_embedded_aws_that_runs_nothing_fails(aws: Embedded) -> None:
    found = rows(Settings(home=aws.home))

    bad = {name for name, row in found.items() if row.health is not Health.OK}
    assert bad <= ABOUT_HOME
    assert "user/bunsui-agent" in found["aws"].found


def test_one_denied_action_is_one_row_with_the_feature_and_what_is_missing(shop: Settings) -> None:
    found = rows(shop)

    failed = [name for name, row in found.items() if row.health is Health.FAIL]
    assert failed == ["explaining failures"]
    assert DENIED in found["explaining failures"].next
    assert found["credentials"].found == "profile shop-read: a key in the config file"
    assert "ListExecutions 4 of 5" in found["quotas"].found


class Ahead(BaseHTTPRequestHandler):
    """An AWS that is ten minutes ahead, and refuses every call for that."""

    def do_POST(self) -> None:
        """Refuse."""
        body = (
            b"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code>"
            b"<Message>Signature expired: it is too old.</Message></Error></ErrorResponse>"
        )
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Tell the time of ten minutes from now."""
        return super().date_time_string((timestamp or time.time()) + 600)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_where_the_clock_makes_aws_refuse_everything_it_is_the_clock_that_is_told(
    shop: Settings,
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Ahead) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        config = shop.home / "aws-config"
        elsewhere = f"endpoint_url = http://127.0.0.1:{server.server_port}"
        config.write_text(re.sub("endpoint_url = .*", elsewhere, config.read_text()))
        found = rows(shop)
        server.shutdown()
        thread.join()

    assert found["aws"].health is Health.FAIL
    assert "clock" in found["aws"].next
    assert (found["clock"].health, "behind" in found["clock"].found) == (Health.FAIL, True)
