"""Receivers of notices that answer with rubbish: the next notice is delivered all the same."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from queue import Queue

import pytest
import structlog

from bunsui_core.adapters.webhook import Webhook, reach
from bunsui_core.domain.errors import Unavailable
from tests.unit.test_notice import a_notice

PATIENCE_S = 30.0
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
RUBBISH = {
    "nothing": b"",
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a status that is none": b"HTTP/1.1 abc\r\n\r\n",
    "a line without end": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    "headers without end": b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 1_000 + b"\r\n",
    "bytes": bytes(range(256)),
}


class Receiver:
    """A socket that answers the first caller with rubbish and everybody after that well."""

    def __init__(self, first: bytes) -> None:
        self._answers = iter([first])
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.got: Queue[bytes] = Queue()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/hook"

    def close(self) -> None:
        """Stop listening."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            with caller, suppress(OSError):
                caller.settimeout(PATIENCE_S)
                self.got.put(caller.recv(100_000))
                caller.sendall(next(self._answers, GOOD))


@pytest.fixture(params=RUBBISH.values(), ids=list(RUBBISH))
def receiver(request: pytest.FixtureRequest) -> Iterator[Receiver]:
    made = Receiver(request.param)
    yield made
    made.close()


def test_after_an_answer_that_is_none_the_next_notice_is_delivered(receiver: Receiver) -> None:
    webhook = Webhook(receiver.url, pauses=())

    webhook.tell(a_notice(key="first"))
    receiver.got.get(timeout=PATIENCE_S)
    webhook.tell(a_notice(key="second"))

    assert receiver.got.get(timeout=PATIENCE_S).startswith(b"POST /hook")
    webhook.close()


def test_looking_whether_it_answers_ends_in_words(receiver: Receiver) -> None:
    with suppress(Unavailable):
        reach(receiver.url)

    assert reach(receiver.url).startswith("its host answers")


@pytest.mark.parametrize("path", ["a b", "a\x1b[2J", "注文", "a\x7f"])
def test_an_address_that_cannot_be_sent_keeps_no_notice_back(path: str) -> None:
    with structlog.testing.capture_logs() as logged:
        webhook = Webhook(f"http://127.0.0.1:1/{path}", pauses=())
        for number in range(2):
            webhook.tell(a_notice(key=str(number)))
        webhook.close()

    assert [(one["event"], one["key"]) for one in logged] == [
        ("notice_not_delivered", "0"),
        ("notice_not_delivered", "1"),
    ]
    assert path not in str(logged)
