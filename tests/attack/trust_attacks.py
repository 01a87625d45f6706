"""Attacks on whom to trust and which policy holds, by whoever writes the store without a key."""

from __future__ import annotations

from tests.attack.attacks import Attack, tests_in

TRUST = "attack/test_forged_trust.py"
POLICIES = "attack/test_forged_policies.py"
FOLD = "unit/test_trusting.py"

TRUSTED = (
    Attack(
        "somebody added to the trust list who has no lead's signature",
        "every change is signed by a lead who was trusted then, or nobody is trusted",
        off=tests_in(
            TRUST,
            "a_forged_change_counts_where_signatures_and_signers_are_not_looked_at",
            "a_lead_adds_and_promotes",
        ),
        on=(
            *tests_in(
                TRUST,
                "a_forged_change_of_trust_trusts_nobody",
                "an_approver_who_is_no_lead_adds_and_promotes_nobody",
                "an_older_row_beside_signed_changes_is_not_trusted",
            ),
            *tests_in(FOLD, "a_forged_change_ends_all_trust", "no_field_of_a_change_can_be_edited"),
        ),
    ),
    Attack(
        "changes of trust reordered, repeated or left out",
        "each names its number and the change before it",
        off=tests_in(FOLD, "the_list_is_what_its_changes_made_of_it"),
        on=(
            *tests_in(TRUST, "changes_in_another_order_or_again_trust_nobody"),
            *tests_in(FOLD, "every_removal_exchange_and_doubling_is_found"),
        ),
    ),
    Attack(
        "a revocation cut off the end of the trust list",
        "the worker has recorded it, and refuses a list that lost it",
        off=tests_in(TRUST, "a_revocation_cut_off_is_taken_back_only_where_nobody_saw_it"),
        on=tests_in(TRUST, "a_revocation_cut_off_is_taken_back_only_where_nobody_saw_it"),
    ),
    Attack(
        "a trust list of the attacker's own in the place of yours",
        "trust_root in bunsui.toml names the first key",
        off=tests_in(TRUST, "a_store_of_his_own_counts_only_where_nobody_named_the_first_key"),
        on=(
            *tests_in(
                TRUST,
                "a_store_of_his_own_counts_only_where_nobody_named_the_first_key",
                "a_row_of_an_older_store_is_not_trusted_under_the_id_of_another_key",
            ),
            *tests_in(FOLD, "a_list_that_another_key_began_is_none_where_the_root_is_named"),
        ),
    ),
    Attack(
        "an older policy, or one of another store, put back into force",
        "policies follow one another by number, digest and signature",
        off=tests_in(POLICIES, "without_its_number_an_older_policy_would_be_in_force"),
        on=tests_in(
            POLICIES,
            "no_older_policy_is_put_back",
            "a_policy_that_was_signed_for_another_store_of_the_account_does_not_follow",
            "a_policy_cut_off_is_taken_back_only_where_nobody_saw_it",
        ),
    ),
)
