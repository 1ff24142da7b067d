-- The custody and its people: operators, roles, device keys, session keys.

CREATE TABLE custody.custody (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND custody.is_clean(name)),
    environment text NOT NULL CHECK (environment IN ('development', 'staging', 'production', 'backup')),
    vault_host text NOT NULL CHECK (vault_host ~ '^[a-z0-9-]{3,24}(\.[a-z0-9-]+)+$' AND length(vault_host) <= 253),
    vault_name text NOT NULL CHECK (vault_name ~ '^[a-zA-Z0-9-]{3,24}$'),
    founded_seq bigint NOT NULL
);

CREATE TABLE custody.operator (
    id uuid PRIMARY KEY,
    -- Stable name of the human (an Entra object id or an address): ASCII, so that no look-alike makes two of one person.
    person text NOT NULL CHECK (person ~ '^[!-~]{3,200}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND custody.is_clean(name)),
    login text NOT NULL UNIQUE CHECK (length(login) BETWEEN 1 AND 63),
    kind text NOT NULL DEFAULT 'operator' CHECK (kind IN ('operator', 'agent', 'service')),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'left')),
    enrolled_seq bigint NOT NULL,
    changed_seq bigint NOT NULL
);
CREATE UNIQUE INDEX operator_person ON custody.operator (lower(person));

CREATE TABLE custody.operator_role (
    operator uuid NOT NULL REFERENCES custody.operator,
    role text NOT NULL CHECK (role IN ('security', 'devops', 'engineering', 'auditor', 'agent')),
    granted_at timestamptz NOT NULL,
    -- A role granted to help one request through counts only from here on.
    effective_at timestamptz NOT NULL,
    granted_seq bigint NOT NULL,
    PRIMARY KEY (operator, role)
);

CREATE TABLE custody.device (
    key_id bytea PRIMARY KEY CHECK (length(key_id) = 32),
    public_key bytea NOT NULL UNIQUE CHECK (length(public_key) = 32),
    operator uuid NOT NULL REFERENCES custody.operator,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND custody.is_clean(name)),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'revoked')),
    enrolled_seq bigint NOT NULL,
    CHECK (key_id = sha256(public_key))
);
CREATE INDEX device_operator ON custody.device (operator);

CREATE TABLE custody.session (
    key_id bytea PRIMARY KEY CHECK (length(key_id) = 32),
    public_key bytea NOT NULL UNIQUE CHECK (length(public_key) = 32),
    device bytea NOT NULL REFERENCES custody.device,
    operator uuid NOT NULL REFERENCES custody.operator,
    opened_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    closed_at timestamptz,
    opened_seq bigint NOT NULL,
    CHECK (key_id = sha256(public_key)),
    CHECK (expires_at > opened_at AND expires_at <= opened_at + interval '12 hours 2 minutes')
);
CREATE INDEX session_operator ON custody.session (operator);
