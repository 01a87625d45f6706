"""Attacks on what is executed: other plans, a changed world, two at once, crashes."""

from __future__ import annotations

from tests.attack.attacks import Attack, tests_in

EXECUTE = "unit/test_execute.py"
ONCE = "exactly_once/test_cases.py"
CROWD = "exactly_once/test_at_once.py"
PLANS = "attack/test_forged_plans.py"
INPUTS = "attack/test_forged_inputs.py"
REFERENCES = "attack/test_forged_references.py"
OUTLIVED = "attack/test_outlived_approvals.py"

WORLD = (
    Attack(
        "approve, change the world, execute",
        "status, redrives, last event, definition and graph are compared before each call",
        off=tests_in(ONCE, "a_repair_that_does_not_look_at_the_world_again_is_found"),
        on=tests_in(
            EXECUTE,
            "a_world_that_moved_makes_the_request_stale_with_a_difference",
            "a_new_definition_makes_the_request_stale",
            "what_died_before_its_redrive_does_not_redrive_what_began_anew_meanwhile",
        ),
    ),
    Attack(
        "two executors at once",
        "a request is claimed by one, and a lease that ran out does nothing",
        off=tests_in(ONCE, "an_executor_that_sleeps_over_its_lease_is_found"),
        on=(
            *tests_in(
                EXECUTE,
                "a_lease_that_still_runs_keeps_another_executor_away",
                "two_workers_and_two_approvals_at_once_make_one_effect",
            ),
            *tests_in(
                CROWD,
                "of_eight_executors_one_does_it",
                "eight_executors_take_over_from_a_dead_one_and_one_repairs_it",
                "eight_executors_that_each_think_the_others_lease_is_over_do_it_once",
            ),
        ),
    ),
    Attack(
        "a crash before or after any effect, then recovery; a stranger in between",
        "intent before effect, and a repair that looks before it calls",
        off=tests_in(ONCE, "a_retry_that_trusts_its_token_is_found"),
        on=tests_in(ONCE, "a_sample_of_the_cases_holds"),
    ),
    Attack(
        "an approval that its request outlived",
        "the executor looks again after it claimed the request",
        off=tests_in(OUTLIVED, "what_was_claimed_and_not_begun_is_done_in_time"),
        on=tests_in(
            OUTLIVED, "what_was_claimed_and_not_begun_is_not_done_once_its_approval_is_over"
        ),
    ),
    Attack(
        "a step that nobody proposed",
        "a plan names only what its session says, and does not understate its risk",
        off=tests_in(EXECUTE, "an_approved_redrive_happens_once"),
        on=tests_in(
            EXECUTE,
            "a_plan_that_names_what_is_not_the_sessions_own_is_not_executed",
            "a_plan_that_understates_its_risk_is_not_executed",
            "a_start_that_understates_its_risk_is_not_executed",
            "a_plan_for_another_account_is_not_executed",
        ),
    ),
    Attack(
        "a plan that hides steps behind others, in numbers or in text",
        "a plan is refused that its review could not show in full",
        off=tests_in(PLANS, "behind_a_canary_the_like_of_it_is_done"),
        on=tests_in(
            PLANS,
            "behind_a_canary_nothing_is_done_that_is_not_like_it",
            "one_job_is_not_touched_twice_by_one_plan",
            "a_thousand_steps_without_waves_are_not_done_and_not_looked_up",
            "a_plan_for_one_environment_does_not_touch_a_session_of_another",
            "a_session_of_another_environment_is_not_cancelled",
            "a_session_is_started_under_no_name_but_a_plain_one",
            "a_start_does_not_take_the_place_of_a_session_that_is_there",
            "nothing_that_an_asker_writes_makes_a_line_of_the_document",
            "an_old_plan_is_shown_and_not_executed_whatever_it_adds",
            "what_was_approved_as_one_version_is_not_run_as_the_other",
        ),
    ),
    Attack(
        "an input or preview that says one thing and runs another",
        "both are made anew just before the call",
        off=(),
        on=(
            *tests_in(
                INPUTS,
                "a_job_is_entered_with_nothing_but_what_the_step_says",
                "another_state_than_the_envelope_names_is_not_entered",
                "a_restart_does_not_enter_in_the_middle_by_its_input",
                "an_input_in_which_a_name_stands_twice_is_not_the_recorded_one",
                "a_preview_without_code_does_not_hide_which_states_run",
                "a_preview_that_hides_a_function_is_not_what_would_run",
            ),
            *tests_in(REFERENCES, "a_reference_that_does_not_hold_starts_nothing"),
        ),
    ),
)
