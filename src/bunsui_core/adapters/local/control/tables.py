"""The tables of the store and of the inbox. Every key begins with account and region."""

from __future__ import annotations

_PLACE = "account TEXT NOT NULL, region TEXT NOT NULL"

_SESSIONS = (
    f"""CREATE TABLE sessions (
        {_PLACE}, id TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
        pipeline TEXT NOT NULL, created_at TEXT NOT NULL, summary TEXT NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (account, region, id))""",
)

# What lists and searches go through is apart from the sessions, which are twenty times as long.
_LINES = (
    f"""CREATE TABLE session_lines (
        number INTEGER PRIMARY KEY, {_PLACE}, id TEXT NOT NULL, status TEXT NOT NULL,
        pipeline TEXT NOT NULL, created_at TEXT NOT NULL, names TEXT NOT NULL,
        said TEXT NOT NULL, mark TEXT NOT NULL, is_partial INTEGER NOT NULL,
        UNIQUE (account, region, id))""",
)

_SEARCH = (
    "CREATE INDEX lines_newest ON session_lines (account, region, created_at, id)",
    "CREATE INDEX lines_by_status ON session_lines (account, region, status, created_at, id)",
    "CREATE INDEX lines_by_pipeline ON session_lines (account, region, pipeline, created_at, id)",
    """CREATE INDEX lines_by_both
        ON session_lines (account, region, pipeline, status, created_at, id)""",
    """CREATE INDEX lines_partial ON session_lines (account, region, mark)
        WHERE is_partial = 1""",
    """CREATE TRIGGER line_is_counted AFTER INSERT ON session_lines BEGIN
        INSERT INTO session_counts (account, region, status, pipeline, n)
        VALUES (NEW.account, NEW.region, NEW.status, NEW.pipeline, 1)
        ON CONFLICT DO UPDATE SET n = n + 1; END""",
    """CREATE TRIGGER line_is_counted_anew AFTER UPDATE OF status, pipeline ON session_lines
        WHEN OLD.status <> NEW.status OR OLD.pipeline <> NEW.pipeline BEGIN
        UPDATE session_counts SET n = n - 1
        WHERE account = OLD.account AND region = OLD.region
        AND status = OLD.status AND pipeline = OLD.pipeline;
        INSERT INTO session_counts (account, region, status, pipeline, n)
        VALUES (NEW.account, NEW.region, NEW.status, NEW.pipeline, 1)
        ON CONFLICT DO UPDATE SET n = n + 1; END""",
    # Every value is kept once; the sessions that hold it are two numbers each, of rows whose own
    # keys begin with account and region.
    f"""CREATE TABLE search_values (
        number INTEGER PRIMARY KEY, {_PLACE}, side TEXT NOT NULL, key TEXT NOT NULL,
        text TEXT NOT NULL, path TEXT NOT NULL,
        UNIQUE (account, region, side, key, text, path))""",
    "CREATE INDEX values_by_text ON search_values (account, region, text)",
    """CREATE TABLE search_hits (
        value INTEGER NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (value, line)) WITHOUT ROWID""",
    "CREATE INDEX diagnoses_alike ON diagnoses (account, region, fingerprint, made_at)",
)

# A page states its exact total; counting ten thousand rows would cost more than the page.
_COUNTS = (
    f"""CREATE TABLE session_counts (
        {_PLACE}, status TEXT NOT NULL, pipeline TEXT NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (account, region, pipeline, status)) WITHOUT ROWID""",
)

_TO_SEARCH = (
    "DROP TRIGGER session_is_counted",
    "DROP TRIGGER session_is_counted_anew",
    "DROP INDEX sessions_newest",
    "DROP INDEX sessions_by_status",
    "DROP INDEX sessions_by_pipeline",
    "DROP INDEX sessions_by_both",
    "ALTER TABLE diagnoses ADD COLUMN fingerprint TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE diagnoses ADD COLUMN made_at TEXT NOT NULL DEFAULT ''",
    *_LINES,
    # The worker reads what is inside them, a few at a time: no mark means not read yet.
    """INSERT INTO session_lines
        (account, region, id, status, pipeline, created_at, names, said, mark, is_partial)
        SELECT account, region, id, status, pipeline, created_at, lower(id), '', '', 1
        FROM sessions ORDER BY created_at""",
    *_SEARCH,
)

