"""Chain into the record what was asked, decided and done, each of it once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bunsui_core.domain.approval import Request
from bunsui_core.domain.audit import Export, Fact, fact_of, facts_of, facts_of_trust
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.throttling import Guessed
from bunsui_core.ports.control import Audit, Trust
from bunsui_core.ports.store import Requests

MOST_KNOWN = 100_000
"""How many facts a witness remembers to have recorded."""


class Witness:
    """Records what it sees; what it recorded it does not ask the record about again."""

    def __init__(self, audit: Audit, requests: Requests) -> None:
        self._audit = audit
        self._requests = requests
        self._known: set[Fact] = set()

    def see(self, request: Request, now: datetime) -> None:
        """Record a request, its decisions, its withdrawal, and how it ended.

        Raises: StoreDamaged, Unavailable.
        """
        for fact in facts_of(request, self._requests.decisions(request.id)):
            self._record(fact, now)
        effect = self._requests.effect(request.id)
        if effect and effect.state.is_final:
            self._record(fact_of(effect), now)

    def see_trust(self, trust: Trust, now: datetime) -> None:
        """Record each change of who is trusted, and each policy that an approver signed.

        Raises: StoreDamaged, Unavailable.
        """
        signed = tuple(
            one for one in trust.policies() if trust.verify(one.key_id, one.message, one.signature)
        )
        for fact in facts_of_trust(trust.trust(), signed):
            self._record(fact, now)

    def see_guesses(self, guesses: Iterable[Guessed], trust: Trust, now: datetime) -> None:
        """Record that a trusted key had to wait because of wrong passphrases.

        Raises: StoreDamaged, Unavailable.
        """
        names = {one.key_id: one.name for one in trust.trusted()} if guesses else {}
        for one in guesses:
            if name := names.get(one.key_id):
                digest = text_digest(one.told)
                self._record(Fact("passphrase_refused", one.told, name, digest), now)

    def see_exports(self, exports: Iterable[Export]) -> None:
        """Record what was exported, at the time that its note says.

        Raises: StoreDamaged, Unavailable.
        """
        for one in exports:
            self._record(one.fact, one.at)

    def _record(self, fact: Fact, now: datetime) -> None:
        if fact in self._known:
            return
        self._audit.append(*fact, now)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known.add(fact)
