"""Attacks of whoever asks under a name that is not its own, or asks to be told what it may not."""

from __future__ import annotations

from tests.attack.attacks import Attack, tests_in

ASKERS_TESTS = "attack/test_forged_askers.py"
CLIENT = "attack/test_asking_client.py"
MASKED = "attack/test_masked_secrets.py"

ASKERS = (
    Attack(
        "an agent's program asks in a human's name",
        "humans ask in store.db; whoever wrote into inbox.db is an agent, whatever it says",
        off=tests_in(
            ASKERS_TESTS,
            "where_humans_ask_a_request_that_names_one_is_hers",
            "the_same_signature_counts_for_what_a_human_asked",
        ),
        on=tests_in(
            ASKERS_TESTS,
            "where_agents_ask_it_is_some_agents",
            "a_signature_given_to_what_it_pretended_to_be_does_not_count",
            "an_agents_process_cannot_ask_as_a_human",
            "an_upgrade_takes_over_what_a_human_decided_and_nothing_else",
        ),
    ),
    Attack(
        "an agent's program hides, squats or takes back a human's request",
        "a human's request is read from store.db first, and its withdrawal from there alone",
        off=tests_in(
            ASKERS_TESTS,
            "only_where_humans_write_a_humans_request_is_taken_back[store]",
            "no_crowd_of_invented_agents_hides_a_human[where agents ask]",
        ),
        on=tests_in(
            ASKERS_TESTS,
            "no_agent_hides_what_a_human_asked_under_its_id",
            "no_agent_keeps_an_id_from_a_human",
            "an_id_that_a_human_has_is_no_agents",
            "only_where_humans_write_a_humans_request_is_taken_back[inbox]",
            "no_crowd_of_invented_agents_hides_a_human[where humans ask]",
        ),
    ),
    Attack(
        "a call of a shared store that neither reads nor asks as an agent",
        "the client sends reads, and puts under an agent's leading key; IAM decides besides",
        off=tests_in(CLIENT, "without_the_guard_it_reaches_the_socket"),
        on=tests_in(
            CLIENT,
            "every_operation_that_is_no_read_is_refused_before_the_socket",
            "nothing_is_put_under_a_key_that_is_no_agents",
            "a_document_is_neither_put_elsewhere_nor_replaced",
            "nothing_is_signed_for_somebody_else_to_send",
        ),
    ),
    Attack(
        "an agent reads a secret from an input, an error or a log line",
        "what looks or is called like a secret leaves an agent's desk under no level",
        off=tests_in(MASKED, "a_human_sees_what_she_is_to_decide_about"),
        on=tests_in(MASKED, "no_tool_tells_a_secret_under_any_level", "no_search_confirms_a_guess"),
    ),
)
