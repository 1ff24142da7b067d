-- The inventory: tenants, keys, versions, wraps, tokens, and the life of a key. Metadata and ciphertext only.

CREATE TABLE custody.tenant (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100 AND custody.is_clean(name)),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'offboarded')),
    created_seq bigint NOT NULL
);
CREATE TABLE custody.integration (
    tenant uuid NOT NULL REFERENCES custody.tenant,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND custody.is_clean(name)),
    created_seq bigint NOT NULL,
    PRIMARY KEY (tenant, name)
);

CREATE FUNCTION custody.is_kind(kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT kind IN ('kek', 'dek', 'database', 'provider', 'tls_certificate', 'api_secret', 'api_signing',
                    'token_signing', 'backup', 'ai_service', 'secret')
$$;

CREATE FUNCTION custody.is_live(state text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT state IN ('pre_active', 'active', 'suspended', 'deactivated', 'compromised', 'revoked') $$;

CREATE TABLE custody.key (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (custody.is_kind(kind)),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200 AND custody.is_clean(name)),
    tenant uuid REFERENCES custody.tenant,
    integration text,
    secret_name text CHECK (length(secret_name) BETWEEN 1 AND 127 AND custody.is_clean(secret_name)),
    classification text NOT NULL CHECK (classification IN ('public', 'internal', 'confidential', 'restricted')),
    purpose text NOT NULL CHECK (length(purpose) <= 500 AND custody.is_clean(purpose)),
    owner text NOT NULL CHECK (length(owner) <= 200 AND custody.is_clean(owner)),
    algorithm text NOT NULL CHECK (length(algorithm) <= 40 AND custody.is_clean(algorithm)),
    bits int CHECK (bits BETWEEN 0 AND 65536),
    storage text NOT NULL CHECK (storage IN ('key_vault', 'postgresql_wrapped', 'kubernetes_secret_legacy')),
    phase_out_date date,
    vault_name text CHECK (vault_name ~ '^[a-zA-Z0-9-]{1,127}$'),
    current_version text CHECK (length(current_version) BETWEEN 1 AND 64 AND custody.is_clean(current_version)),
    state text NOT NULL,
    created_at timestamptz NOT NULL,
    activated_at timestamptz,
    rotated_at timestamptz,
    rotate_by timestamptz,
    expires_at timestamptz,
    rule_version int NOT NULL,
    revision bigint NOT NULL DEFAULT 1,
    state_seq bigint NOT NULL,
    -- LIMIT: case is folded by the database's locale; ordering is by bytes, so that every client pages alike.
    name_folded text COLLATE "C" GENERATED ALWAYS AS (lower(name)) STORED,
    search text COLLATE "C" NOT NULL,
    FOREIGN KEY (tenant, integration) REFERENCES custody.integration (tenant, name),
    CHECK ((storage = 'kubernetes_secret_legacy') = (phase_out_date IS NOT NULL)),
    CHECK (integration IS NULL OR tenant IS NOT NULL),
    -- A DEK serves one integration of one tenant, or one secret name: never both, never more.
    CHECK (kind <> 'dek' OR (secret_name IS NULL) = (tenant IS NOT NULL AND integration IS NOT NULL)),
    CHECK (kind <> 'dek' OR (storage = 'postgresql_wrapped' AND algorithm = 'AES-256-GCM' AND bits = 256)),
    CHECK (kind <> 'kek' OR (storage = 'key_vault' AND vault_name IS NOT NULL))
);
-- R-10: one live DEK for each (tenant, integration), and for each secret name.
CREATE UNIQUE INDEX key_one_dek_per_integration ON custody.key (tenant, integration)
    WHERE kind = 'dek' AND tenant IS NOT NULL AND custody.is_live(state);
CREATE UNIQUE INDEX key_one_dek_per_secret ON custody.key (secret_name)
    WHERE kind = 'dek' AND tenant IS NULL AND custody.is_live(state);
CREATE UNIQUE INDEX key_one_per_vault_name ON custody.key (vault_name)
    WHERE kind = 'kek' AND custody.is_live(state);
CREATE UNIQUE INDEX key_one_per_name ON custody.key
    (kind, name, (coalesce(tenant, '00000000-0000-0000-0000-000000000000')), (coalesce(integration, '')))
    WHERE custody.is_live(state);
CREATE INDEX key_page_name ON custody.key (name_folded, id);
CREATE INDEX key_page_due ON custody.key (rotate_by, id);
CREATE INDEX key_page_created ON custody.key (created_at, id);
CREATE INDEX key_kind_name ON custody.key (kind, name_folded, id);
CREATE INDEX key_kind_due ON custody.key (kind, rotate_by, id);
CREATE INDEX key_state_name ON custody.key (state, name_folded, id);
CREATE INDEX key_tenant_name ON custody.key (tenant, name_folded, id);
CREATE INDEX key_class_name ON custody.key (classification, name_folded, id);

-- Text search by trigram where the extension is to be had; the same query scans in name order where it is not.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'pg_trgm') THEN
        CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA custody;
        EXECUTE 'CREATE INDEX key_search ON custody.key USING gin (search custody.gin_trgm_ops)';
    END IF;
EXCEPTION WHEN insufficient_privilege OR feature_not_supported THEN
    RAISE NOTICE 'pg_trgm may not be created here: text search will be slower';
END
$$;

