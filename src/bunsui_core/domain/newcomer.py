"""The public half of a newcomer's key in one line, which she makes and a lead reads."""

from __future__ import annotations

import re

from bunsui_core.domain.canonical import canonical_json
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.naming import NAME
from bunsui_core.domain.signing import key_id_of
from bunsui_core.domain.trust import Holder, Named, Role
from bunsui_core.domain.trusting import IsSigned
from bunsui_core.domain.value import Value

WORD = "bunsui-key-v1"
"""How the line begins."""

LONGEST = 4096
"""Characters of the longest line that is read."""

_PUBLIC, _PROOF = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{128}")
_KMS = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,64}")


class Newcomer(Value):
    """A key that nobody trusts yet, under the name its owner chose.

    `proof` is her signature over the rest, so that nobody is added with a key that is not hers.
    """

    name: str
    public_key: str
    holder: Holder = Holder.FILE
    kms_key: str = ""
    proof: str = ""

    @property
    def message(self) -> bytes:
        """What the proof covers."""
        said = self.model_dump(mode="json", exclude={"proof"})
        return b"bunsui/newcomer/v1\0" + canonical_json(said)

    @property
    def key_id(self) -> str:
        """The id of the key, which two people can compare by voice."""
        return key_id_of(self.public_key)

    @property
    def line(self) -> str:
        """All of it, in one line."""
        words = (WORD, self.name, self.holder.value, self.public_key, self.proof, self.kms_key)
        return " ".join(words).rstrip()

    def named(self, role: Role) -> Named:
        """Return her as a change of the trust list names her."""
        return Named(
            name=self.name,
            key_id=self.key_id,
            public_key=self.public_key,
            is_demo=False,
            role=role,
            holder=self.holder,
            kms_key=self.kms_key,
        )


def newcomer_of(text: str, is_signed: IsSigned) -> Newcomer:
    """Return whom a line names. Raises: BadInput when it is none, or was changed on its way."""
    words = text.split()
    if len(text) > LONGEST or len(words) < 4 or words[0] != WORD:
        raise BadInput(
            "this is not the public half of a key.",
            "It is the line that `bunsui approvers key NAME` printed for its owner.",
        )
    name, holder, *rest = words[1:]
    # A terminal may have broken the line anywhere from here on.
    digits = "".join(rest)
    public, proof, kms_key = digits[:64], digits[64:192], digits[192:]
    is_kms = holder == Holder.KMS
    is_whole = (
        bool(NAME.fullmatch(name) and _PUBLIC.fullmatch(public) and _PROOF.fullmatch(proof))
        and holder in set(Holder)
        and bool(_KMS.fullmatch(kms_key)) is is_kms
    )
    if is_whole:
        found = Newcomer(
            name=name, public_key=public, holder=Holder(holder), kms_key=kms_key, proof=proof
        )
        if is_signed(public, found.message, proof):
            return found
    raise BadInput(
        "this line was changed on its way: its owner's key did not sign it as it is.",
        "Ask her for it again, and compare the id of the key with her.",
    )
