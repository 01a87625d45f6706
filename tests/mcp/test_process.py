"""How the server's process begins: its log and its name."""

from __future__ import annotations

import json
import subprocess
import sys

CODE = """\
import logging
from bunsui_mcp.__main__ import forward_logs
forward_logs()
logging.getLogger("mcp.server").info("too quiet to be heard")
try:
    raise KeyError("a secret detail")
except KeyError:
    logging.getLogger("mcp.server").exception("Tool %r raised", "get_session")
"""


def test_what_the_sdk_logs_is_one_event_on_stderr_with_its_exception() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)

    (line,) = done.stderr.splitlines()
    event = json.loads(line)
    assert done.stdout == ""
    assert (event["event"], event["logger"]) == ("Tool 'get_session' raised", "mcp.server")
    assert (event["level"], "a secret detail" in event["exception"]) == ("error", True)


def test_a_name_that_could_mislead_the_human_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bunsui_mcp", "--agent", "hanako, approved"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert "a name has 1 to 40 letters" in done.stderr
