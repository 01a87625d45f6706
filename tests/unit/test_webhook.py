"""A webhook gets each notice; one that fails, stalls or redirects harms nobody."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import pytest

from bunsui_core.adapters.webhook import WAITING, Webhook, body, reach, usable
from bunsui_core.domain.errors import BadInput
from tests.unit.test_notice import a_notice

PATIENCE_S = 10.0


class Receiver(ThreadingHTTPServer):
    """A receiver that answers with the given codes, the last one for ever; it can stall."""

    daemon_threads = True

    def __init__(self, *codes: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.codes = list(codes)
        self.got: Queue[bytes] = Queue()
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.put(content)
        self.server.may_answer.wait(PATIENCE_S)
        code = self.server.codes.pop(0) if len(self.server.codes) > 1 else self.server.codes[0]
        self.send_response(code)
        if code == 302:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        self.server.got.put(f"HEAD {self.path}".encode())
        self.send_response(self.server.codes[0])
        self.send_header("Location", f"{self.server.url}/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        self.server.got.put(b"a redirect was followed")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything, unless a test changes its codes."""
    server = Receiver(200)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.may_answer.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_notice_arrives_as_json_that_slack_shows(receiver: Receiver) -> None:
    hook = Webhook(receiver.url)
    hook.tell(a_notice())
    hook.close()

    assert json.loads(receiver.got.get(timeout=PATIENCE_S))["text"] == "orders failed. Next: look"


def test_a_receiver_that_fails_twice_gets_it_the_third_time(receiver: Receiver) -> None:
    receiver.codes = [500, 429, 200]
    hook = Webhook(receiver.url, pauses=(0.0, 0.0, 0.0))
    hook.tell(a_notice())

    got = [receiver.got.get(timeout=PATIENCE_S) for _ in range(3)]
    hook.close()

    assert len(set(got)) == 1
    assert receiver.got.empty()


@pytest.mark.parametrize("code", [302, 400, 410])
def test_what_is_refused_or_sent_elsewhere_is_not_tried_again(
    receiver: Receiver, code: int
) -> None:
    receiver.codes = [code]
    hook = Webhook(receiver.url, pauses=(0.0, 0.0))
    hook.tell(a_notice())
    hook.close()

    assert receiver.got.qsize() == 1


def test_a_stalled_receiver_never_blocks_who_tells(receiver: Receiver) -> None:
    receiver.may_answer.clear()
    hook = Webhook(receiver.url, timeout=PATIENCE_S)
    began = time.monotonic()
    for number in range(WAITING * 3):
        hook.tell(a_notice(str(number)))

    assert time.monotonic() - began < 1.0
    receiver.may_answer.set()
    hook.close()


@pytest.mark.parametrize(
    "url", ["", "http://example.com/x", "ftp://127.0.0.1/x", "https://", "http://[::1", "file:///x"]
)
def test_a_url_that_is_neither_https_nor_of_this_machine_is_refused(url: str) -> None:
    with pytest.raises(BadInput) as refusal:
        usable(url)

    assert not url or url not in refusal.value.message


@pytest.mark.parametrize("url", ["https://hooks.example.com/x", "http://127.0.0.1:1/x"])
def test_a_url_over_https_or_of_this_machine_is_taken(url: str) -> None:
    assert usable(url) == url


def test_a_name_cannot_be_markup_of_slack() -> None:
    text = json.loads(body(a_notice().model_copy(update={"title": "<!channel> & co"})))["text"]

    assert text.startswith("&lt;!channel&gt; &amp; co")


@pytest.mark.parametrize("code", [200, 302, 404, 500])
def test_a_host_is_reached_whatever_it_answers_and_told_nothing(
    receiver: Receiver, code: int
) -> None:
    receiver.codes = [code]

    assert "answers" in reach(receiver.url)

    assert receiver.got.get(timeout=PATIENCE_S) == b"HEAD /"
    assert receiver.got.empty()
