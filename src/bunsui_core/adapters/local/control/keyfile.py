"""A private key in a file, encrypted under a passphrase: scrypt, then ChaCha20-Poly1305."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bunsui_core.adapters.local.control.guarded import contents
from bunsui_core.adapters.local.failure import unusable
from bunsui_core.domain.errors import NotAuthorised, StoreDamaged, StoreNewer, Unavailable
from bunsui_core.domain.value import Value

VERSION = 1
"""What this code writes and reads."""

COST = 2**17
"""The scrypt cost of new keys: about 0.3 s and 128 MiB a guess (OWASP, Password Storage)."""

DEMO_COST = 2**10
"""The cost of a demo key: everybody is shown its passphrase, so there is nothing to guess."""

MOST_COST = 2**20
"""The highest cost a file may ask for, so that a planted one cannot exhaust the memory."""

BLOCK_SIZE = 8
KEY_BYTES, TAG_BYTES, SECRET_BYTES = 32, 16, 32

HEX = re.compile(r"([0-9a-f]{2})+")


class SealedKey(Value):
    """What a key file holds; binary fields in hex. The key's id is authenticated with it."""

    version: int = VERSION
    key_id: str
    cost: int
    salt: str
    nonce: str
    sealed: str


def seal(key: Ed25519PrivateKey, key_id: str, passphrase: str, cost: int) -> SealedKey:
    """Return the key encrypted under a passphrase."""
    salt, nonce = os.urandom(16), os.urandom(12)
    raw = bytearray(key.private_bytes_raw())
    with _derived(passphrase, salt, cost) as secret:
        sealed = ChaCha20Poly1305(secret).encrypt(nonce, raw, key_id.encode())
    _wipe(raw)
    return SealedKey(
        key_id=key_id, cost=cost, salt=salt.hex(), nonce=nonce.hex(), sealed=sealed.hex()
    )


def unseal(sealed: SealedKey, passphrase: str) -> Ed25519PrivateKey:
    """Return the key. Raises: NotAuthorised for a wrong passphrase, Unavailable.

    What can be overwritten is: the derived secret and the plain key. Python cannot overwrite the
    passphrase itself, which is a text.
    """
    raw = bytearray(KEY_BYTES)
    nonce, body = bytes.fromhex(sealed.nonce), bytes.fromhex(sealed.sealed)
    try:
        with _derived(passphrase, bytes.fromhex(sealed.salt), sealed.cost) as secret:
            ChaCha20Poly1305(secret).decrypt_into(nonce, body, sealed.key_id.encode(), raw)
        return Ed25519PrivateKey.from_private_bytes(raw)
    except InvalidTag as error:
        raise NotAuthorised("the passphrase does not open this key.", "Type it again.") from error
    finally:
        _wipe(raw)


def write(path: Path, sealed: SealedKey) -> None:
    """Write a key file that only this user can read, and never over another one.

    Raises: Unavailable.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new(path, sealed)
    except OSError as error:
        raise unusable(path, error) from error


def replace(path: Path, sealed: SealedKey) -> None:
    """Write a key file in place of the old one: afterwards it is either, and whole.

    Raises: Unavailable.
    """
    new = path.with_suffix(".new")
    try:
        new.unlink(missing_ok=True)  # of a process that died in the middle
        _write_new(new, sealed)
        new.replace(path)
        _settle(path.parent)
    except OSError as error:
        raise unusable(path, error) from error


def read(path: Path) -> SealedKey:
    """Return what a key file holds.

    Raises: NotFound, StoreDamaged, StoreNewer, Unavailable; NotAuthorised when others could have
    read it.
    """
    try:
        sealed = SealedKey.model_validate_json(contents(path))
    except ValueError as error:
        raise _damaged(path) from error
    if sealed.version > VERSION:
        raise StoreNewer(f"{path} was written by a newer bunsui.", "Upgrade bunsui.")
    if not _is_sound(sealed):
        raise _damaged(path)
    return sealed


def _write_new(path: Path, sealed: SealedKey) -> None:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(sealed.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise
    except OSError:
        path.unlink(missing_ok=True)  # a full disk leaves no half of a key
        raise


def _settle(folder: Path) -> None:
    """Make a renaming outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_sound(sealed: SealedKey) -> bool:
    is_cost = 2 <= sealed.cost <= MOST_COST and sealed.cost.bit_count() == 1
    parts = (sealed.salt, sealed.nonce, sealed.sealed)
    is_long = (len(sealed.nonce), len(sealed.sealed)) == (24, 2 * (KEY_BYTES + TAG_BYTES))
    return is_cost and is_long and all(HEX.fullmatch(part) for part in parts)


@contextmanager
def _derived(passphrase: str, salt: bytes, cost: int) -> Iterator[bytearray]:
    """Give the secret that a passphrase makes, and overwrite it afterwards."""
    typed, secret = bytearray(passphrase.encode()), bytearray(SECRET_BYTES)
    try:
        Scrypt(salt=salt, length=SECRET_BYTES, n=cost, r=BLOCK_SIZE, p=1).derive_into(typed, secret)
        yield secret
    except MemoryError as error:
        raise Unavailable(
            f"opening a key takes {cost * BLOCK_SIZE * 128 // 2**20} MiB of memory, "
            "and there is not so much.",
            "Close other programs and type it again.",
        ) from error
    finally:
        _wipe(typed)
        _wipe(secret)


def _wipe(secret: bytearray) -> None:
    secret[:] = bytes(len(secret))


def _damaged(path: Path) -> StoreDamaged:
    return StoreDamaged(f"{path} is not a key file.", "Restore it from a copy.")
