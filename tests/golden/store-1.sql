BEGIN TRANSACTION;
CREATE TABLE approvers (
        account TEXT NOT NULL, region TEXT NOT NULL, key_id TEXT NOT NULL, name TEXT NOT NULL, public_key TEXT NOT NULL,
        is_demo INTEGER NOT NULL, added_at TEXT NOT NULL, revoked_at TEXT,
        PRIMARY KEY (account, region, key_id), UNIQUE (account, region, name));
CREATE TABLE archives (
        account TEXT NOT NULL, region TEXT NOT NULL, execution_arn TEXT NOT NULL, redrive_count INTEGER NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (account, region, execution_arn, redrive_count));
CREATE TABLE audit (
        account TEXT NOT NULL, region TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
        body_digest TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, region, seq),
        UNIQUE (account, region, kind, subject, body_digest));
CREATE TABLE decisions (
        position INTEGER PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, request_id TEXT NOT NULL,
        approver TEXT NOT NULL, body TEXT NOT NULL,
        UNIQUE (account, region, request_id, approver));
CREATE TABLE diagnoses (
        account TEXT NOT NULL, region TEXT NOT NULL, session_id TEXT NOT NULL, job TEXT NOT NULL, attempt INTEGER NOT NULL,
        redrive_count INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, session_id, job, attempt, redrive_count));
INSERT INTO "diagnoses" VALUES('000000000000','us-east-1','s-20260302-orders','extract',1,0,'{"session_id":"s-20260302-orders","job":"extract","attempt":1,"redrive_count":0,"failure":{"execution_arn":"arn:aws:states:us-east-1:000000000000:execution:orders-extract:s-20260302-orders-extract-a1","job":"extract","status":"FAILED","state_path":["Extract"],"failed_state":"Extract","state_type":"Task","event_id":6,"error":"NoSuchKey","cause":"{\"errorMessage\": \"The specified key does not exist.\"}","message":"The specified key does not exist.","exception":"NoSuchKey","request_id":"","resource":"","state_input":null,"died_in_fail_state":false,"caught_path":[],"child":"","nested":[],"task":null,"iterations":null,"entered_at":null,"failed_at":"2026-03-02T01:15:00Z","evidence":[{"id":"event:6","kind":"event","text":"TaskFailed: NoSuchKey","source":"arn:aws:states:us-east-1:000000000000:execution:orders-extract:s-20260302-orders-extract-a1"}]},"category":"missing_resource","alternatives":[],"transient":false,"action":"fix_input","confidence":"high","summary":"extract failed: s3://orders/day.csv does not exist","evidence":[{"id":"event:6","kind":"event","text":"TaskFailed: NoSuchKey","source":"arn:aws:states:us-east-1:000000000000:execution:orders-extract:s-20260302-orders-extract-a1"}],"logs":[],"logs_note":"","made_at":"2026-03-02T01:16:00Z"}');
CREATE TABLE effect_steps (
        account TEXT NOT NULL, region TEXT NOT NULL, request_id TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, request_id, number));
CREATE TABLE effects (
        account TEXT NOT NULL, region TEXT NOT NULL, request_id TEXT NOT NULL, state TEXT NOT NULL, executor TEXT NOT NULL,
        lease_until TEXT NOT NULL, claims INTEGER NOT NULL, note TEXT NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (account, region, request_id));
CREATE TABLE heartbeats (account TEXT NOT NULL, region TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (account, region)) WITHOUT ROWID;
INSERT INTO "heartbeats" VALUES('000000000000','us-east-1','2026-03-02T01:14:00.000000+00:00');
CREATE TABLE outcomes (account TEXT NOT NULL, region TEXT NOT NULL, request_id TEXT NOT NULL, at TEXT NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (account, region, request_id));
CREATE TABLE pipelines (account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (account, region, name));
INSERT INTO "pipelines" VALUES('000000000000','us-east-1','orders','{"name":"orders","jobs":[{"name":"extract","machine":"arn:aws:states:us-east-1:000000000000:stateMachine:orders-extract","after":[],"effect":"idempotent"},{"name":"transform","machine":"arn:aws:states:us-east-1:000000000000:stateMachine:orders-transform","after":["extract"],"effect":"idempotent"},{"name":"load","machine":"arn:aws:states:us-east-1:000000000000:stateMachine:orders-load","after":["transform"],"effect":"idempotent"}]}');
CREATE TABLE policies (
        account TEXT NOT NULL, region TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, region));
CREATE TABLE session_counts (
        account TEXT NOT NULL, region TEXT NOT NULL, status TEXT NOT NULL, pipeline TEXT NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (account, region, pipeline, status)) WITHOUT ROWID;
INSERT INTO "session_counts" VALUES('000000000000','us-east-1','SUCCEEDED','bills',1);
INSERT INTO "session_counts" VALUES('000000000000','us-east-1','FAILED','orders',1);
CREATE TABLE sessions (
        account TEXT NOT NULL, region TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
        pipeline TEXT NOT NULL, created_at TEXT NOT NULL, summary TEXT NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (account, region, id));
