"""The process that MiniStack believes to be a function's environment.

It hands its standard streams to the nursery, which forks the environment that serves on them, and
lives exactly as long. It is copied to where it runs, so it imports the standard library only.
"""

from __future__ import annotations

import json
import os
import socket

# Its working folder is <temporary>/<environment>/code.
NURSERY = "../../nursery"


def main() -> None:
    """Stand in for an environment until it ends."""
    document = json.dumps(dict(os.environ)).encode()
    with socket.socket(socket.AF_UNIX) as nursery:
        nursery.connect(NURSERY)
        socket.send_fds(nursery, [len(document).to_bytes(8, "big")], [0, 1, 2])
        nursery.sendall(document)
        nursery.recv(1)


if __name__ == "__main__":
    main()
