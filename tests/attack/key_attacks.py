"""Attacks on the keys themselves: their files, their passphrases, and those that KMS holds."""

from __future__ import annotations

from tests.attack.attacks import Attack, tests_in

FILES = "unit/test_key_files.py"
GUESSES = "unit/test_recorded_guesses.py"
KMS = "emulator/test_kms_keys.py"

KEYS = (
    Attack(
        "a key file that others can read, change or replace",
        "rights, owner, folder and kind of the file are looked at before anything is believed",
        off=tests_in(FILES, "a_new_passphrase_opens_the_same_key_and_the_old_one_nothing"),
        on=tests_in(
            FILES,
            "a_key_file_that_others_can_use_signs_nothing_until_it_is_closed",
            "a_folder_into_which_others_can_put_keys_is_refused",
            "a_link_in_place_of_a_key_file_is_not_followed",
            "a_pipe_in_place_of_a_key_file_is_not_waited_for",
            "a_key_file_with_one_digit_changed_opens_with_no_passphrase",
            "a_key_file_of_another_key_id_opens_with_no_passphrase",
        ),
    ),
    Attack(
        "the record flooded by counts of passphrases written by hand",
        "of one key the record says a day and how many in coarse steps, each once",
        off=(),
        on=tests_in(GUESSES, "what_is_written_beside_keys_by_hand_does_not_flood_the_record"),
    ),
    Attack(
        "an agent, the executor or another approver signs with a key in KMS",
        "IAM lets each approver sign with the key that carries her name",
        off=tests_in(KMS, "a_signature_of_kms_is_good_under_the_public_half_without_aws"),
        on=tests_in(
            KMS,
            "iam_denies_a_signature_to_whoever_only_asks_or_executes",
            "an_approver_signs_with_her_own_key_and_with_no_other",
        ),
    ),
    Attack(
        "another key put behind the address that is trusted",
        "a signature is verified with the trusted public half before it is recorded",
        off=tests_in(KMS, "kms_signs_after_the_name_was_typed_and_not_without"),
        on=tests_in(KMS, "another_key_at_the_trusted_address_signs_nothing"),
    ),
)
