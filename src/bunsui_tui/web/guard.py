"""Who may open the terminal UI in a browser: whoever has its address, on this machine."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

HOST = "127.0.0.1"
"""Loopback only: whoever reaches the page can look at everything and answers with a passphrase."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "font-src 'self'; img-src 'self' data:; connect-src 'self' {socket}; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer carries: nothing of the page comes from or goes to another machine."""


@dataclass(frozen=True)
class Address:
    """Where the page is: the port, and the secret that only who started it knows."""

    port: int
    secret: str

    @property
    def url(self) -> str:
        """The address to open."""
        return f"http://{HOST}:{self.port}/{self.secret}/"

    @property
    def socket(self) -> str:
        """The address that the page itself speaks to."""
        return f"ws://{HOST}:{self.port}/{self.secret}/ws"

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which a browser may ask for it; any other was made to point here."""
        return frozenset({f"{HOST}:{self.port}", f"localhost:{self.port}"})

    def headers(self) -> Mapping[str, str]:
        """Return what every answer carries."""
        sockets = " ".join(f"ws://{host}" for host in sorted(self.hosts))
        return {name: text.format(socket=sockets) for name, text in HEADERS.items()}


def refusal(address: Address, path: str, headers: Mapping[str, str]) -> int:
    """Return the status that refuses a request, or zero when it may pass.

    A page of another site can neither learn the secret nor use a connection: its origin is wrong.
    """
    if headers.get("Host", "") not in address.hosts:
        return 421
    given = path.lstrip("/").split("/", 1)[0]
    if not hmac.compare_digest(given.encode(), address.secret.encode()):
        return 404
    origin = headers.get("Origin")
    if origin is not None and origin not in {f"http://{host}" for host in address.hosts}:
        return 403
    return 0
