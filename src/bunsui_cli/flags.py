"""Commands whose flags are the fields of a value: more of them than a function may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import Parameter, Signature
from typing import TypeVar, get_type_hints

Given = TypeVar("Given")
Back = TypeVar("Back")


def from_flags(
    kind: type[Given],
) -> Callable[[Callable[[Given], Back]], Callable[..., Back]]:
    """Return what makes a command of a function, its flags the fields of the value it takes."""

    def made(command: Callable[[Given], Back]) -> Callable[..., Back]:
        def called(**said: object) -> Back:
            return command(kind(**said))

        hints = get_type_hints(kind, include_extras=True)
        found = [_parameter(one, hints[one.name]) for one in _fields(kind)]
        called.__dict__["__signature__"] = Signature(found)
        called.__annotations__ = hints
        called.__doc__, called.__name__ = command.__doc__, command.__name__
        return called

    return made


def _fields(kind: type[object]) -> tuple[Field[object], ...]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is no dataclass")
    return fields(kind)


def _parameter(one: Field[object], hint: object) -> Parameter:
    """A field as the parameter that typer makes a flag of; a list may be given several times."""
    default: object = Parameter.empty if one.default is MISSING else one.default
    if one.default_factory is not MISSING:
        default = []
    return Parameter(one.name, Parameter.KEYWORD_ONLY, default=default, annotation=hint)
