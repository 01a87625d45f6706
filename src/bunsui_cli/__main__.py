"""The command `bunsui`: finds the noun, runs it, and turns every refusal into a sentence."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Sequence

import typer
from typer.main import get_command

from bunsui_cli.choosing import choose_environment, misplaced
from bunsui_cli.envelope import Problem
from bunsui_cli.exits import ExitCode, exit_code
from bunsui_cli.nouns import NOUNS
from bunsui_cli.output import occupy, refuse, write
from bunsui_cli.root import before_the_noun, completed_noun
from bunsui_core.domain.errors import BadInput, BunsuiError, NotFound
from bunsui_core.settings import local_settings

HELP = """The operations desk of AWS data pipelines.

An AI agent looks, explains and asks; a human decides; one executor does exactly that.
Start with `bunsui demo`. `bunsui -e NAME …` sees another environment of bunsui.toml.
`bunsui --version` prints the version."""


def main() -> None:
    """Run the command of this process and end it with a documented exit code."""
    # A command is short: collecting garbage while modules load only delays its answer.
    gc.disable()
    occupy()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        readable(arguments)
        arguments = choose_environment(arguments, os.environ)
        if list(arguments) == ["--version"]:
            return tell_version()
        command = get_command(command_line(arguments or completed_noun(os.environ, NOUNS)))
        result = command.main(
            list(arguments) or ["--help"], prog_name="bunsui", standalone_mode=False
        )
        sys.stdout.flush()
    except BunsuiError as error:
        refuse(Problem(error.code, error.message, step_after(error)), arguments)
        return exit_code(error)
    except typer.TyperException as error:
        told = error.format_message().replace("Value error, ", "")  # a word of a library
        step = misplaced(arguments) if "No such option" in told else ""
        refuse(Problem("bad_input", told, step or help_for(arguments)), arguments)
        return ExitCode.BAD_INPUT
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPTED
    except OSError as error:
        refuse(of_this_machine(error), arguments)
        return ExitCode.UNAVAILABLE
    except Exception as error:
        refuse(unexpected(error), arguments)
        return ExitCode.UNEXPECTED
    return result if isinstance(result, int) else ExitCode.OK


def tell_version() -> int:
    """Write which bunsui this is."""
    # No other command asks what is installed.
    from importlib.metadata import version

    write(f"bunsui {version('bunsui')}")
    return ExitCode.OK


def readable(arguments: Sequence[str]) -> None:
    """Pass when every argument is text. Raises: BadInput."""
    for one in arguments:
        if any("\ud800" <= char <= "\udfff" for char in one):
            raise BadInput(f"the argument {one!a} is not UTF-8.", "Write it in UTF-8.")


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """Return the called noun alone, or all of them for help, completion and wrong words."""
    called = [noun for noun in arguments[:1] if noun in NOUNS]
    root = typer.Typer(help=HELP, rich_markup_mode=None, callback=before_the_noun)
    for noun in called or NOUNS:
        root.add_typer(NOUNS[noun]())
    return root


def step_after(error: BunsuiError) -> str:
    """Return the next step of a refusal, with the command that lists what there is."""
    if isinstance(error, NotFound) and error.noun:
        return f"{error.next_step[:-1]}: `bunsui {error.noun} list`."
    return error.next_step


def help_for(arguments: Sequence[str]) -> str:
    """Return where the right words stand."""
    known = [word for word in arguments[:1] if word in NOUNS]
    return f"See `{' '.join(['bunsui', *known, *verb(arguments), '--help'])}`."


def verb(arguments: Sequence[str]) -> list[str]:
    """Return the verb of a command line, where its noun has it."""
    if arguments[:1] and arguments[0] in NOUNS:
        known = [one.name for one in NOUNS[arguments[0]]().registered_commands]
        return [word for word in arguments[1:2] if word in known]
    return []


def of_this_machine(error: OSError) -> Problem:
    """Return the sentence for a file, a disk or a network that this machine does not give."""
    what = f"{error.filename}: " if error.filename else ""
    return Problem(
        "unavailable",
        f"{what}{error.strerror or error}.",
        "Check the path, the disk and the permissions.",
    )


def unexpected(error: Exception) -> Problem:
    """Return the sentence for a defect of bunsui and keep its traceback in the log."""
    try:
        log = local_settings().log_path
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log.touch(mode=0o600)
        with log.open("a", encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(error)))
    except (OSError, BunsuiError):
        return Problem("error", f"this is a defect of bunsui: {error!r}", "Please report it.")
    return Problem(
        "error",
        f"this is a defect of bunsui: {type(error).__name__}.",
        f"Please report it with the end of {log}.",
    )


if __name__ == "__main__":
    main()