_ARCHIVES_BY_AGE = (
    "CREATE INDEX archives_by_age ON archives (account, region, at, execution_arn, redrive_count)"
)

_OBSERVED = (
    f"""CREATE TABLE pipelines ({_PLACE}, name TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, name))""",
    f"""CREATE TABLE diagnoses (
        {_PLACE}, session_id TEXT NOT NULL, job TEXT NOT NULL, attempt INTEGER NOT NULL,
        redrive_count INTEGER NOT NULL, body TEXT NOT NULL,
        fingerprint TEXT NOT NULL DEFAULT '', made_at TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (account, region, session_id, job, attempt, redrive_count))""",
    f"""CREATE TABLE outcomes ({_PLACE}, request_id TEXT NOT NULL, at TEXT NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (account, region, request_id))""",
    f"""CREATE TABLE archives (
        {_PLACE}, execution_arn TEXT NOT NULL, redrive_count INTEGER NOT NULL,
        body TEXT NOT NULL, at TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (account, region, execution_arn, redrive_count))""",
    _ARCHIVES_BY_AGE,
    f"""CREATE TABLE heartbeats ({_PLACE}, at TEXT NOT NULL, blind TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (account, region)) WITHOUT ROWID""",
)

_WATCHED = (
    f"""CREATE TABLE machines ({_PLACE}, arn TEXT NOT NULL, name TEXT NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (account, region, arn)) WITHOUT ROWID""",
    f"""CREATE TABLE watches ({_PLACE}, body TEXT NOT NULL,
        PRIMARY KEY (account, region)) WITHOUT ROWID""",
    f"""CREATE TABLE sightings (
        {_PLACE}, arn TEXT NOT NULL, machine TEXT NOT NULL, status TEXT NOT NULL,
        started_at TEXT NOT NULL, stopped_at TEXT, read_at TEXT NOT NULL,
        is_read INTEGER NOT NULL, tries INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, arn)) WITHOUT ROWID""",
    "CREATE INDEX sightings_by_age ON sightings (account, region, status, read_at)",
    """CREATE INDEX sightings_unread ON sightings (account, region, tries, started_at)
        WHERE NOT is_read""",
    "CREATE INDEX sightings_of_machine ON sightings (account, region, machine, started_at)",
)

_POLICIES = f"""CREATE TABLE policies (
        {_PLACE}, seq INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, seq))"""

_TRUST_CHANGES = f"""CREATE TABLE trust_changes (
        {_PLACE}, seq INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, seq))"""

_CONTROL = (
    f"""CREATE TABLE decisions (
        position INTEGER PRIMARY KEY, {_PLACE}, request_id TEXT NOT NULL,
        approver TEXT NOT NULL, body TEXT NOT NULL,
        UNIQUE (account, region, request_id, approver))""",
    f"""CREATE TABLE effects (
        {_PLACE}, request_id TEXT NOT NULL, state TEXT NOT NULL, executor TEXT NOT NULL,
        lease_until TEXT NOT NULL, claims INTEGER NOT NULL, note TEXT NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (account, region, request_id))""",
    "CREATE INDEX effects_by_state ON effects (account, region, state, lease_until)",
    f"""CREATE TABLE effect_steps (
        {_PLACE}, request_id TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, request_id, number))""",
    f"""CREATE TABLE approvers (
        {_PLACE}, key_id TEXT NOT NULL, name TEXT NOT NULL, public_key TEXT NOT NULL,
        is_demo INTEGER NOT NULL, added_at TEXT NOT NULL, revoked_at TEXT,
        PRIMARY KEY (account, region, key_id), UNIQUE (account, region, name))""",
    _POLICIES,
    _TRUST_CHANGES,
    f"""CREATE TABLE audit (
        {_PLACE}, seq INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
        body_digest TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, region, seq),
        UNIQUE (account, region, kind, subject, body_digest))""",
)


