"""Attacks on what was decided: forged, bent, stolen, repeated or outlived."""

from __future__ import annotations

from tests.attack.attacks import Attack, tests_in

FORGED = "attack/test_forged_decisions.py"
DISARMED = "attack/test_disarmed_checks.py"
REPLAYED = "attack/test_replayed_stores.py"
PERSON = "cli/test_person.py"
THROTTLED = "unit/test_throttled_passphrases.py"
UNLOCKED = "unit/test_unlocked_keys.py"

DECISION = (
    Attack(
        "a decision with one byte changed",
        "the signature covers every byte of what was decided",
        off=tests_in(
            FORGED,
            "a_decision_altered_after_signing_counts_only_where_signatures_are_believed",
        ),
        on=tests_in(
            FORGED,
            "a_decision_altered_after_signing_counts_only_where_signatures_are_believed",
            "one_byte_of_the_signature_changed_makes_it_worthless",
        ),
    ),
    Attack(
        "a good signature under a decision of another plan, policy, risk or review",
        "the worker compares each digest in the decision with what it is about to do",
        off=tests_in(DISARMED, "without_the_comparison_a_decision_under_the_wrong_words_counts"),
        on=tests_in(FORGED, "a_good_signature_under_the_wrong_words_does_not_count"),
    ),
    Attack(
        "an expired decision",
        "a decision says until when it counts, and never outlives its request",
        off=tests_in(DISARMED, "who_does_not_look_at_the_clock_begins_what_is_over"),
        on=tests_in(FORGED, "a_decision_is_worth_nothing_once_it_has_expired"),
    ),
    Attack(
        "a decision by an unknown key",
        "a key counts when the trust list says so",
        off=tests_in(DISARMED, "without_signatures_an_unknown_key_decides_under_a_trusted_id"),
        on=tests_in(FORGED, "an_unknown_key_decides_nothing"),
    ),
    Attack(
        "a decision by a revoked key",
        "revocation is looked at when a plan is executed, not when it was approved",
        off=tests_in(FORGED, "a_revoked_key_decides_nothing_any_more"),
        on=tests_in(
            FORGED,
            "a_revoked_key_decides_nothing_any_more",
            "a_policy_whose_signer_was_revoked_allows_nothing",
        ),
    ),
    Attack(
        "the asker approves",
        "who asks decides where a signed policy says self, and nowhere else",
        off=tests_in(FORGED, "who_asks_decides_only_where_the_policy_says_self"),
        on=tests_in(FORGED, "who_asks_decides_only_where_the_policy_says_self"),
    ),
    Attack(
        "one approver decides twice where two must",
        "humans are counted, by name and by key, not decisions",
        off=tests_in(
            DISARMED,
            "without_counting_humans_two_approvals_of_fewer_than_two_are_enough",
        ),
        on=tests_in(
            FORGED,
            "where_two_must_approve_one_approver_is_not_two",
            "a_flawed_second_approval_does_not_make_two",
        ),
    ),
    Attack(
        "a plan edited after its review",
        "the decision signs the digest of the whole plan",
        off=tests_in(DISARMED, "without_the_comparison_an_edited_plan_runs_under_the_old_decision"),
        on=tests_in(FORGED, "a_request_edited_after_the_decision_is_not_what_was_approved"),
    ),
    Attack(
        "the clock set back",
        "nothing is done at a moment before its request",
        off=tests_in(FORGED, "the_honest_decision_counts"),
        on=tests_in(FORGED, "a_clock_set_back_before_the_request_executes_nothing"),
    ),
    Attack(
        "the policy edited in its file",
        "a policy without a good signature denies",
        off=tests_in(DISARMED, "without_signatures_an_edited_policy_is_in_force"),
        on=tests_in(FORGED, "a_policy_edited_in_the_file_allows_nothing"),
    ),
    Attack(
        "an approval through the command line without a terminal",
        "the passphrase is read from the controlling terminal, and there is no flag for it",
        off=tests_in(PERSON, "a_person_reviews_and_approves"),
        on=tests_in(
            PERSON,
            "a_passphrase_from_a_program_is_not_taken",
            "there_is_no_option_for_a_passphrase",
        ),
    ),
    Attack(
        "a rejection turned into an approval",
        "the answer is part of what is signed",
        off=tests_in(DISARMED, "a_rejection_is_not_turned_into_an_approval"),
        on=tests_in(DISARMED, "a_rejection_is_not_turned_into_an_approval"),
    ),
    Attack(
        "a freeze lifted by words put under an old signature, or by who may not",
        "version 2 of a decision signs the typed reason; the policy says who may lift",
        off=tests_in(DISARMED, "a_freeze_is_not_lifted_by_words_that_the_signature_does_not_cover"),
        on=tests_in(
            DISARMED,
            "a_freeze_is_not_lifted_by_words_that_the_signature_does_not_cover",
            "an_approver_who_may_not_lift_a_freeze_lifts_none",
        ),
    ),
    Attack(
        "a decision, or a whole store, played back",
        "a request is consumed once, and a copy finds a world that has moved",
        off=tests_in(REPLAYED, "without_a_look_at_the_world_a_copy_would_do_it_again"),
        on=tests_in(
            REPLAYED,
            "a_copy_of_the_store_executes_nothing_that_was_executed",
            "the_same_request_is_executed_once_from_one_store",
            "a_decision_is_recorded_once_and_not_again_under_another_request",
        ),
    ),
    Attack(
        "a passphrase guessed by trying",
        "each wrong one doubles the wait, counted beside the key",
        off=tests_in(
            THROTTLED, "the_right_one_opens_it_when_the_wait_is_over_and_begins_the_count_anew"
        ),
        on=tests_in(
            THROTTLED,
            "after_three_wrong_passphrases_not_even_the_right_one_opens_the_key",
            "a_new_process_and_another_boot_do_not_begin_the_count_anew",
            "a_clock_that_is_set_does_not_shorten_a_wait",
            "guesses_at_once_are_counted_one_by_one",
            "a_process_that_is_killed_while_it_tries_has_tried",
        ),
    ),
    Attack(
        "a key that is open used by another process, for other words or for longer",
        "it is open in one process's memory, for minutes, and signs decisions alone",
        off=tests_in(UNLOCKED, "an_unlocked_key_signs_without_its_passphrase"),
        on=tests_in(
            UNLOCKED,
            "an_unlocked_key_signs_decisions_and_nothing_else",
            "a_key_locks_itself_when_its_minutes_are_over",
            "signing_does_not_lengthen_the_minutes",
            "a_clock_that_is_set_back_locks_the_key",
            "a_key_that_is_open_in_one_process_is_not_open_in_another",
            "unlocking_writes_nothing_that_another_process_could_use",
            "a_process_that_is_forked_off_has_no_open_key",
        ),
    ),
)
