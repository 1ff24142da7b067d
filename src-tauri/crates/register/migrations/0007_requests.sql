-- Requests, seals, runs and steps.

CREATE TABLE custody.request (
    id uuid PRIMARY KEY,
    operation text NOT NULL,
    requester uuid NOT NULL REFERENCES custody.operator,
    requester_role text NOT NULL,
    plan bytea NOT NULL CHECK (length(plan) <= 1048576),
    plan_hash bytea NOT NULL UNIQUE CHECK (plan_hash = sha256(plan)),
    nonce bytea NOT NULL UNIQUE CHECK (length(nonce) = 16),
    parameters jsonb NOT NULL,
    -- The facts of the plan that the database answers for; compared again at every seal and at execution.
    facts jsonb NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 4000),
    change_record text NOT NULL CHECK (length(change_record) BETWEEN 1 AND 4000),
    rollback_plan text NOT NULL CHECK (length(rollback_plan) BETWEEN 1 AND 8000),
    submitted_at timestamptz NOT NULL,
    approve_by timestamptz NOT NULL,
    execute_by timestamptz NOT NULL,
    -- What was decided. Approved and expired are not here: they follow from the seals and the clock.
    decided text NOT NULL DEFAULT 'open'
        CHECK (decided IN ('open', 'rejected', 'withdrawn', 'lapsed', 'executing', 'executed', 'failed')),
    decided_at timestamptz,
    differences jsonb,
    quorum_version int NOT NULL,
    submitted_seq bigint NOT NULL REFERENCES custody.ledger_entry,
    decided_seq bigint REFERENCES custody.ledger_entry,
    CHECK (approve_by > submitted_at AND execute_by >= approve_by),
    CHECK ((decided = 'lapsed') = (differences IS NOT NULL)),
    FOREIGN KEY (quorum_version, operation) REFERENCES custody.quorum_rule (version, operation)
);
CREATE INDEX request_page ON custody.request (submitted_at DESC, id DESC);
CREATE INDEX request_decided ON custody.request (decided);

CREATE TABLE custody.request_target (
    request uuid NOT NULL REFERENCES custody.request,
    key uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200 AND custody.is_clean(name)),
    version text NOT NULL,
    PRIMARY KEY (request, key)
);
CREATE INDEX request_target_key ON custody.request_target (key);

CREATE TABLE custody.seal (
    request uuid NOT NULL REFERENCES custody.request,
    operator uuid NOT NULL REFERENCES custody.operator,
    device bytea NOT NULL REFERENCES custody.device,
    role text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approve', 'reject')),
    is_requester boolean NOT NULL,
    signature bytea NOT NULL UNIQUE CHECK (length(signature) = 64),
    -- The moment the sealed statement names: the time of the entry that brought it.
    sealed_at timestamptz NOT NULL,
    seq bigint NOT NULL UNIQUE REFERENCES custody.ledger_entry,
    PRIMARY KEY (request, operator)
);
CREATE UNIQUE INDEX seal_one_requester ON custody.seal (request) WHERE is_requester;

-- Seals are evidence: no role edits or removes one, and a requester's is the only one marked so.
CREATE FUNCTION custody.guard_seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.is_requester <> (NEW.operator = (SELECT requester FROM custody.request WHERE id = NEW.request)) THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'own_request', DETAIL = '{}';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_seal BEFORE INSERT ON custody.seal FOR EACH ROW EXECUTE FUNCTION custody.guard_seal();
ALTER TABLE custody.seal ENABLE ALWAYS TRIGGER guard_seal;

-- One run for each request, for ever: nothing is executed twice.
CREATE TABLE custody.run (
    id uuid PRIMARY KEY,
    request uuid NOT NULL UNIQUE REFERENCES custody.request,
    key uuid NOT NULL,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'completed', 'rolled_back')),
    direction text NOT NULL DEFAULT 'forward' CHECK (direction IN ('forward', 'back')),
    from_version text,
    new_version text,
    owner uuid NOT NULL REFERENCES custody.operator,
    owner_session bytea NOT NULL REFERENCES custody.session,
    fence bigint NOT NULL DEFAULT 1 CHECK (fence >= 1),
    lease_until timestamptz NOT NULL,
    started_at timestamptz NOT NULL,
    rewrapped_at timestamptz,
    rewrapped bigint NOT NULL DEFAULT 0,
    finished_at timestamptz,
    verification text CHECK (length(verification) BETWEEN 1 AND 4000),
    started_seq bigint NOT NULL REFERENCES custody.ledger_entry,
    finished_seq bigint REFERENCES custody.ledger_entry,
    CHECK ((state IN ('completed', 'rolled_back')) = (finished_at IS NOT NULL)),
    CHECK ((finished_at IS NULL) = (finished_seq IS NULL)),
    -- R-25: nothing is closed without recorded verification.
    CHECK (finished_at IS NULL OR verification IS NOT NULL)
);

CREATE TABLE custody.run_step (
    run uuid NOT NULL REFERENCES custody.run,
    position int NOT NULL CHECK (position BETWEEN 1 AND 10000),
    kind text NOT NULL CHECK (kind ~ '^[a-z_]{1,40}$'),
    state text NOT NULL CHECK (state IN ('intended', 'done', 'failed')),
    attempts int NOT NULL DEFAULT 1,
    intent jsonb NOT NULL,
    evidence jsonb,
    intended_at timestamptz NOT NULL,
    finished_at timestamptz,
    intent_seq bigint NOT NULL REFERENCES custody.ledger_entry,
    outcome_seq bigint REFERENCES custody.ledger_entry,
    PRIMARY KEY (run, position)
);

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['seal', 'request_target'] LOOP
        EXECUTE format('CREATE TRIGGER refuse_row_change BEFORE UPDATE OR DELETE ON custody.%I
                        FOR EACH ROW EXECUTE FUNCTION custody.refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change()', guarded);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_row_change', guarded);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_truncate', guarded);
    END LOOP;
END
$$;

-- What was signed stays as it was signed; only the decision moves, and only forward.
CREATE FUNCTION custody.guard_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.operation, NEW.requester, NEW.requester_role, NEW.plan, NEW.plan_hash, NEW.nonce, NEW.facts, NEW.parameters,
        NEW.submitted_at, NEW.approve_by, NEW.execute_by, NEW.submitted_seq, NEW.quorum_version)
       IS DISTINCT FROM
       (OLD.id, OLD.operation, OLD.requester, OLD.requester_role, OLD.plan, OLD.plan_hash, OLD.nonce, OLD.facts, OLD.parameters,
        OLD.submitted_at, OLD.approve_by, OLD.execute_by, OLD.submitted_seq, OLD.quorum_version)
       OR (OLD.decided, NEW.decided) NOT IN
          (('open', 'rejected'), ('open', 'withdrawn'), ('open', 'lapsed'), ('open', 'executing'),
           ('executing', 'executed'), ('executing', 'failed'))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'request_fixed', DETAIL = '{}';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_request BEFORE UPDATE ON custody.request FOR EACH ROW EXECUTE FUNCTION custody.guard_request();
ALTER TABLE custody.request ENABLE ALWAYS TRIGGER guard_request;
