"""Play every case over files and over a table, and print how many there were and what failed."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.dynamo_home import clients_of, made
from tests.emulator.inside import FIRST_ACCOUNT, serving
from tests.exactly_once.cases import all_cases, faults
from tests.exactly_once.ground import Ground
from tests.exactly_once.scripts import scripts
from tests.local_home import LocalHome


def main() -> int:
    """Play all of it; 1 when a case does not hold."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name) / "aws") as server:
        folder = Path(name)
        clients = clients_of(server.url, str(FIRST_ACCOUNT))
        grounds = {
            "files": Ground(LocalHome(folder / "files"), folder),
            "table": Ground(made(clients, "exactly-once", folder / "table"), folder),
        }
        found = [
            wrong for store, ground in grounds.items() for wrong in played(store, ground, folder)
        ]
        clients.close()
    sys.stdout.writelines(f"{wrong}\n" for wrong in found)
    return 1 if found else 0


def played(store: str, ground: Ground, folder: Path) -> list[str]:
    """Play every case over one store, and tell of it kind by kind."""
    planned = scripts(folder / f"planned-{store}")
    every = tuple(all_cases(ground, planned))
    began, wrong = time.monotonic(), list[str]()
    for kind, count in Counter(case.kind for case in every).items():
        found = faults(ground, planned, (case for case in every if case.kind == kind))
        sys.stdout.write(f"{store:6} {kind:10} {count:5} cases {len(found):3} wrong\n")
        wrong += found
    took = time.monotonic() - began
    sys.stdout.write(
        f"{store:6} {'all':10} {len(every):5} cases {len(wrong):3} wrong, {took:.0f} s\n"
    )
    return wrong


if __name__ == "__main__":
    sys.exit(main())
