"""Notices to a webhook: https or this machine only, retried, bounded, never blocking."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from http.client import HTTPException
from queue import Empty, Full, Queue
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from bunsui_core.domain.errors import BadInput, Unavailable
from bunsui_core.domain.notice import Notice
from bunsui_core.log import events

WAITING = 100
"""How many notices wait for a slow receiver; more are dropped, which is said once."""

TIMEOUT_S = 5.0
"""How long a receiver may be silent."""

PAUSES_S = (1.0, 4.0, 15.0)
"""The waits before the second, third and fourth attempt."""

CLOSING_S = 3.0
"""How long the end of the process waits for what is on its way."""

_AGENT = {"User-Agent": "bunsui"}

# An answer that is no HTTP is no OSError, nor is a path that cannot be sent.
_TROUBLES = (OSError, HTTPException, ValueError)

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Webhook:
    """`Notifier` that posts JSON, whose `text` is what Slack shows, from a thread of its own."""

    def __init__(
        self, url: str, timeout: float = TIMEOUT_S, pauses: Sequence[float] = PAUSES_S
    ) -> None:
        self._url = usable(url)
        self._timeout = timeout
        self._pauses = tuple(pauses)
        self._log = events("webhook")
        self._queue: Queue[Notice] = Queue(WAITING)
        self._closing = threading.Event()
        self._dropping = False
        self._opener = build_opener(_NoRedirect)
        self._thread = threading.Thread(target=self._deliver, name="webhook", daemon=True)
        self._thread.start()

    def tell(self, notice: Notice) -> None:
        """Take a notice and return at once; what finds no room is dropped, which is said once."""
        if self._closing.is_set():
            return
        try:
            self._queue.put_nowait(notice)
            self._dropping = False
        except Full:
            if not self._dropping:
                self._dropping = True
                self._log.warning("notices_dropped", waiting=WAITING)

    def close(self) -> None:
        """Deliver what is waiting within a few seconds and take no more."""
        self._closing.set()
        self._thread.join(CLOSING_S)

    def _deliver(self) -> None:
        while not (self._closing.is_set() and self._queue.empty()):
            try:
                notice = self._queue.get(timeout=0.2)
            except Empty:
                continue
            self._send(notice)

    def _send(self, notice: Notice) -> None:
        """Try until it is taken, is refused for good, or the attempts are used up."""
        for pause in (*self._pauses, None):
            trouble, is_final = self._post(body(notice))
            if not trouble:
                return
            if is_final or pause is None or self._closing.wait(pause):
                self._log.warning("notice_not_delivered", key=notice.key, trouble=trouble)
                return

    def _post(self, content: bytes) -> tuple[str, bool]:
        """Return what went wrong, if anything, and whether trying again is in vain.

        The URL is a secret with Slack and others: no trouble quotes it.
        """
        headers = {"Content-Type": "application/json", **_AGENT}
        request = Request(self._url, content, headers, method="POST")
        try:
            with self._opener.open(request, timeout=self._timeout):
                return "", False
        except HTTPError as error:
            with error:
                return f"HTTP {error.code}", error.code < 500 and error.code != 429
        except _TROUBLES as error:
            return type(error).__name__, False


class _NoRedirect(HTTPRedirectHandler):
    """Refuses redirects: a receiver must not choose where notices go."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: object,
        newurl: str,
    ) -> None:
        """Follow nothing; the redirect is then an HTTPError."""


def usable(url: str) -> str:
    """Return a URL that may be posted to. Raises: BadInput, which does not quote the URL."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadInput("the webhook's URL cannot be read.", "Copy it again, whole.") from error
    if host and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)):
        return url
    raise BadInput(
        "the webhook's URL is neither https nor on this machine.",
        "Give one that begins with https://.",
    )


def reach(url: str) -> str:
    """Return that the host of a webhook answers; its path, which is a secret, is not sent.

    Raises: BadInput, Unavailable; neither quotes the URL.
    """
    parts = urlsplit(usable(url))
    request = Request(f"{parts.scheme}://{parts.netloc}/", headers=_AGENT, method="HEAD")
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT_S):
            pass
    except HTTPError as error:
        error.close()  # any answer is an answer
    except _TROUBLES as error:
        raise Unavailable(
            f"the webhook's host does not answer ({_reason(error)}).",
            "Check its address, the network and HTTPS_PROXY; notices are lost meanwhile.",
        ) from error
    return "its host answers; `bunsui worker` posts notices there"


def _reason(error: Exception) -> str:
    """The name of what went wrong; its words may quote the URL."""
    inner = getattr(error, "reason", error)
    return type(inner).__name__


def body(notice: Notice) -> bytes:
    """Return the JSON of a notice; Slack reads `text`, in which &, < and > are markup."""
    said = f"{notice.title}. Next: {notice.next}"
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        said = said.replace(sign, written)
    return json.dumps({"text": said, "notice": notice.model_dump(mode="json")}).encode()
