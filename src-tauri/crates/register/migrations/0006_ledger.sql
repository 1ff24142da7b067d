-- The ledger, its head, and the refusals: rows that nobody updates or deletes.

CREATE TABLE custody.head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq bigint NOT NULL CHECK (seq >= 0),
    hash bytea NOT NULL CHECK (length(hash) = 32)
);
INSERT INTO custody.head VALUES (true, 0, decode(repeat('00', 32), 'hex'));

CREATE TABLE custody.ledger_entry (
    seq bigint PRIMARY KEY CHECK (seq >= 1),
    entry_id uuid NOT NULL UNIQUE,
    entry bytea NOT NULL CHECK (length(entry) <= 65536),
    signatures bytea NOT NULL CHECK (length(signatures) <= 1024),
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    -- What follows repeats the entry for filters; verification reads the entry itself.
    recorded_at timestamptz NOT NULL,
    entry_time timestamptz NOT NULL,
    actor uuid NOT NULL,
    key_id bytea NOT NULL,
    verb text NOT NULL,
    subject_kind text NOT NULL,
    subject text NOT NULL,
    purpose text NOT NULL
);
CREATE INDEX ledger_subject ON custody.ledger_entry (subject_kind, subject, seq);
CREATE INDEX ledger_verb ON custody.ledger_entry (verb, seq);
CREATE INDEX ledger_actor ON custody.ledger_entry (actor, seq);
CREATE INDEX ledger_time ON custody.ledger_entry (recorded_at, seq);

CREATE TABLE custody.refusal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    login text NOT NULL,
    operator uuid,
    function text NOT NULL,
    verb text,
    subject text,
    code text NOT NULL,
    detail jsonb NOT NULL,
    entry_digest bytea NOT NULL
);
CREATE INDEX refusal_at ON custody.refusal (at, id);

CREATE TABLE custody.refusal_attestation (
    first bigint PRIMARY KEY,
    last bigint NOT NULL CHECK (last >= first),
    seq bigint NOT NULL REFERENCES custody.ledger_entry
);

-- What the vault was seen to hold that the register does not explain (or the reverse).
CREATE TABLE custody.vault_observation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seq bigint NOT NULL REFERENCES custody.ledger_entry,
    kind text NOT NULL CHECK (kind IN ('key', 'secret', 'certificate')),
    name text NOT NULL CHECK (length(name) <= 127 AND custody.is_clean(name)),
    drift text NOT NULL CHECK (drift IN ('not_in_register', 'not_in_vault', 'version_unknown', 'version_missing',
                                         'enabled_differs', 'weak_algorithm', 'deleted')),
    detail jsonb NOT NULL,
    UNIQUE (seq, kind, name, drift)
);

CREATE TABLE custody.saved_view (
    operator uuid NOT NULL REFERENCES custody.operator,
    screen text NOT NULL CHECK (screen ~ '^[a-z_]{1,40}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60 AND custody.is_clean(name)),
    filters jsonb NOT NULL CHECK (length(filters::text) <= 4096),
    PRIMARY KEY (operator, screen, name)
);

-- A fence against mistakes and against everyone but the owner of the tables. What a superuser does behind it
-- is found by verification, not prevented here.
CREATE FUNCTION custody.refuse_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'CSLED', MESSAGE = format('%s of custody.%s is not possible', TG_OP, TG_TABLE_NAME);
END
$$;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['ledger_entry', 'refusal', 'refusal_attestation', 'state_transition',
                                   'vault_observation', 'rotation_rule', 'quorum_rule', 'quorum_pair',
                                   'approved_algorithm', 'setting', 'legal_transition']
    LOOP
        EXECUTE format('CREATE TRIGGER refuse_row_change BEFORE UPDATE OR DELETE ON custody.%I
                        FOR EACH ROW EXECUTE FUNCTION custody.refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change()', guarded);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_row_change', guarded);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_truncate', guarded);
    END LOOP;
END
$$;
