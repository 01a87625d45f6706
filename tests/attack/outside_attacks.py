"""Attacks by texts, records and strangers: what comes from outside of bunsui."""

from __future__ import annotations

from tests.attack.attacks import Attack, tests_in
from tests.attack.record_attacks import RECORDED

GROUPED = "attack/test_grouped_reviews.py"
ORDERS = "attack/test_orders_in_logs.py"
FRAMES = "tui/test_hostile_frames.py"
SCREENS = "tui/test_hostile_text.py"
TOLD = "mcp/test_hostile_text.py"
QUEUE = "attack/test_queue_messages.py"
CONDUCTOR = "attack/test_conductor_queue.py"
HTTP = "attack/test_http_strangers.py"
WEB = "attack/test_web_strangers.py"
VEILED = "attack/test_veiled_values.py"
FLOOD = "attack/test_flooded_inbox.py"
TASKS = "mcp/test_tasks.py"
FOLDERS = "attack/test_environment_folders.py"
POISONED = "attack/test_poisoned_documents.py"

OUTSIDE = (
    Attack(
        "markup, escape sequences and long texts in every field of every screen",
        "safe() is the only way of an outside text to a terminal",
        off=tests_in(SCREENS, "the_check_sees_what_it_looks_for"),
        on=(
            *tests_in(FRAMES, "every_screen_withstands_hundreds_of_hostile_texts"),
            *tests_in(
                SCREENS,
                "no_screen_breaks_or_acts_or_passes_a_control_character",
                "a_wide_screen_withstands_it_all_too",
            ),
        ),
    ),
    Attack(
        "an order in a log line reaches a tool's description, the instructions or a step",
        "outside texts stand in fields of data alone, and proposals follow from facts",
        off=tests_in(ORDERS, "a_server_that_describes_its_tools_in_words_of_a_log_is_found"),
        on=(
            *tests_in(
                ORDERS,
                "an_order_in_a_log_line_becomes_none_of_the_servers",
                "an_order_in_a_log_line_moves_no_step_of_what_is_proposed",
            ),
            *tests_in(
                TOLD,
                "an_order_in_a_log_line_stays_in_fields_of_data",
                "a_log_line_is_told_as_data_and_what_it_hides_is_made_visible",
                "no_text_of_a_job_can_act_on_a_terminal",
            ),
        ),
    ),
    *RECORDED,
    Attack(
        "a request that differs hidden among many alike",
        "of each in a group every line is shown that the first does not say, also one that moved",
        off=(),
        on=tests_in(GROUPED, "what_is_otherwise_in_one_of_a_group_is_shown"),
    ),
    Attack(
        "an error text tells a value that is hidden",
        "what an error quotes of an input is taken out",
        off=tests_in(VEILED, "the_same_error_tells_it_where_values_are_exposed"),
        on=tests_in(VEILED, "an_error_that_quotes_an_input_does_not_tell_it"),
    ),
    Attack(
        "requests without end push others out of sight",
        "an agent has thirty open questions in half an hour",
        off=tests_in(FLOOD, "a_human_may_ask_as_often_as_she_wants"),
        on=tests_in(FLOOD, "an_agent_that_asks_without_end_is_refused_and_hides_nothing"),
    ),
    Attack(
        "a request or a task taken back or followed by somebody else",
        "each belongs to who asked",
        off=tests_in(FLOOD, "an_asker_takes_its_own_request_back"),
        on=(
            *tests_in(FLOOD, "nobody_takes_back_what_another_asked"),
            *tests_in(TASKS, "a_task_of_another_asker_is_not_found"),
        ),
    ),
    Attack(
        "a message in a queue starts or changes something",
        "a queue can only make the conductor look",
        off=tests_in(CONDUCTOR, "a_schedule_that_calls_the_function_starts_its_session_once"),
        on=(
            *tests_in(
                CONDUCTOR,
                "a_start_in_the_queue_starts_nothing",
                "a_forged_event_changes_nothing_and_keeps_no_other_waiting",
                "what_an_event_says_of_an_execution_is_not_believed",
            ),
            *tests_in(
                QUEUE,
                "a_message_that_tells_of_no_execution_is_removed_and_changes_nothing",
                "an_execution_of_elsewhere_is_removed_and_makes_nobody_list_machines",
            ),
        ),
    ),
    Attack(
        "a stranger on the network speaks to the MCP server",
        "tokens, Origin, Host, and a bound of connections",
        off=tests_in(HTTP, "its_own_token_ends_a_session"),
        on=tests_in(
            HTTP,
            "connections_that_ask_nothing_make_room_for_who_asks",
            "one_asker_cannot_use_up_what_another_may_follow",
            "a_stream_of_another_token_is_neither_heard_nor_ended",
            "nobody_speaks_into_the_sse_session_of_another_token",
            "a_token_counts_in_one_place_only_and_is_told_nowhere",
            "rubbish_is_answered_and_leaves_the_server_well",
        ),
    ),
    Attack(
        "a page of another site or without the secret reaches the terminal in a browser",
        "a secret in the address, Origin and Host",
        off=tests_in(WEB, "who_has_the_address_is_let_in"),
        on=tests_in(
            WEB, "what_strangers_send_is_refused_and_shown_on_no_terminal", "two_names_are_none"
        ),
    ),
    Attack(
        "a document or an execution that keeps others from being read",
        "each is read by itself, within bounds",
        off=(),
        on=tests_in(
            POISONED,
            "an_odd_input_is_read_and_so_is_every_other",
            "an_execution_that_cannot_be_read_keeps_no_other_from_being_read",
            "a_document_that_nests_too_deep_is_a_refusal_and_no_crash",
        ),
    ),
    Attack(
        "a name of an environment that means another folder",
        "names are of letters, digits and dashes, and a folder has its owner alone",
        off=tests_in(FOLDERS, "a_proper_name_has_a_folder_inside_the_home"),
        on=tests_in(
            FOLDERS,
            "a_name_that_could_mean_another_folder_is_refused",
            "nothing_that_is_made_can_be_used_by_others",
            "a_file_that_everybody_can_change_decides_nothing",
        ),
    ),
)
