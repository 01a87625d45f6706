"""Machines made at random: choices, branches, maps and catches in one another."""

from __future__ import annotations

import random

from bunsui_core.domain.value import Json

Asl = dict[str, Json]
DEEPEST = 2


class RandomMachine:
    """A machine of a seed. Every state leaves a mark, so that another way gives another output."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._number = 0
        self.definition = self._machine(0)
        self.given: Json = {
            "flags": [self._dice.random() < 0.5 for _ in range(self._number + 1)],
            "items": [[0] * self._dice.randrange(3) for _ in range(self._number + 1)],
        }

    def _machine(self, depth: int) -> Asl:
        states: Asl = {}
        first = self._row(states, depth, "")
        return {"StartAt": first, "States": states}

    def _row(self, states: Asl, depth: int, then: str) -> str:
        """Add states one after the other, from the last to the first; return the first."""
        for _ in range(self._dice.randrange(1, 4 - depth)):
            kinds = [self._mark, self._mark, self._choice, self._parallel, self._map, self._caught]
            make = self._dice.choice(kinds[:2] if depth >= DEEPEST else kinds)
            then = make(states, depth, then)
        return then

    def _mark(self, states: Asl, depth: int, then: str) -> str:
        name = self._name("Mark")
        number = self._number
        states[name] = {
            "Type": "Pass",
            "Parameters": number,
            "ResultPath": f"$.m{number}",
            "Assign": {"last": number},
            **_after(then),
        }
        return name

    def _choice(self, states: Asl, depth: int, then: str) -> str:
        join = then or self._mark(states, depth, "")
        name = self._name("Choice")
        flag: Json = {
            "Variable": f"$.flags[{self._number}]",
            "BooleanEquals": True,
            "Next": self._row(states, depth + 1, join),
        }
        states[name] = {"Type": "Choice", "Choices": [flag], "Default": join}
        return name

    def _parallel(self, states: Asl, depth: int, then: str) -> str:
        name = self._name("Parallel")
        path = f"$.p{self._number}"
        branches: list[Json] = [self._machine(depth + 1) for _ in range(2)]
        states[name] = {
            "Type": "Parallel",
            "Branches": branches,
            "ResultPath": path,
            **_after(then),
        }
        return name

    def _map(self, states: Asl, depth: int, then: str) -> str:
        name = self._name("Map")
        number = self._number
        states[name] = {
            "Type": "Map",
            "ItemsPath": f"$.items[{number}]",
            "ItemSelector": {"flags.$": "$.flags", "items.$": "$.items"},
            "ItemProcessor": self._machine(depth + 1),
            "ResultPath": f"$.e{number}",
            **_after(then),
        }
        return name

    def _caught(self, states: Asl, depth: int, then: str) -> str:
        """A state that fails when a flag says so; the failure is caught."""
        name, bad, well = self._name("Tried"), self._name("Bad"), self._name("Well")
        flag: Json = {
            "Variable": f"$.flags[{self._number}]",
            "BooleanEquals": True,
            "Next": bad,
        }
        inner: Asl = {
            f"If{bad}": {"Type": "Choice", "Choices": [flag], "Default": well},
            bad: {"Type": "Fail", "Error": "Bad"},
            well: {"Type": "Pass", "End": True},
        }
        handler = self._row(states, depth + 1, then)
        catch: Json = {"ErrorEquals": ["Bad"], "ResultPath": "$.error", "Next": handler}
        states[name] = {
            "Type": "Parallel",
            "Branches": [{"StartAt": f"If{bad}", "States": inner}],
            "ResultPath": None,
            "Catch": [catch],
            **_after(then),
        }
        return name

    def _name(self, kind: str) -> str:
        self._number += 1
        return f"{kind}{self._number}"


def _after(then: str) -> Asl:
    return {"Next": then} if then else {"End": True}
