"""What `bunsui init` asks a person, and what it takes where nobody is asked."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bunsui_cli.person import Person
from bunsui_cli.wanted import ALL, NONE, Wanted
from bunsui_core.domain.environment import (
    AMBIENT,
    UNLOCK_MINUTES,
    Environment,
    EnvironmentClass,
    Expose,
    StoreKind,
    environment_of,
    proper_name,
    usual_exposure,
)
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.nearest import nearest
from bunsui_core.domain.safe import safe
from bunsui_core.wiring.environments import account_of, profiles, regions

TRIES = 3
"""How often a question is asked before that is enough."""


@dataclass(frozen=True)
class Question:
    """One question: its words, its flag, and what Enter or --yes answers, if that is known."""

    words: str
    flag: str
    usual: str = ""


@dataclass(frozen=True)
class Asking:
    """Asks a person, if there is one, for what no flag says."""

    wanted: Wanted
    human: Person | None

    def environment(self) -> Environment:
        """Return the whole environment. Raises: BadInput, Unavailable, Refused."""
        wanted = self.wanted
        profile = wanted.read_profile or self._reader()
        region = self._known(wanted.region) if wanted.region else self._region(profile)
        account = wanted.account or account_of(profile, region)
        self._tell(f"The profile {profile} is of account {account}.")
        kind = wanted.kind or EnvironmentClass(self._kind())
        said: dict[str, object] = {
            "account": account,
            "region": region,
            "read_profile": profile,
            "execute_profile": without(NONE, wanted.execute_profile or self._executor()),
            "executes": wanted.executes,
            "class": kind,
            "expose": wanted.expose or Expose(self._exposure(usual_exposure({"kind": kind}))),
            "include": [one for one in wanted.include or self._include() if one != ALL],
            "exclude": wanted.exclude,
            "event_queue": wanted.event_queue,
            "keep_days": wanted.keep_days or 0,
            "store": wanted.store or StoreKind.SQLITE,
            "table": wanted.table,
            "bucket": wanted.bucket,
            "approve_profile": wanted.approve_profile,
            "unlock_minutes": (
                UNLOCK_MINUTES if wanted.unlock_minutes is None else wanted.unlock_minutes
            ),
            "trust_root": wanted.trust_root,
        }
        return environment_of(said, "the answers")

    def name(self, usual: str) -> str:
        """Return what the environment is called. Raises: BadInput."""
        if self.wanted.name:
            return proper_name(self.wanted.name)
        question = Question("What do you call this environment?", "NAME", slug(usual))
        return self.asked(question, proper_name)

    def agrees(self, question: str) -> bool:
        """Whether the person says yes; where nobody is asked, nobody does."""
        return self.human is not None and self.human.ask(f"{question} [y/N] ").lower()[:1] == "y"

    def asked(self, question: Question, accept: Callable[[str], str]) -> str:
        """Return an answer that is accepted. Raises: BadInput."""
        if self.human is None:
            if question.usual:
                return accept(question.usual)
            raise BadInput(f"nothing says {question.flag}.", f"Add {question.flag}.")
        hint = f" [{question.usual}]" if question.usual else ""
        for _ in range(TRIES):
            said = self.human.ask(f"{question.words}{hint} ") or question.usual
            try:
                return accept(said)
            except BadInput as error:
                self._tell(f"{error.message} {error.next_step}")
        raise BadInput(f"no answer to: {question.words}", f"Run it again, or add {question.flag}.")

    def _reader(self) -> str:
        found = [one.name for one in profiles()]
        named = os.environ.get("AWS_PROFILE", "")
        usual = named if named in found else found[0] if len(found) == 1 else ""
        self._tell(
            f"AWS profiles here: {', '.join(found) or 'none'}. "
            f"{AMBIENT} stands for what the AWS SDK finds without one."
        )
        question = Question(
            "Which of them reads?", "--read-profile", usual or ("" if found else AMBIENT)
        )
        return self.asked(question, lambda said: one_of(said, [*found, AMBIENT], "profile"))

    def _region(self, profile: str) -> str:
        own = next((one.region for one in profiles() if one.name == profile), "")
        usual = own or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "")
        question = Question("In which region?", "--region", usual)
        return self.asked(question, self._known)

    def _known(self, region: str) -> str:
        """Return a region that boto3 knows, or any that is said to be new. Raises: BadInput."""
        known = regions()
        if self.wanted.new_region or region in known:
            return region
        near = nearest(region, known)
        raise BadInput(
            f"there is no region {region!r}, as far as this boto3 knows.",
            (f"Did you mean {near!r}? " if near else "Write one such as eu-west-1. ")
            + "If it is new, add --new-region.",
        )

    def _executor(self) -> str:
        found = [NONE, *(one.name for one in profiles()), AMBIENT]
        question = Question(
            "Which profile changes things, once bunsui executes there?", "--execute-profile", NONE
        )
        return self.asked(question, lambda said: one_of(said, found, "profile"))

    def _kind(self) -> str:
        question = Question("dev or production?", "--class", EnvironmentClass.PRODUCTION)
        return self.asked(question, lambda said: one_of(said, EnvironmentClass, "class"))

    def _exposure(self, usual: Expose) -> str:
        words = "What may an agent see of inputs, outputs and log lines: none, keys or values?"
        return self.asked(
            Question(words, "--expose", usual), lambda said: one_of(said, Expose, "level")
        )

    def _include(self) -> list[str]:
        words = "Which machines: names such as orders-*, tags such as tag:team=data, or all?"
        return self.asked(Question(words, "--include", ALL), str).replace(",", " ").split()

    def _tell(self, text: str) -> None:
        if self.human:
            self.human.tell(safe(text))


def without(nothing: str, said: str) -> str:
    """Return what was said, and the empty string for the word that stands for nothing."""
    return "" if said == nothing else said


def one_of(said: str, known: Iterable[str], what: str) -> str:
    """Return the answer when it is one of those. Raises: BadInput, with the nearest one."""
    choices = [str(one) for one in known]
    if said in choices:
        return said
    near = nearest(said, choices)
    some = ", ".join(choices[:12])
    step = f"Did you mean {near!r}?" if near else f"It may be one of: {some}."
    raise BadInput(f"there is no {what} {said!r}.", step)


def slug(text: str) -> str:
    """Return a name for an environment made of another one."""
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-_")[:40]