INSERT INTO "sessions" VALUES('000000000000','us-east-1','s-20260302-orders',1,'FAILED','orders','2026-03-02T01:14:00.000000+00:00','{"session_id":"s-20260302-orders","pipeline":"orders","environment":"local","status":"FAILED","created_at":"2026-03-02T01:14:00Z","stopped_at":"2026-03-02T01:15:00Z","jobs_done":0,"jobs_total":3,"failed_job":"extract","error":"NoSuchKey"}','{"id":"s-20260302-orders","pipeline":{"name":"orders","jobs":[{"name":"extract","machine":"arn:aws:states:us-east-1:000000000000:stateMachine:orders-extract","after":[],"effect":"idempotent"},{"name":"transform","machine":"arn:aws:states:us-east-1:000000000000:stateMachine:orders-transform","after":["extract"],"effect":"idempotent"},{"name":"load","machine":"arn:aws:states:us-east-1:000000000000:stateMachine:orders-load","after":["transform"],"effect":"idempotent"}]},"environment":"local","account":"000000000000","region":"us-east-1","input":"{\"source\": \"s3://orders/day.csv\"}","runs":[{"job":"extract","attempts":[{"number":1,"execution_name":"s-20260302-orders-extract-a1","input":"{\"input\": {\"source\": \"s3://orders/day.csv\"}, \"outputs\": {}}","input_digest":"7d1e4c368528d60f2606953c24372ea8f9826d2a55461f709990b53b43cc368a","status":"FAILED","execution_arn":"arn:aws:states:us-east-1:000000000000:execution:orders-extract:s-20260302-orders-extract-a1","redrive_count":0,"redrive_status":"REDRIVABLE","started_at":"2026-03-02T01:14:00Z","stopped_at":"2026-03-02T01:15:00Z","output":null,"error":"NoSuchKey","cause":"An error occurred (NoSuchKey): The specified key does not exist."}]},{"job":"transform","attempts":[]},{"job":"load","attempts":[]}],"status":"FAILED","created_at":"2026-03-02T01:14:00Z","requested_by":"human:hanako","request_id":"","stopped_at":"2026-03-02T01:15:00Z","version":1}');
INSERT INTO "sessions" VALUES('000000000000','us-east-1','s-20260303-bills',1,'SUCCEEDED','bills','2026-03-03T01:14:00.000000+00:00','{"session_id":"s-20260303-bills","pipeline":"bills","environment":"local","status":"SUCCEEDED","created_at":"2026-03-03T01:14:00Z","stopped_at":"2026-03-02T01:15:00Z","jobs_done":1,"jobs_total":1,"failed_job":"","error":""}','{"id":"s-20260303-bills","pipeline":{"name":"bills","jobs":[{"name":"extract","machine":"arn:aws:states:us-east-1:000000000000:stateMachine:orders-extract","after":[],"effect":"idempotent"},{"name":"transform","machine":"arn:aws:states:us-east-1:000000000000:stateMachine:orders-transform","after":["extract"],"effect":"idempotent"},{"name":"load","machine":"arn:aws:states:us-east-1:000000000000:stateMachine:orders-load","after":["transform"],"effect":"idempotent"}]},"environment":"local","account":"000000000000","region":"us-east-1","input":"{\"order_id\": 42}","runs":[{"job":"extract","attempts":[{"number":1,"execution_name":"s-20260302-orders-extract-a1","input":"{\"order_id\": 42}","input_digest":"7d1e4c368528d60f2606953c24372ea8f9826d2a55461f709990b53b43cc368a","status":"SUCCEEDED","execution_arn":"arn:aws:states:us-east-1:000000000000:execution:orders-extract:s-20260302-orders-extract-a1","redrive_count":0,"redrive_status":"","started_at":"2026-03-02T01:14:00Z","stopped_at":"2026-03-02T01:15:00Z","output":"{\"rows\": 3}","error":"","cause":""}]}],"status":"SUCCEEDED","created_at":"2026-03-03T01:14:00Z","requested_by":"human:hanako","request_id":"","stopped_at":"2026-03-02T01:15:00Z","version":1}');
CREATE INDEX sessions_newest ON sessions (account, region, created_at, id);
CREATE INDEX sessions_by_status ON sessions (account, region, status, created_at, id);
CREATE INDEX sessions_by_pipeline ON sessions (account, region, pipeline, created_at, id);
CREATE INDEX sessions_by_both
        ON sessions (account, region, pipeline, status, created_at, id);
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
CREATE INDEX effects_by_state ON effects (account, region, state, lease_until);
CREATE TRIGGER decisions_never_change BEFORE UPDATE ON decisions BEGIN
            SELECT RAISE(ABORT, 'decisions are appended, never changed'); END;
CREATE TRIGGER decisions_never_vanish BEFORE DELETE ON decisions BEGIN
            SELECT RAISE(ABORT, 'decisions are appended, never removed'); END;
CREATE TRIGGER audit_never_change BEFORE UPDATE ON audit BEGIN
            SELECT RAISE(ABORT, 'audit are appended, never changed'); END;
CREATE TRIGGER audit_never_vanish BEFORE DELETE ON audit BEGIN
            SELECT RAISE(ABORT, 'audit are appended, never removed'); END;
PRAGMA user_version = 1;
COMMIT;
