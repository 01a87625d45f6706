"""A script can tell from `$?` what kind of refusal it met."""

from __future__ import annotations

import pytest

from bunsui_cli.exits import ExitCode, exit_code
from bunsui_core.domain import errors
from bunsui_core.domain.errors import BunsuiError
from tests.architecture.python_files import ROOT

REFUSALS = [
    one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, BunsuiError) and one is not BunsuiError
]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_has_an_exit_code_of_its_own_kind(refusal: type[BunsuiError]) -> None:
    assert exit_code(refusal("wrong.", "Do this.")) not in {ExitCode.OK, ExitCode.UNEXPECTED}


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_documented(code: ExitCode) -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")

    assert f"| {code.value} |" in text
