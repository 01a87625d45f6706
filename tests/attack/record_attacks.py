"""Attacks on the record of what was done, and on the evidence that is taken from it."""

from __future__ import annotations

from tests.attack.attacks import Attack, tests_in

CHAIN = "unit/test_chaining.py"
STORED = "unit/test_verifying_record.py"
DISARMED = "attack/test_disarmed_record.py"
EVIDENCE = "unit/test_evidence.py"
LINKED = "each entry carries the digest of the one before"


def rewritten(*ways: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tests of a record that was rewritten so, read one by one and followed."""
    off = (f"who_reads_entries_one_by_one_finds_nothing[{way}]" for way in ways)
    on = (f"a_record_rewritten_anywhere_is_found[{way}]" for way in ways)
    return tests_in(DISARMED, *off), tests_in(DISARMED, *on)


EDITED, REMOVED, REORDERED = rewritten("edited"), rewritten("removed"), rewritten("exchanged")

RECORDED = (
    Attack(
        "an entry of the record edited",
        LINKED,
        EDITED[0],
        (
            *EDITED[1],
            *tests_in(
                CHAIN,
                "a_changed_member_of_any_entry_is_found_by_the_next_one",
                "what_is_no_entry_is_found_wherever_it_stands",
            ),
        ),
    ),
    Attack(
        "an entry of the record removed",
        LINKED,
        REMOVED[0],
        (*REMOVED[1], *tests_in(CHAIN, "a_removed_entry_is_found_and_named")),
    ),
    Attack(
        "entries of the record reordered",
        LINKED,
        REORDERED[0],
        (
            *REORDERED[1],
            *tests_in(
                CHAIN,
                "any_two_neighbours_that_changed_places_are_found",
                "any_other_order_is_found",
            ),
        ),
    ),
    Attack(
        "an entry put into the record, or the whole of it chained anew",
        "each decision signs the head its approver saw; an anchor kept elsewhere holds the rest",
        off=tests_in(CHAIN, "a_tail_cut_off_is_found_by_an_anchor_and_by_nothing_else"),
        on=(
            *rewritten("put in")[1],
            *tests_in(
                CHAIN,
                "an_entry_put_in_is_found",
                "a_record_rewritten_from_its_beginning_is_found_by_an_anchor",
            ),
            *tests_in(STORED, "a_record_chained_anew_is_found_where_a_decision_was_signed_over_it"),
        ),
    ),
    Attack(
        "what the record is about changed in the store or the inbox",
        "entries name the digest of plan, decision and effect",
        off=tests_in(STORED, "a_record_that_a_worker_made_holds"),
        on=tests_in(
            STORED,
            "whatever_is_changed_in_the_store_is_found",
            "whatever_is_changed_in_the_inbox_is_found",
            "an_effect_of_a_request_that_nobody_approved_is_found",
        ),
    ),
    Attack(
        "a bundle of evidence changed, mixed or thinned out",
        "digests, signatures and the chain are verified offline, without bunsui",
        off=tests_in(EVIDENCE, "a_bundle_is_verified_by_the_scripts_of_the_page"),
        on=tests_in(
            EVIDENCE,
            "the_scripts_stop_at_a_text_that_was_changed",
            "the_scripts_stop_at_what_is_of_another_request",
            "the_scripts_stop_at_an_entry_that_was_left_out",
        ),
    ),
)
