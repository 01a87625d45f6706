"""Everything bunsui refuses or cannot do, each with a stable code and the next step.

BunsuiError
├── BadInput            bad_input        an argument, a file or a cursor that cannot be used
├── NotFound            not_found        a session, job, request or object that is not there
├── Refused             refused          a rule, a verdict or a policy says no
│   ├── Conflict        conflict         somebody else changed the same thing first
│   └── Stale           stale            the world moved since the plan was reviewed
├── NotAuthorised       not_authorised   passphrase, key, signature or credential is not good
├── Unavailable         unavailable      AWS, the embedded AWS or a file cannot be reached now
└── StoreDamaged        store_damaged    the store's file is not readable as one
    └── StoreNewer      store_newer      the store was written by a newer bunsui
"""

from __future__ import annotations


class BunsuiError(Exception):
    """A refusal with what is wrong and what to do next."""

    code = "error"

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(f"{message} {next_step}".strip())
        self.message = message
        self.next_step = next_step


class BadInput(BunsuiError):
    """An argument, a file or a cursor cannot be used."""

    code = "bad_input"


class NotFound(BunsuiError):
    """The named thing is not there."""

    code = "not_found"

    def __init__(self, message: str, next_step: str, noun: str = "") -> None:
        super().__init__(message, next_step)
        self.noun = noun
        """Whose list has those that are there, in the words of the command line."""


class Refused(BunsuiError):
    """A rule, a verdict or a policy says no."""

    code = "refused"


class Conflict(Refused):
    """Somebody else changed the same thing first."""

    code = "conflict"


class Stale(Refused):
    """The world moved since the plan was reviewed."""

    code = "stale"


class NotAuthorised(BunsuiError):
    """A passphrase, key, signature or credential is not good."""

    code = "not_authorised"


class Unavailable(BunsuiError):
    """AWS, the embedded AWS or a file cannot be reached now."""

    code = "unavailable"


class StoreDamaged(BunsuiError):
    """The store's file is not readable as one."""

    code = "store_damaged"


class StoreNewer(StoreDamaged):
    """The store was written by a newer bunsui."""

    code = "store_newer"
