-- A store as bunsui made it before it watched machines and searched values.
CREATE TABLE sessions (
        account TEXT NOT NULL, region TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
        pipeline TEXT NOT NULL, created_at TEXT NOT NULL, summary TEXT NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (account, region, id));
CREATE INDEX sessions_newest ON sessions (account, region, created_at, id);
CREATE INDEX sessions_by_status ON sessions (account, region, status, created_at, id);
CREATE INDEX sessions_by_pipeline ON sessions (account, region, pipeline, created_at, id);
CREATE INDEX sessions_by_both
        ON sessions (account, region, pipeline, status, created_at, id);
CREATE TABLE session_counts (
        account TEXT NOT NULL, region TEXT NOT NULL, status TEXT NOT NULL, pipeline TEXT NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (account, region, pipeline, status)) WITHOUT ROWID;
CREATE TRIGGER session_is_counted AFTER INSERT ON sessions BEGIN
        INSERT INTO session_counts (account, region, status, pipeline, n)
        VALUES (NEW.account, NEW.region, NEW.status, NEW.pipeline, 1)
        ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER session_is_counted_anew AFTER UPDATE OF status, pipeline ON sessions BEGIN
        UPDATE session_counts SET n = n - 1
        WHERE account = OLD.account AND region = OLD.region
        AND status = OLD.status AND pipeline = OLD.pipeline;
        INSERT INTO session_counts (account, region, status, pipeline, n)
        VALUES (NEW.account, NEW.region, NEW.status, NEW.pipeline, 1)
        ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TABLE pipelines (account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, name));
CREATE TABLE diagnoses (
        account TEXT NOT NULL, region TEXT NOT NULL, session_id TEXT NOT NULL, job TEXT NOT NULL, attempt INTEGER NOT NULL,
        redrive_count INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, session_id, job, attempt, redrive_count));
CREATE TABLE outcomes (account TEXT NOT NULL, region TEXT NOT NULL, request_id TEXT NOT NULL, at TEXT NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (account, region, request_id));
CREATE TABLE archives (
        account TEXT NOT NULL, region TEXT NOT NULL, execution_arn TEXT NOT NULL, redrive_count INTEGER NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (account, region, execution_arn, redrive_count));
CREATE TABLE heartbeats (account TEXT NOT NULL, region TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (account, region)) WITHOUT ROWID;
CREATE TABLE decisions (
        position INTEGER PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, request_id TEXT NOT NULL,
        approver TEXT NOT NULL, body TEXT NOT NULL,
        UNIQUE (account, region, request_id, approver));
CREATE TABLE effects (
        account TEXT NOT NULL, region TEXT NOT NULL, request_id TEXT NOT NULL, state TEXT NOT NULL, executor TEXT NOT NULL,
        lease_until TEXT NOT NULL, claims INTEGER NOT NULL, note TEXT NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (account, region, request_id));
CREATE INDEX effects_by_state ON effects (account, region, state, lease_until);
CREATE TABLE effect_steps (
        account TEXT NOT NULL, region TEXT NOT NULL, request_id TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, request_id, number));
CREATE TABLE approvers (
        account TEXT NOT NULL, region TEXT NOT NULL, key_id TEXT NOT NULL, name TEXT NOT NULL, public_key TEXT NOT NULL,
        is_demo INTEGER NOT NULL, added_at TEXT NOT NULL, revoked_at TEXT,
        PRIMARY KEY (account, region, key_id), UNIQUE (account, region, name));
CREATE TABLE policies (
        account TEXT NOT NULL, region TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, region));
CREATE TABLE audit (
        account TEXT NOT NULL, region TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
        body_digest TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, region, seq),
        UNIQUE (account, region, kind, subject, body_digest));
CREATE TRIGGER decisions_never_change BEFORE UPDATE ON decisions BEGIN
            SELECT RAISE(ABORT, 'decisions are appended, never changed'); END;
CREATE TRIGGER decisions_never_vanish BEFORE DELETE ON decisions BEGIN
            SELECT RAISE(ABORT, 'decisions are appended, never removed'); END;
CREATE TRIGGER audit_never_change BEFORE UPDATE ON audit BEGIN
            SELECT RAISE(ABORT, 'audit are appended, never changed'); END;
CREATE TRIGGER audit_never_vanish BEFORE DELETE ON audit BEGIN
            SELECT RAISE(ABORT, 'audit are appended, never removed'); END;
PRAGMA user_version = 1;
