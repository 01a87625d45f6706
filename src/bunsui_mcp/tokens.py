"""Who may call over HTTP: a file of names and tokens, read again whenever it changes."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from shlex import quote
from typing import TypeAlias

from mcp.server.auth.provider import AccessToken

from bunsui_core import log
from bunsui_core.domain.asker import is_agent_name
from bunsui_core.domain.errors import BadInput, BunsuiError, NotAuthorised, Unavailable

SHORTEST = 24
"""Characters of the shortest token that is taken: 18 random bytes in base64."""

HASHED = "sha256:"
"""Before the hex digest of a token, where the file does not hold the token itself."""

Stamp: TypeAlias = tuple[int, int, int]
"""Inode, time and size: a file that was changed has another one."""

_MAKE_ONE = "Write one with `openssl rand -base64 32`."


class Tokens:
    """The tokens of a file and whom each stands for; what was taken out is refused at once.

    With a `name` the file holds one token and nothing else; without one, `NAME TOKEN` a line.
    """

    def __init__(self, path: Path, name: str = "") -> None:
        self._path = path
        self._name = name
        self._make = _how_to_make(path, name)
        self._stamp, self._subjects = self._read()
        self._broken = False

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return whom a token stands for; nobody while the file cannot be used."""
        subject = self._current().get(sha256(token.encode()).hexdigest())
        if subject is None:
            return None
        return AccessToken(token=token, client_id=subject, subject=subject, scopes=[])

    def _current(self) -> Mapping[str, str]:
        try:
            if self._broken or _stamp(self._path, self._make) != self._stamp:
                self._stamp, self._subjects = self._read()
            self._broken = False
        except BunsuiError as error:
            if not self._broken:
                log.events("mcp").error("tokens_refused", code=error.code, message=str(error))
            self._subjects, self._broken = {}, True
        return self._subjects

    def _read(self) -> tuple[Stamp, Mapping[str, str]]:
        stamp, text = _content(self._path, self._make)
        lines = text.splitlines()
        said = [line.split() for line in lines if line.strip() and line.strip()[0] != "#"]
        rows = [[self._name, *words] for words in said] if self._name else said
        if not rows or (self._name and len(rows) > 1):
            wanted = "one token alone" if self._name else "`NAME TOKEN` a line"
            raise BadInput(f"{self._path} does not hold {wanted}.", self._make)
        subjects = [self._row(number, words) for number, words in enumerate(rows, 1)]
        if len(dict(subjects)) < len(subjects):
            raise BadInput(f"{self._path} holds a token twice.", "Give everybody their own.")
        return stamp, dict(subjects)

    def _row(self, number: int, words: list[str]) -> tuple[str, str]:
        match words:
            case [name, token] if is_agent_name(name):
                return _digest(token, f"token {number} of {self._path}"), name
            case _:
                # Not quoted: it may be a token in the wrong place.
                raise BadInput(
                    f"entry {number} of {self._path} is not a name and a token.",
                    "Write `NAME TOKEN` a line; a name has letters, digits, dots and dashes.",
                )


def _digest(token: str, where: str) -> str:
    if token.startswith(HASHED):
        digest = token.removeprefix(HASHED).lower()
        if len(digest) == 64 and not digest.strip("0123456789abcdef"):
            return digest
        raise BadInput(f"{where} is not a SHA-256 in hex.", f"Write `{HASHED}` and 64 digits.")
    if len(token) < SHORTEST:
        raise BadInput(f"{where} is shorter than {SHORTEST} characters.", _MAKE_ONE)
    return sha256(token.encode()).hexdigest()


def _stamp(path: Path, step: str) -> Stamp:
    """Return the file's stamp. Raises: NotAuthorised when others than its owner can use it."""
    try:
        return _checked(path, path.stat())
    except OSError as error:
        raise _unreadable(path, error, step) from error


def _checked(path: Path, status: os.stat_result) -> Stamp:
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NotAuthorised(
            f"{path} can be used by others than its owner.", f"Run `chmod 600 {path}`."
        )
    if status.st_uid not in {os.getuid(), 0}:
        raise NotAuthorised(f"{path} belongs to somebody else.", "Make one of your own.")
    return status.st_ino, status.st_mtime_ns, status.st_size


def _content(path: Path, step: str) -> tuple[Stamp, str]:
    try:
        with path.open(encoding="utf-8") as file:
            # Asked of the open file: a name can mean another one a moment later.
            return _checked(path, os.fstat(file.fileno())), file.read()
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not a text file.", step) from error
    except OSError as error:
        raise _unreadable(path, error, step) from error


def _unreadable(path: Path, error: OSError, step: str) -> Unavailable:
    return Unavailable(f"{path} cannot be read: {error.strerror}.", step)


def _how_to_make(path: Path, name: str) -> str:
    """Return the command that writes what the file has to hold, for its owner only."""
    made = "openssl rand -base64 32" if name else 'echo "NAME $(openssl rand -base64 32)"'
    return f"Write one with `(umask 077; {made} > {quote(str(path))})`."
