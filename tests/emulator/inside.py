"""An embedded AWS inside the test's own process: one for the session, an account for each test.

Nothing waits, nothing is written, and every 12-digit key is the root of its own account: what one
test makes, no other test sees. It is not for tests about security, persistence or processes.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bunsui_core.adapters.emulator.record import Folder, LocalServer
from bunsui_core.adapters.emulator.server import Server
from bunsui_core.adapters.emulator.surroundings import Options

INSIDE = Options(wait_scale="0", accounts=True, kept=False)
FIRST_ACCOUNT = 100_000_000_000
_START_SECONDS = 30.0


@contextmanager
def serving(home: Path) -> Iterator[LocalServer]:
    """An embedded AWS served by a thread of this process while the block runs."""
    _forget_ministack()
    before, temporary, finders = dict(os.environ), tempfile.tempdir, list(sys.meta_path)
    folder = Folder.of(home)
    server = Server(folder, options=INSIDE)
    # Asked for once a process; a process of its own would find it in the environment.
    tempfile.tempdir = str(folder.temporary)
    try:
        with _thread(server) as described:
            yield described
    finally:
        tempfile.tempdir = temporary
        # MiniStack is told and remembers its settings through the environment.
        os.environ.clear()
        os.environ.update(before)
        sys.meta_path[:] = finders


def _forget_ministack() -> None:
    """Let it be imported anew: it reads its settings then, and a test may have imported it before.

    What that test holds stays as it is, and knows nothing of the server.
    """
    forgotten = re.compile(r"(ministack|bunsui_core\.adapters\.emulator\.patches)(\.|$)")
    for module in filter(forgotten.match, list(sys.modules)):
        del sys.modules[module]


@contextmanager
def _thread(server: Server) -> Iterator[LocalServer]:
    said: list[LocalServer] = []
    loop = asyncio.new_event_loop()
    stopped, ready = asyncio.Event(), threading.Event()

    def begin(described: LocalServer) -> None:
        said.append(described)
        ready.set()

    def run() -> None:
        try:
            loop.run_until_complete(server.run(begin, stopped))
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    thread = threading.Thread(target=run, name="embedded-aws")
    thread.start()
    try:
        assert ready.wait(_START_SECONDS), "the embedded AWS did not start in this process"
        yield said[0]
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