def _append_only(table: str) -> tuple[str, str]:
    return (
        f"""CREATE TRIGGER {table}_never_change BEFORE UPDATE ON {table} BEGIN
            SELECT RAISE(ABORT, '{table} are appended, never changed'); END""",
        f"""CREATE TRIGGER {table}_never_vanish BEFORE DELETE ON {table} BEGIN
            SELECT RAISE(ABORT, '{table} are appended, never removed'); END""",
    )


_APPENDED = "decisions", "audit", "policies", "trust_changes"

APPEND_ONLY = {table: _append_only(table) for table in _APPENDED}
"""What keeps each table from being changed; the second statement keeps its rows from vanishing."""

ASKED_APART = 7
"""The version of a store since which humans ask in it, and agents alone in the inbox."""

# Agents ask in the inbox; that humans ask here is what makes a request a human's.
_ASKED_BY_HUMANS = (
    f"""CREATE TABLE human_requests (
        {_PLACE}, id TEXT NOT NULL, requester TEXT NOT NULL, asked_at TEXT NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (account, region, id)) WITHOUT ROWID""",
    "CREATE INDEX human_requests_newest ON human_requests (account, region, asked_at, id)",
    f"""CREATE TABLE human_withdrawals (
        {_PLACE}, request_id TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, request_id)) WITHOUT ROWID""",
)

STORE = (
    *_SESSIONS,
    *_LINES,
    *_COUNTS,
    *_OBSERVED,
    *_SEARCH,
    *_WATCHED,
    *_CONTROL,
    *_ASKED_BY_HUMANS,
    *(statement for table in _APPENDED for statement in APPEND_ONLY[table]),
)
"""What makes an empty file a store."""

_REQUESTS = (
    # Without a rowid there is no second key over which OR REPLACE could remove a row.
    f"""CREATE TABLE requests (
        {_PLACE}, id TEXT NOT NULL, requester TEXT NOT NULL, asked_at TEXT NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (account, region, id)) WITHOUT ROWID""",
    "CREATE INDEX requests_newest ON requests (account, region, asked_at, id)",
    # The authorizer is not asked about the removal that OR REPLACE implies; this trigger is.
    """CREATE TRIGGER requests_are_never_replaced BEFORE INSERT ON requests
        WHEN EXISTS (SELECT 1 FROM requests WHERE account = NEW.account
            AND region = NEW.region AND id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'a request of this id exists'); END""",
)

_WITHDRAWALS = (
    f"""CREATE TABLE withdrawals (
        {_PLACE}, request_id TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, request_id)) WITHOUT ROWID""",
    """CREATE TRIGGER withdrawals_are_never_replaced BEFORE INSERT ON withdrawals
        WHEN EXISTS (SELECT 1 FROM withdrawals WHERE account = NEW.account
            AND region = NEW.region AND request_id = NEW.request_id)
        BEGIN SELECT RAISE(ABORT, 'this request was withdrawn before'); END""",
)

_TO_SAY_BLIND = ("ALTER TABLE heartbeats ADD COLUMN blind TEXT NOT NULL DEFAULT ''",)

_TO_AGE = (
    "ALTER TABLE archives ADD COLUMN at TEXT NOT NULL DEFAULT ''",
    """UPDATE archives
        SET at = strftime('%Y-%m-%dT%H:%M:%f000+00:00', json_extract(body, '$.at'))""",
    _ARCHIVES_BY_AGE,
)

_TO_SIGN_TRUST = (
    "ALTER TABLE policies RENAME TO policies_before",
    _POLICIES,
    """INSERT INTO policies (account, region, seq, body)
        SELECT account, region, 0, body FROM policies_before""",
    "DROP TABLE policies_before",
    _TRUST_CHANGES,
    *APPEND_ONLY["policies"],
    *APPEND_ONLY["trust_changes"],
)

STORE_CHANGES: dict[int, tuple[str, ...]] = {
    1: _WATCHED,
    2: _TO_SEARCH,
    3: _TO_SAY_BLIND,
    4: _TO_AGE,
    5: _TO_SIGN_TRUST,
    6: _ASKED_BY_HUMANS,
}
"""What brings a store of a version to the next one."""

INBOX = (*_REQUESTS, *_WITHDRAWALS)
"""What makes an empty file an inbox."""

INBOX_CHANGES = {1: _WITHDRAWALS}
"""What brings an inbox of a version to the next one."""
