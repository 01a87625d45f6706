"""Requests as an attacker sends them: signed as they should be, then changed, byte by byte."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import quote

from botocore.utils import normalize_url_path

from bunsui_core.adapters.emulator.record import REGION
from bunsui_core.adapters.emulator.record import Credentials as Key

if TYPE_CHECKING:
    from bunsui_core.adapters.emulator.record import LocalServer

JSON = "application/x-amz-json-1.0"
FORM = "application/x-www-form-urlencoded"
_CODE = re.compile(r'<Code>(\w+)</Code>|"__type": ?"(\w+)"')


@dataclass(frozen=True)
class Raw:
    """A request: what is signed, and what is sent after that."""

    service: str
    method: str = "POST"
    path: str = "/"
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def but(self, **changed: object) -> Raw:
        """The same request with something changed before it is signed."""
        return replace(self, **changed)  # type: ignore[arg-type]  # named like the fields

    def signed(
        self, key: Key, server: LocalServer, age: timedelta | None = None, leaves_out: str = ""
    ) -> Signed:
        """The request with its signature, made some time ago, over all but one header."""
        moment = (datetime.now(UTC) - (age or timedelta())).strftime("%Y%m%dT%H%M%SZ")
        headers = {"host": f"127.0.0.1:{server.port}", "x-amz-date": moment, **self.headers}
        if self.service == "s3":
            headers = {"x-amz-content-sha256": sha256(self.body), **headers}
        if self.token:
            headers["x-amz-security-token"] = self.token
        names = sorted(name for name in headers if name != leaves_out)
        path, _, query = self.path.partition("?")
        if self.service != "s3":
            path = quote(normalize_url_path(path), safe="/~")
        canonical = [self.method, path, "&".join(sorted(query.split("&")))]
        canonical += [f"{name}:{headers[name]}" for name in names]
        canonical += ["", ";".join(names), headers.get("x-amz-content-sha256", sha256(self.body))]
        scope = f"{moment[:8]}/{REGION}/{self.service}/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, sha256("\n".join(canonical))])
        signature = hmac.new(_signing_key(key, scope), text.encode(), hashlib.sha256).hexdigest()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={key.access_key_id}/{scope}, "
            f"SignedHeaders={';'.join(names)}, Signature={signature}"
        )
        return Signed(server.port, self.method, self.path, self.body, tuple(headers.items()))


def _signing_key(key: Key, scope: str) -> bytes:
    made = f"AWS4{key.secret_access_key}".encode()
    for part in scope.split("/"):
        made = hmac.new(made, part.encode(), hashlib.sha256).digest()
    return made


@dataclass(frozen=True)
class Signed:
    """A signed request, which may be changed before it is sent."""

    port: int
    method: str
    path: str
    body: str
    headers: Sequence[tuple[str, str]]

    def with_header(self, name: str, value: str) -> Signed:
        """The request with one more header."""
        return replace(self, headers=(*self.headers, (name, value)))

    def without(self, name: str) -> Signed:
        """The request without a header."""
        kept = tuple(one for one in self.headers if one[0].lower() != name.lower())
        return replace(self, headers=kept)

    def header(self, name: str) -> str:
        """The value of a header."""
        return next(value for one, value in self.headers if one.lower() == name.lower())

    def but(self, **changed: str) -> Signed:
        """The request with its method, path or body changed after it was signed."""
        return replace(self, **changed)  # type: ignore[arg-type]  # named like the fields

    def send(self) -> Answer:
        """Send it, exactly as it is."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(self.method, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers:
                connection.putheader(name, value)
            if not any(name.lower() == "content-length" for name, _ in self.headers):
                connection.putheader("Content-Length", str(len(self.body.encode())))
            connection.endheaders(self.body.encode())
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode())
        finally:
            connection.close()


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: str

    @property
    def code(self) -> str:
        """The code of the error, or `ok`."""
        if self.status < 300:
            return "ok"
        found = _CODE.search(self.body)
        return next((one for one in found.groups() if one), "") if found else str(self.status)


def sha256(text: str) -> str:
    """The digest of a body."""
    return hashlib.sha256(text.encode()).hexdigest()


def json_call(service: str, target: str, body: str, path: str = "/") -> Raw:
    """A call of a service that reads the operation from a header."""
    return Raw(
        service, path=path, body=body, headers={"x-amz-target": target, "content-type": JSON}
    )
