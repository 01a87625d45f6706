"""A private key in a file, encrypted under a passphrase: scrypt, then ChaCha20-Poly1305."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bunsui_core.adapters.local.failure import unusable
from bunsui_core.domain.errors import NotAuthorised, NotFound, StoreDamaged
from bunsui_core.domain.value import Value

COST = 2**17
"""The scrypt cost of new keys: about 0.3 s and 128 MiB a guess (OWASP, Password Storage)."""

DEMO_COST = 2**10
"""The cost of a demo key: everybody is shown its passphrase, so there is nothing to guess."""

MOST_COST = 2**20
"""The highest cost a file may ask for, so that a planted one cannot exhaust the memory."""

BLOCK_SIZE = 8

HEX = re.compile(r"([0-9a-f]{2})+")


class SealedKey(Value):
    """What a key file holds; binary fields in hex. The key's id is authenticated with it."""

    version: int = 1
    key_id: str
    cost: int
    salt: str
    nonce: str
    sealed: str


def seal(key: Ed25519PrivateKey, key_id: str, passphrase: str, cost: int) -> SealedKey:
    """Return the key encrypted under a passphrase."""
    salt, nonce = os.urandom(16), os.urandom(12)
    cipher = ChaCha20Poly1305(_derive(passphrase, salt, cost))
    sealed = cipher.encrypt(nonce, key.private_bytes_raw(), key_id.encode())
    return SealedKey(
        key_id=key_id, cost=cost, salt=salt.hex(), nonce=nonce.hex(), sealed=sealed.hex()
    )


def unseal(sealed: SealedKey, passphrase: str) -> Ed25519PrivateKey:
    """Return the key. Raises: NotAuthorised for a wrong passphrase."""
    cipher = ChaCha20Poly1305(_derive(passphrase, bytes.fromhex(sealed.salt), sealed.cost))
    try:
        raw = cipher.decrypt(
            bytes.fromhex(sealed.nonce), bytes.fromhex(sealed.sealed), sealed.key_id.encode()
        )
    except InvalidTag as error:
        raise NotAuthorised("the passphrase does not open this key.", "Type it again.") from error
    return Ed25519PrivateKey.from_private_bytes(raw)


def write(path: Path, sealed: SealedKey) -> None:
    """Write a key file that only this user can read, and never over another one.

    Raises: Unavailable.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(sealed.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise unusable(path, error) from error


def read(path: Path) -> SealedKey:
    """Return what a key file holds. Raises: NotFound, StoreDamaged."""
    try:
        sealed = SealedKey.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise NotFound(
            f"the private key is not on this machine: {path} does not exist.",
            "Decide where it is, or with another approver's key.",
        ) from error
    except ValueError as error:
        raise _damaged(path) from error
    if not _is_sound(sealed):
        raise _damaged(path)
    return sealed


def _is_sound(sealed: SealedKey) -> bool:
    is_cost = 2 <= sealed.cost <= MOST_COST and sealed.cost.bit_count() == 1
    parts = (sealed.salt, sealed.nonce, sealed.sealed)
    return is_cost and len(sealed.nonce) == 24 and all(HEX.fullmatch(part) for part in parts)


def _derive(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=BLOCK_SIZE, p=1).derive(passphrase.encode())


def _damaged(path: Path) -> StoreDamaged:
    return StoreDamaged(f"{path} is not a key file.", "Restore it from a copy.")
