from __future__ import annotations

from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.preview import Preview
from bunsui_core.domain.previewing import preview
from bunsui_core.domain.session import JobRun
from tests.builders import a_failed_attempt, a_session, machine

# offer waits for stock and prices, which wait for nobody.
OFFERS = Pipeline.model_validate(
    {
        "name": "offers",
        "jobs": [
            {"name": "stock", "machine": machine("stock")},
            {"name": "prices", "machine": machine("prices")},
            {"name": "offer", "machine": machine("offer"), "after": ["stock", "prices"]},
        ],
    }
)


def preview_of(*failed: str) -> Preview:
    """What happens when the first of the failed jobs runs again."""
    runs = tuple(
        JobRun(job=name, attempts=(a_failed_attempt(name),) if name in failed else ())
        for name in OFFERS.order
    )
    return preview(a_session(pipeline=OFFERS, runs=runs), failed[0])


def test_what_follows_says_which_other_failed_job_it_waits_for() -> None:
    found = preview_of("prices", "stock")

    assert (found.follows, found.also_needs) == (("offer",), ("stock",))
    assert found.following == "offer (never ran), once stock is repaired too"


def test_what_follows_waits_for_nobody_else_when_one_job_failed() -> None:
    found = preview_of("prices")

    assert (found.also_needs, found.following) == ((), "offer (never ran)")


def test_nothing_follows_the_last_job() -> None:
    assert preview_of("offer").following == ""
