"""Whether a region is one, as far as this boto3 knows; a newer one may be real all the same."""

from __future__ import annotations

from collections.abc import Iterator

from bunsui_core.adapters.aws.discovery import known_regions
from bunsui_core.domain.health import Check, Health
from bunsui_core.domain.nearest import nearest


def region_check(region: str) -> Iterator[Check]:
    """Yield a warning about a region that this boto3 does not know, with the nearest one."""
    known = known_regions()
    if region in known:
        return
    near = nearest(region, known)
    yield Check(
        name="region",
        health=Health.WARN,
        found=f"this boto3 knows no region {region}",
        next=(f"Did you mean {near}? " if near else "") + "If it is new, update boto3.",
    )
