"""Attacks of whoever asks, on the store and on AWS, from inside an agent's process."""

from __future__ import annotations

from tests.attack.attacks import Attack, tests_in

STORE = "attack/test_store_writes.py"
INBOX = "attack/test_inbox_writes.py"
INDEX = "attack/test_index_writes.py"
CLIENT = "attack/test_read_only_client.py"
REACH = "architecture/test_agent_reach.py"
APPROVES = "attack/test_agent_approves.py"
PLANTED = "attack/test_planted_modules.py"
READ_ONLY = "store.db is opened read-only, under an authorizer, with room for no second file"


def statements(*cases: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tests of statements on an agent's connection, without and with what stops them."""
    off = (f"without_the_defence_the_statement_changes_the_store[{one}]" for one in cases)
    refused = (
        "an_agents_connection_refuses_the_statement",
        "the_authorizer_alone_refuses_the_statement",
    )
    on = (f"{test}[{one}]" for one in cases for test in refused)
    return tests_in(STORE, *off), tests_in(STORE, *on)


OPEN = "a_server_with_that_door_open_is_found"

AGENT = (
    Attack(
        "an agent approves through a tool",
        "no tool decides, and what a tool does not know it refuses",
        off=tests_in(APPROVES, f"{OPEN}[tool]"),
        on=tests_in(APPROVES, "no_tool_approves_whatever_is_said_to_it"),
    ),
    Attack(
        "an agent approves through a resource",
        "resources are read, and none decides",
        off=tests_in(APPROVES, f"{OPEN}[resource]"),
        on=tests_in(APPROVES, "no_resource_approves"),
    ),
    Attack(
        "a host that confirms everything approves in a human's place",
        "nothing is ever asked of the host, and its answer would decide nothing",
        off=tests_in(APPROVES, f"{OPEN}[elicitation]"),
        on=(
            *tests_in(APPROVES, "a_host_that_confirms_everything_is_asked_nothing"),
            *tests_in("mcp/test_tasks.py", "an_answer_of_the_client_decides_nothing"),
        ),
    ),
    Attack(
        "a pipeline file, or a module planted in the repository, run by bunsui",
        "no program of bunsui imports from the current folder, and no agent's one a pipeline",
        off=tests_in(PLANTED, "python_runs_what_lies_in_the_current_folder"),
        on=tests_in(
            PLANTED,
            "bunsui_runs_nothing_that_lies_in_the_current_folder",
            "every_process_that_bunsui_starts_is_started_like_that",
        ),
    ),
    Attack(
        "an agent's connection writes a decision",
        READ_ONLY,
        *statements("write a decision", "replace a row"),
    ),
    Attack("an agent's connection writes an effect", READ_ONLY, *statements("write an effect")),
    Attack(
        "an agent's connection trusts a key or puts a policy",
        READ_ONLY,
        *statements(
            "trust a key",
            "sign a change of trust",
            "put a policy",
            "replace the policy",
            "drop the policy",
        ),
    ),
    Attack(
        "an agent's connection writes into the record",
        READ_ONLY,
        *statements("add to the record"),
    ),
    Attack(
        "an agent's connection changes tables, triggers or the schema",
        READ_ONLY,
        *statements(
            "create a table",
            "drop a table",
            "alter a table",
            "create an index",
            "create a view",
            "drop a trigger",
            "create a trigger",
            "rewrite the schema",
            "move the version",
        ),
    ),
    Attack(
        "an agent's connection attaches, vacuums, restores or writes a blob",
        READ_ONLY,
        off=tests_in(STORE, "without_the_defence_the_call_changes_the_folder"),
        on=tests_in(
            STORE,
            "an_agents_connection_refuses_the_call",
            "without_its_authorizer_a_connection_still_opens_no_second_file",
        ),
    ),
    Attack(
        "an agent's process writes through an adapter",
        READ_ONLY,
        off=tests_in(
            STORE,
            "an_adapter_writes_through_a_writer_and_not_through_an_agents_reader",
            "a_first_key_is_made_through_a_writer_and_not_through_an_agents_reader",
        ),
        on=tests_in(
            STORE,
            "an_adapter_writes_through_a_writer_and_not_through_an_agents_reader",
            "a_first_key_is_made_through_a_writer_and_not_through_an_agents_reader",
        ),
    ),
    Attack(
        "an agent's connection replaces, changes or removes a request",
        "inbox.db takes inserts alone; a trigger refuses to replace; the table has no rowid",
        off=tests_in(
            INBOX,
            "without_the_defence_what_was_asked_changes",
            "without_the_defence_the_call_changes_the_folder",
            "the_authorizer_alone_would_let_a_request_be_replaced",
        ),
        on=tests_in(
            INBOX,
            "an_agents_connection_changes_nothing_that_was_asked",
            "an_agents_connection_refuses_the_call",
            "an_agents_connection_inserts_into_no_other_table",
        ),
    ),
    Attack(
        "an agent's connection writes into the index or calls a function of SQLite",
        "the authorizer names the functions and tables that may be read",
        off=tests_in(INDEX, "the_same_statements_do_change_a_store_that_nobody_guards"),
        on=tests_in(
            INDEX,
            "an_agents_connection_to_the_store_writes_no_table",
            "an_agents_connection_to_the_inbox_only_inserts",
            "an_agents_connection_calls_only_the_functions_of_bunsui",
            "an_agents_connection_reads_nothing_but_tables",
            "an_agents_connection_counts_to_no_end",
        ),
    ),
    Attack(
        "a call of AWS that is no read, through the agent's client",
        "the client sends what a list of reads names, and refuses the rest before the socket",
        off=tests_in(CLIENT, "the_same_changes_reach_the_socket_with_the_defence_off"),
        on=tests_in(
            CLIENT,
            "every_operation_outside_the_list_is_refused_before_the_socket",
            "no_change_is_signed_for_somebody_else_to_send",
            "a_presigned_upload_form_is_refused",
            "each_event_that_is_guarded_refuses_alone",
            "an_event_of_another_shape_is_refused",
        ),
    ),
    Attack(
        "an operator's object obtained from an agent's desk",
        "an agent's process loads nothing that decides, executes or signs",
        off=tests_in(REACH, "the_walk_finds_what_decides_where_it_is"),
        on=tests_in(
            REACH,
            "an_agents_process_loads_no_module_that_decides",
            "no_reference_leads_from_an_agents_desk_to_what_decides",
            "an_agents_desk_offers_no_deciding_verb",
        ),
    ),
)
