"""The flags of `bunsui init`: one for each of its questions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated

import typer

from bunsui_cli.output import AsJson
from bunsui_core.domain.environment import Environment, EnvironmentClass, Expose, StoreKind

NONE, ALL = "none", "all"
"""No profile, and every machine, in the words of a question."""


def flag(text: str) -> typer.models.OptionInfo:
    """Return an option whose default is not worth showing."""
    option: typer.models.OptionInfo = typer.Option(help=text, show_default=False)
    return option


def switch(name: str, text: str) -> typer.models.OptionInfo:
    """Return an option without a value and without an opposite."""
    option: typer.models.OptionInfo = typer.Option(name, help=text, show_default=False)
    return option


@dataclass(frozen=True)
class Wanted:
    """What the flags say; an empty one is asked for, or what is usual with --yes."""

    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What you call it.", show_default=False)
    ] = ""
    read_profile: Annotated[str, flag("The AWS profile that reads.")] = ""
    execute_profile: Annotated[str, flag("The AWS profile that changes; none: only look.")] = ""
    executes: Annotated[
        bool, switch("--executes", "Let a worker do there what was approved; never unless told.")
    ] = False
    account: Annotated[str, flag("The account; usually the reading profile's own.")] = ""
    region: Annotated[str, flag("The region; usually the reading profile's own.")] = ""
    new_region: Annotated[
        bool, switch("--new-region", "The region is right, though this boto3 does not know it.")
    ] = False
    kind: Annotated[
        EnvironmentClass | None,
        typer.Option("--class", help="How careful bunsui is there; production unless told."),
    ] = None
    expose: Annotated[
        Expose | None, flag("What an agent sees of inputs, outputs and log lines.")
    ] = None
    include: Annotated[
        list[str], flag("Watch only machines of this name or tag: orders-*, tag:team=data.")
    ] = field(default_factory=list)
    exclude: Annotated[list[str], flag("Do not watch these, by name or tag.")] = field(
        default_factory=list
    )
    event_queue: Annotated[str, flag("The URL of an SQS queue of status events.")] = ""
    keep_days: Annotated[
        int | None, flag("How many days archives are kept; for good unless told.")
    ] = None
    store: Annotated[
        StoreKind | None, flag("Where bunsui remembers: files here, or DynamoDB and S3.")
    ] = None
    table: Annotated[str, flag("The table of a store in DynamoDB; bunsui unless told.")] = ""
    bucket: Annotated[str, flag("The bucket of a store in DynamoDB.")] = ""
    approve_profile: Annotated[str, flag("The AWS profile that decides in such a store.")] = ""
    unlock_minutes: Annotated[
        int | None, flag("How many minutes a key lies open after unlocking; 5 unless told.")
    ] = None
    trust_root: Annotated[
        str, flag("The id of the first approver's key, on which all trust rests there.")
    ] = ""
    yes: Annotated[bool, switch("--yes", "Ask nothing: the flags, and what is usual.")] = False
    replace: Annotated[
        bool, switch("--replace", "Change the one of that name as the flags say.")
    ] = False
    print_policies: Annotated[
        bool, switch("--print-policies", "Print the least policies; write nothing.")
    ] = False
    as_json: AsJson = False


def over(wanted: Wanted, known: Environment) -> Wanted:
    """Return what the flags say, and where they say nothing, what is there already."""
    return replace(
        wanted,
        read_profile=wanted.read_profile or known.read_profile,
        execute_profile=wanted.execute_profile or known.execute_profile or NONE,
        executes=wanted.executes or known.executes,
        account=wanted.account or known.account,
        region=wanted.region or known.region,
        # What is in the file was taken before; `config check` tells what is odd about it.
        new_region=wanted.new_region or not wanted.region,
        kind=wanted.kind or known.kind,
        expose=wanted.expose or known.expose,
        include=wanted.include or list(known.include) or [ALL],
        exclude=wanted.exclude or list(known.exclude),
        event_queue=wanted.event_queue or known.event_queue,
        keep_days=_said(wanted.keep_days, known.keep_days),
        store=wanted.store or known.store,
        table=wanted.table or known.table,
        bucket=wanted.bucket or known.bucket,
        approve_profile=wanted.approve_profile or known.approve_profile,
        unlock_minutes=_said(wanted.unlock_minutes, known.unlock_minutes),
        trust_root=wanted.trust_root or known.trust_root,
    )


def _said(wanted: int | None, known: int) -> int:
    return known if wanted is None else wanted
