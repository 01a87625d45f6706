"""An AWS that always says the same, on this machine, for what no emulator can be brought to say."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = ipaddress.ip_address("127.0.0.1")

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
    signed_by: str = ""
    before: Callable[[str], None] = lambda _: None
    url: str = ""

    def to(self, authorization: str) -> Said:
        """What is said to a call that was signed like this."""
        self.before(authorization)
        self.calls += 1
        self.signed_by = authorization.partition("Credential=")[2].partition("/")[0]
        signed = [said for region, said in self.regions.items() if f"/{region}/" in authorization]
        return signed[0] if signed else self.usual


@contextmanager
def answering(usual: Said, tls: SSLContext | None = None, **regions: Said) -> Iterator[Answering]:
    """Serve until the end of the block, over TLS when that is given."""
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
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who hangs up is no news
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        spoken.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
        try:
            yield spoken
        finally:
            server.shutdown()
            thread.join()


def own_certificate(folder: Path) -> SSLContext:
    """A server's side of TLS with a certificate that nobody else signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a proxy")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOOPBACK)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain
    ) + signed.public_bytes(serialization.Encoding.PEM)
    (folder / "proxy.pem").write_bytes(pem)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "proxy.pem")
    return context