CREATE TABLE custody.key_version (
    key uuid NOT NULL REFERENCES custody.key,
    version text NOT NULL CHECK (length(version) BETWEEN 1 AND 64 AND custody.is_clean(version)),
    state text NOT NULL CHECK (state IN ('enabled', 'disabled')),
    created_at timestamptz NOT NULL,
    disabled_at timestamptz,
    run uuid,
    public_key_digest bytea CHECK (length(public_key_digest) = 32),
    recorded_seq bigint NOT NULL,
    changed_seq bigint NOT NULL,
    PRIMARY KEY (key, version)
);
-- A run makes at most one version, whatever happens to its replies.
CREATE UNIQUE INDEX key_version_one_per_run ON custody.key_version (run) WHERE run IS NOT NULL;

-- One live wrap for each DEK; a re-wrap replaces it by compare-and-set on the revision.
CREATE TABLE custody.wrap (
    dek uuid PRIMARY KEY REFERENCES custody.key,
    kek uuid NOT NULL,
    kek_version text NOT NULL,
    algorithm text NOT NULL CHECK (algorithm IN ('RSA-OAEP-256', 'RSA-OAEP')),
    wrapped bytea NOT NULL CHECK (length(wrapped) IN (256, 384, 512)),
    check_value bytea NOT NULL CHECK (length(check_value) = 32),
    dek_version int NOT NULL DEFAULT 1 CHECK (dek_version >= 1),
    revision int NOT NULL DEFAULT 1 CHECK (revision >= 1),
    created_seq bigint NOT NULL,
    changed_seq bigint NOT NULL,
    FOREIGN KEY (kek, kek_version) REFERENCES custody.key_version (key, version)
) WITH (fillfactor = 80);
-- The same blob twice means that two tenants share a DEK, or that one was copied over the other.
CREATE UNIQUE INDEX wrap_check_value ON custody.wrap (check_value);
CREATE INDEX wrap_under ON custody.wrap (kek, kek_version, dek);

CREATE TABLE custody.token (
    id uuid PRIMARY KEY,
    dek uuid NOT NULL REFERENCES custody.key,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200 AND custody.is_clean(name)),
    envelope bytea NOT NULL CHECK (length(envelope) BETWEEN 1 AND 65536),
    expires_at timestamptz,
    sealed_seq bigint NOT NULL
);
CREATE INDEX token_dek ON custody.token (dek, id);

-- Messages sealed under each DEK: random 96-bit nonces are good for 2^32 of them, and we stop at half.
CREATE TABLE custody.dek_messages (
    dek uuid PRIMARY KEY REFERENCES custody.key,
    sealed bigint NOT NULL CHECK (sealed BETWEEN 0 AND 2147483648)
);

-- R-03: the legal transitions, after NIST SP 800-57 Part 1.
CREATE TABLE custody.legal_transition (
    from_state text NOT NULL,
    to_state text NOT NULL,
    PRIMARY KEY (from_state, to_state)
);
INSERT INTO custody.legal_transition VALUES
    ('pre_active', 'active'), ('pre_active', 'suspended'), ('pre_active', 'compromised'), ('pre_active', 'revoked'),
    ('pre_active', 'destroyed'),
    ('active', 'suspended'), ('active', 'deactivated'), ('active', 'compromised'), ('active', 'revoked'),
    ('suspended', 'active'), ('suspended', 'deactivated'), ('suspended', 'compromised'), ('suspended', 'revoked'),
    ('suspended', 'destroyed'),
    ('deactivated', 'active'), ('deactivated', 'compromised'), ('deactivated', 'revoked'), ('deactivated', 'destroyed'),
    ('compromised', 'active'), ('compromised', 'revoked'), ('compromised', 'destroyed'),
    ('revoked', 'destroyed'), ('destroyed', 'archived');

CREATE TABLE custody.state_transition (
    key uuid NOT NULL REFERENCES custody.key,
    seq bigint NOT NULL,
    from_state text,
    to_state text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (key, seq, to_state)
);

-- No key changes its state without a legal step and the ledger entry that explains it.
CREATE FUNCTION custody.guard_state() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.id <> OLD.id OR NEW.kind <> OLD.kind THEN
            RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'key_identity', DETAIL = '{}';
        END IF;
        IF NEW.state = OLD.state THEN
            RETURN NEW;
        END IF;
        IF NEW.state_seq <= OLD.state_seq OR NOT EXISTS (SELECT FROM custody.legal_transition
                       WHERE from_state = OLD.state AND to_state = NEW.state) THEN
            RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'illegal_transition',
                DETAIL = json_build_object('key', OLD.id, 'from', OLD.state, 'to', NEW.state)::text;
        END IF;
    ELSIF NEW.state NOT IN (SELECT from_state FROM custody.legal_transition UNION SELECT to_state FROM custody.legal_transition) THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'illegal_state',
            DETAIL = json_build_object('state', NEW.state)::text;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_state BEFORE INSERT OR UPDATE ON custody.key
    FOR EACH ROW EXECUTE FUNCTION custody.guard_state();
ALTER TABLE custody.key ENABLE ALWAYS TRIGGER guard_state;

CREATE FUNCTION custody.keep_transition() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO custody.state_transition (key, seq, from_state, to_state, at)
    VALUES (NEW.id, NEW.state_seq, CASE WHEN TG_OP = 'UPDATE' THEN OLD.state END, NEW.state, custody.clock());
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_birth AFTER INSERT ON custody.key
    FOR EACH ROW EXECUTE FUNCTION custody.keep_transition();
CREATE TRIGGER keep_transition AFTER UPDATE OF state ON custody.key
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION custody.keep_transition();
ALTER TABLE custody.key ENABLE ALWAYS TRIGGER keep_birth;
ALTER TABLE custody.key ENABLE ALWAYS TRIGGER keep_transition;
