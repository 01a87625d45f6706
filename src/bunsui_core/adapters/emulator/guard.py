"""The door of the embedded AWS: no web page, no foreign host name, no stranger's reset."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping

from bunsui_core.adapters.emulator import signed
from bunsui_core.adapters.emulator.record import HEALTH_PATH
from bunsui_core.adapters.emulator.signed import Refusal

# ASGI's own shapes: a scope and a message are open mappings.
Scope = MutableMapping[str, object]
Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN_HEADER = b"x-bunsui-token"
# A page's image or link carries no origin; a browser still says where its request comes from.
_OF_A_BROWSER = (b"origin", b"sec-fetch-site", b"sec-fetch-mode")
_ADMINISTRATION = ("_ministack", "_localstack", "health")
_READS = (".describe", ".list", ".get", ".filter")


class Guard:
    """Lets AWS requests of this machine through and refuses everything else before it is read."""

    def __init__(
        self,
        inner: Application,
        port: int,
        token: str,
        health: Callable[[], Mapping[str, object]],
    ) -> None:
        self._inner = inner
        self._hosts = {f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()}
        self._token = token.encode()
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection as ASGI asks."""
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
            return
        headers = _headers(scope)
        refusal = self._refusal(scope)
        if refusal:
            await _answer(scope, send, 403, {"message": refusal})
        elif scope["path"] == HEALTH_PATH:
            await _answer(scope, send, 200, self._health())
        elif not _is_administration(str(scope["path"])) and (
            unsigned := signed.refusal(headers, _query(scope))
        ):
            await _refuse(scope, send, unsigned)
        else:
            await self._inner(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = _headers(scope)
        if any(name in _OF_A_BROWSER for name, _ in headers):
            return "The embedded AWS does not answer web pages."
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return "The embedded AWS answers to 127.0.0.1 only."
        if _is_administration(str(scope["path"])) and not self._knows_token(headers):
            return "The administration of the embedded AWS needs its token."
        return None

    def _knows_token(self, headers: list[tuple[bytes, bytes]]) -> bool:
        given = [value for name, value in headers if name == TOKEN_HEADER]
        return len(given) == 1 and hmac.compare_digest(given[0], self._token)


class ChangeNotice:
    """Passes requests on and calls `changed` after each one that may have changed something."""

    def __init__(self, inner: Application, changed: Callable[[], None]) -> None:
        self._inner = inner
        self._changed = changed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection as ASGI asks."""
        await self._inner(scope, receive, send)
        if scope["type"] == "http" and not _is_read(scope):
            self._changed()


def when_started(inner: Application, started: Callable[[], None]) -> Application:
    """Return the application, calling `started` once it says that it is ready to serve."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        async def listen(message: Message) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                started()

        await inner(scope, receive, listen if scope["type"] == "lifespan" else send)

    return application


def _headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    headers = scope["headers"]
    assert isinstance(headers, list)
    return [(name.lower(), value) for name, value in headers]


def _query(scope: Scope) -> bytes:
    query = scope.get("query_string", b"")
    assert isinstance(query, bytes)
    return query


def _is_administration(path: str) -> bool:
    return path.lstrip("/").lower().partition("/")[0] in _ADMINISTRATION


def _is_read(scope: Scope) -> bool:
    if scope["method"] in ("GET", "HEAD"):
        return True
    target = next((value for name, value in _headers(scope) if name == b"x-amz-target"), b"")
    return any(read in target.decode("latin-1").lower() for read in _READS)


async def _refuse(scope: Scope, send: Send, refusal: Refusal) -> None:
    """Answer with an error of AWS, in the format in which the client asked."""
    if any(name == b"x-amz-target" for name, _ in _headers(scope)):
        await _answer(scope, send, 403, {"__type": refusal.code, "message": refusal.message})
        return
    error = f"<Code>{refusal.code}</Code><Message>{refusal.message}</Message>"
    body = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>".encode()
    await _send(scope, send, 403, b"text/xml", body)


async def _answer(scope: Scope, send: Send, status: int, document: Mapping[str, object]) -> None:
    await _send(scope, send, status, b"application/json", json.dumps(document).encode())


async def _send(scope: Scope, send: Send, status: int, kind: bytes, body: bytes) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", kind), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
