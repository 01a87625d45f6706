"""Every attack that bunsui is known to withstand, in the order of docs/security.md."""

from __future__ import annotations

from tests.attack.agent_attacks import AGENT
from tests.attack.asker_attacks import ASKERS
from tests.attack.attacks import Attack
from tests.attack.decision_attacks import DECISION
from tests.attack.key_attacks import KEYS
from tests.attack.outside_attacks import OUTSIDE
from tests.attack.policy_attacks import POLICIES
from tests.attack.trust_attacks import TRUSTED
from tests.attack.world_attacks import WORLD

ATTACKS: tuple[Attack, ...] = (
    *AGENT,
    *ASKERS,
    *DECISION,
    *TRUSTED,
    *POLICIES,
    *KEYS,
    *WORLD,
    *OUTSIDE,
)
