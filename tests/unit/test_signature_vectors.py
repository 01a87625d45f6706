"""Digests and signatures that never change, for bunsui and for whoever verifies without it.

`signatures.json` was signed once with the key that is made of the bytes 0 to 31. A value of an old
version must be read and give the same bytes for ever; a new version adds lines.
"""

from __future__ import annotations

import hashlib
import json
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.domain.approval import Decision, Effect
from bunsui_core.domain.audit import AuditEntry, effect_message
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trust import TrustChange
from bunsui_core.domain.value import Json
from tests.architecture.python_files import ROOT
from tests.builders import later

FILE = ROOT / "tests" / "golden" / "signatures.json"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PAGE = (ROOT / "docs" / "verifying.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

Vector = dict[str, Json]
VECTORS: list[Vector] = json.loads(FILE.read_text(encoding="utf-8"))

SIGNED = frozenset({"decision", "policy", "trust"})


def kind(vector: Vector) -> str:
    """What a vector is of: the second word of its domain."""
    return str(vector["domain"]).split("/")[1]


def effect(value: Json) -> bytes:
    """What is digested of an effect; who did it, and under which lease, is not."""
    assert isinstance(value, dict)
    lease = {"executor": "worker-1", "lease_until": later(minutes=1), "claims": 1}
    return effect_message(Effect.model_validate({**value, **lease}))


def policy(value: Json) -> bytes:
    """The signed bytes of a policy: of version 1 its text, of version 2 what stands for it."""
    (text,) = (one["text"] for one in VECTORS if "text" in one)
    header = _document(value) if value else {"key_id": ""}
    rest = {name: held for name, held in header.items() if name != "text_digest"}
    return SignedPolicy.model_validate({"text": text, "signature": "", **rest}).message


MESSAGES: dict[str, Callable[[Json], bytes]] = {
    "plan": lambda value: Plan.model_validate(value).message,
    "decision": lambda value: Decision.model_validate(value).message,
    "trust": lambda value: TrustChange.model_validate(value).message,
    "audit": lambda value: AuditEntry.model_validate(value).message,
    "effect": effect,
    "policy": policy,
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: str(one["what"]))
def test_a_value_gives_the_bytes_that_were_signed_for_ever(vector: Vector) -> None:
    message = MESSAGES[kind(vector)](vector.get("value"))

    assert hashlib.sha256(message).hexdigest() == vector["digest"]
    assert ("signature" in vector) is (kind(vector) in SIGNED)
    if "signature" in vector:
        assert KEY.sign(message).hex() == vector["signature"]
        assert is_signed(str(vector["public_key"]), message, str(vector["signature"]))


def test_the_vectors_have_every_kind_in_every_version() -> None:
    assert {str(one["domain"]) for one in VECTORS} == {
        "bunsui/plan/v1",
        "bunsui/plan/v2",
        "bunsui/decision/v1",
        "bunsui/decision/v2",
        "bunsui/policy/v1",
        "bunsui/policy/v2",
        "bunsui/trust/v1",
        "bunsui/effect/v1",
        "bunsui/audit/v1",
    }


def test_the_script_of_the_page_verifies_them_in_a_python_of_its_own(tmp_path: Path) -> None:
    script = written(tmp_path, 0)

    done = subprocess.run(
        [sys.executable, "-I", script, FILE], capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == len(VECTORS)
    assert "bunsui" not in SCRIPTS[0]
    assert len(SCRIPTS[0].splitlines()) <= 16


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: str(one["what"]))
def test_the_script_stops_at_a_value_that_was_changed(
    vector: Vector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, held = ("text", vector["text"]) if "text" in vector else ("value", vector["value"])
    changed = f"{held} " if isinstance(held, str) else {**_document(held), "added": 1}
    resigned = hashlib.sha256(b"other").hexdigest()

    with pytest.raises(AssertionError):
        run(tmp_path, monkeypatch, [{**vector, name: changed}])
    if "signature" in vector:
        other = json.dumps(changed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        body = changed if isinstance(changed, str) else other
        message = str(vector["domain"]).encode() + b"\0" + body.encode()
        resigned = hashlib.sha256(message).hexdigest()
        with pytest.raises(InvalidSignature):
            run(tmp_path, monkeypatch, [{**vector, name: changed, "digest": resigned}])


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, vectors: list[Vector]) -> None:
    """Run the page's first script over vectors."""
    given = folder / "given.json"
    given.write_text(json.dumps(vectors), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["verify.py", str(given)])
    runpy.run_path(str(written(folder, 0)))


def written(folder: Path, number: int) -> Path:
    """A script of the page as a file."""
    path = folder / f"verify{number}.py"
    path.write_text(SCRIPTS[number], encoding="utf-8")
    return path


def _document(value: Json) -> dict[str, Json]:
    assert isinstance(value, dict)
    return value
