-- The policy as versioned data. A version is never edited: a change adds the next one.

CREATE TABLE custody.rotation_rule (
    version int NOT NULL CHECK (version >= 1),
    kind text NOT NULL,
    classification text NOT NULL CHECK (classification IN ('any', 'public', 'internal', 'confidential', 'restricted')),
    threat_level text NOT NULL CHECK (threat_level IN ('normal', 'elevated', 'high')),
    period_days int NOT NULL CHECK (period_days BETWEEN 1 AND 3650),
    warn_days int NOT NULL CHECK (warn_days BETWEEN 0 AND 365 AND warn_days < period_days),
    PRIMARY KEY (version, kind, classification, threat_level)
);

-- R-20 by default: KEK, DEK and database keys a year, API secrets 90 days, token-signing keys 180 days.
INSERT INTO custody.rotation_rule (version, kind, classification, threat_level, period_days, warn_days)
SELECT 1, kind, 'any', level, days / divisor, greatest(warn / divisor, 1)
FROM (VALUES ('kek', 365, 30), ('dek', 365, 30), ('database', 365, 30), ('provider', 365, 30), ('backup', 365, 30),
             ('tls_certificate', 365, 30), ('api_secret', 90, 14), ('api_signing', 180, 21),
             ('token_signing', 180, 21), ('ai_service', 90, 14), ('secret', 90, 14)) AS rule (kind, days, warn),
     (VALUES ('normal', 1), ('elevated', 2), ('high', 4)) AS threat (level, divisor);

-- Who may ask, and who must countersign when that role asked.
CREATE TABLE custody.quorum_rule (
    version int NOT NULL CHECK (version >= 1),
    operation text NOT NULL CHECK (operation ~ '^[a-z_]{3,40}$'),
    minimum int NOT NULL CHECK (minimum >= 2),
    PRIMARY KEY (version, operation)
);
CREATE TABLE custody.quorum_pair (
    version int NOT NULL,
    operation text NOT NULL,
    requester_role text NOT NULL CHECK (requester_role IN ('security', 'devops', 'engineering')),
    countersigner_role text NOT NULL CHECK (countersigner_role IN ('security', 'devops', 'engineering')),
    PRIMARY KEY (version, operation, requester_role, countersigner_role),
    FOREIGN KEY (version, operation) REFERENCES custody.quorum_rule
);
INSERT INTO custody.quorum_rule VALUES (1, 'rotate_kek', 2), (1, 'create_kek', 2);
INSERT INTO custody.quorum_pair
SELECT 1, operation, requester, countersigner
FROM (VALUES ('rotate_kek'), ('create_kek')) AS o (operation),
     (VALUES ('devops', 'security'), ('engineering', 'security'),
             ('security', 'devops'), ('security', 'security')) AS pair (requester, countersigner);

-- R-05. What may be registered, with the least length.
CREATE TABLE custody.approved_algorithm (
    version int NOT NULL CHECK (version >= 1),
    algorithm text NOT NULL CHECK (custody.is_clean(algorithm)),
    bits int[] NOT NULL,
    PRIMARY KEY (version, algorithm)
);
INSERT INTO custody.approved_algorithm VALUES
    (1, 'AES-256-GCM', '{256}'), (1, 'RSA', '{2048,3072,4096,8192,16384}'), (1, 'ECDSA', '{256,384,521}'),
    (1, 'Ed25519', '{256}'), (1, 'TLS', '{0}'), (1, 'HMAC-SHA-256', '{256,512}');

CREATE TABLE custody.setting (
    version int NOT NULL CHECK (version >= 1),
    name text NOT NULL CHECK (name ~ '^[a-z_]{3,40}$'),
    value text NOT NULL CHECK (length(value) <= 200 AND custody.is_clean(value)),
    PRIMARY KEY (version, name)
);
INSERT INTO custody.setting VALUES
    (1, 'vault_budget_percent', '70'), (1, 'vault_operations_per_ten_seconds', '4000'), (1, 'rewrap_batch', '100'),
    (1, 'approve_days_max', '14'), (1, 'execute_days_max', '30'), (1, 'grace_seconds', '900'),
    (1, 'threat_level', 'normal'), (1, 'role_cool_down_hours', '24');

CREATE FUNCTION custody.setting_value(wanted text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT value FROM custody.setting WHERE name = wanted ORDER BY version DESC LIMIT 1
$$;

CREATE FUNCTION custody.rotation_version() RETURNS int
LANGUAGE sql STABLE AS $$ SELECT max(version) FROM custody.rotation_rule $$;

CREATE FUNCTION custody.quorum_version() RETURNS int
LANGUAGE sql STABLE AS $$ SELECT max(version) FROM custody.quorum_rule $$;

-- The rule in force for a key: its own classification before 'any'.
CREATE FUNCTION custody.rotation_rule_for(wanted_kind text, wanted_class text)
RETURNS TABLE (version int, period_days int, warn_days int)
LANGUAGE sql STABLE AS $$
    SELECT r.version, r.period_days, r.warn_days
    FROM custody.rotation_rule AS r
    WHERE r.version = custody.rotation_version() AND r.kind = wanted_kind
      AND r.classification IN (wanted_class, 'any') AND r.threat_level = custody.setting_value('threat_level')
    ORDER BY r.classification = 'any' LIMIT 1
$$;

-- Secrets that are strings, not keys, may leave the algorithm out; everything else names one that is approved.
CREATE FUNCTION custody.is_approved_algorithm(kind text, wanted text, wanted_bits int) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT (wanted = '' AND kind IN ('api_secret', 'ai_service', 'secret'))
        OR EXISTS (SELECT FROM custody.approved_algorithm
                   WHERE version = (SELECT max(version) FROM custody.approved_algorithm)
                     AND algorithm = wanted AND coalesce(wanted_bits, 0) = ANY (bits))
$$;

-- Days are 24 hours of the one clock: no daylight saving moves a due date.
CREATE FUNCTION custody.days(count int) RETURNS interval
LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT make_interval(hours => count * 24) $$;
