"""What the AWS configuration of this user already knows: profiles and regions."""

from __future__ import annotations

from bunsui_core.adapters.aws.errors import translated
from bunsui_core.domain.value import Value


class FoundProfile(Value):
    """A profile of the user's files, with the region it names, if it names one."""

    name: str
    region: str


def found_profiles() -> tuple[FoundProfile, ...]:
    """Return the profiles of this user, by name; nothing is asked of AWS. Raises: Unavailable."""
    import botocore.session

    with translated("the profiles of this user"):
        known = botocore.session.Session().full_config.get("profiles", {})
    return tuple(
        FoundProfile(name=name, region=str(known[name].get("region", ""))) for name in sorted(known)
    )


def known_regions() -> tuple[str, ...]:
    """Return the regions in which Step Functions is, as boto3 knows them."""
    import boto3

    session = boto3.Session()
    partitions = session.get_available_partitions()
    found = {
        region
        for partition in partitions
        for region in session.get_available_regions("stepfunctions", partition_name=partition)
    }
    return tuple(sorted(found))
