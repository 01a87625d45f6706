"""Key files in a folder, and the two clocks of a machine that a test turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bunsui_core.adapters.local.control.signing import Signers
from bunsui_core.domain.throttling import Moment
from bunsui_core.domain.trust import Approver
from tests.builders import NOW
from tests.local_home import HANAKO, LIGHT, PASSPHRASE

MESSAGE = b"bunsui/decision/v2\0{}"


@dataclass
class Machine:
    """A machine: its wall's clock, which can be set, its seconds since the boot, and the boot."""

    at: datetime = NOW
    ticks: float = 1000.0
    boot: str = "first"

    def moment(self) -> Moment:
        """This moment."""
        return Moment(at=self.at, ticks=self.ticks, boot=self.boot)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)
        self.ticks += seconds

    def set_clock(self, seconds: float) -> None:
        """Set the wall's clock forward or back."""
        self.at += timedelta(seconds=seconds)

    def reboot(self) -> None:
        """Start again; nobody knows any more how long ago anything was but by the wall's clock."""
        self.boot, self.ticks = f"{self.boot}+", 5.0


@dataclass
class Desk:
    """An approver's folder of keys; every process is one more `Signers` over it."""

    folder: Path
    machine: Machine = field(default_factory=Machine)

    def __post_init__(self) -> None:
        """Make Hanako's key."""
        self.signers = self.process()
        self.hanako = self.another(HANAKO)

    def process(self, minutes: int = 5) -> Signers:
        """What a process that just began holds."""
        return Signers(self.folder, self.machine.moment, None, minutes, LIGHT)

    def another(self, name: str, demo: bool = False) -> Approver:
        """Make one more approver's key."""
        made = self.signers.make(PASSPHRASE, demo)
        return Approver(
            name=name, key_id=made.key_id, public_key=made.public_key, is_demo=demo, added_at=NOW
        )

    @property
    def file(self) -> Path:
        """Hanako's key file."""
        return self.folder / f"{self.hanako.key_id}.json"

    @property
    def tries(self) -> Path:
        """The count of wrong passphrases beside it."""
        return self.folder / f"{self.hanako.key_id}.tries"
