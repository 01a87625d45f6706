"""Attacks on what the policy says: its freezes, its rules, and what waits under it."""

from __future__ import annotations

from tests.attack.attacks import Attack, tests_in

EXECUTED = "unit/test_execute_policy.py"
GOVERNED = "unit/test_governing.py"
ASKED = "contract/test_requests.py"

POLICIES = (
    Attack(
        "what was approved before a freeze begun in it",
        "whoever approves and the worker ask the policy of that moment, before each step",
        off=tests_in(EXECUTED, "what_was_approved_before_a_freeze_runs_after_it"),
        on=tests_in(
            EXECUTED,
            "what_was_approved_before_a_freeze_runs_after_it",
            "a_plan_in_waves_stops_at_a_freeze_and_goes_on_after_it",
        ),
    ),
    Attack(
        "a rule about a pipeline avoided by a plan that names none",
        "the worker looks up the pipeline of each session, and an unknown one is denied",
        off=tests_in(EXECUTED, "the_worker_looks_up_the_pipeline_that_a_rule_asks_for[billing-1]"),
        on=(
            *tests_in(EXECUTED, "the_worker_looks_up_the_pipeline_that_a_rule_asks_for[orders-0]"),
            *tests_in(
                GOVERNED,
                "a_rule_about_a_pipeline_denies_where_nobody_looked_which_one_it_is",
            ),
        ),
    ),
    Attack(
        "requests of times to come, or without end, hide what another asked",
        "no later time is looked at, and everybody who asks has a share of what is",
        off=tests_in(ASKED, "what_claims_a_later_time_and_who_asks_without_end_hide_nothing"),
        on=tests_in(ASKED, "what_claims_a_later_time_and_who_asks_without_end_hide_nothing"),
    ),
)
