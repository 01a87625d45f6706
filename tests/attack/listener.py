"""A listening socket that counts who reaches it and hangs up."""

from __future__ import annotations

import socket
import threading


class Listener:
    """Accepts connections on a loopback port, counts them, and closes each at once."""

    def __init__(self) -> None:
        self.reached = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, name="listener")
        self._thread.start()

    @property
    def url(self) -> str:
        """Its address as an endpoint."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        """Stop listening and wait for the end of its thread."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.reached += 1
            connection.close()
