"""An AWS that always says the same, on this machine, for what no emulator can be brought to say."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ACCOUNT = "123456789012"
IDENTITY = f"""<GetCallerIdentityResponse><GetCallerIdentityResult>
<Arn>arn:aws:iam::{ACCOUNT}:user/reader</Arn><UserId>A</UserId><Account>{ACCOUNT}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""


@dataclass(frozen=True)
class Said:
    """A status and what stands below it."""

    status: int
    text: str


GOOD = Said(200, IDENTITY)


def refusal(code: str, message: str, status: int = 403) -> Said:
    """What STS says when it refuses."""
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return Said(status, f"<ErrorResponse>{error}</ErrorResponse>")


@dataclass
class Answering:
    """The server: what it says to calls for each region, and how many there were."""

    usual: Said
    regions: dict[str, Said] = field(default_factory=dict)
    calls: int = 0
    url: str = ""

    def to(self, authorization: str) -> Said:
        """What is said to a call that was signed like this."""
        self.calls += 1
        signed = [said for region, said in self.regions.items() if f"/{region}/" in authorization]
        return signed[0] if signed else self.usual


@contextmanager
def answering(usual: Said, **regions: Said) -> Iterator[Answering]:
    """Serve until the end of the block."""
    spoken = Answering(usual, {name.replace("_", "-"): said for name, said in regions.items()})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            said = spoken.to(self.headers.get("Authorization", ""))
            body = said.text.encode()
            self.send_response(said.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        spoken.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield spoken
        finally:
            server.shutdown()
            thread.join()
