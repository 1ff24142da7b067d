-- The inventory's pages at a million keys: an index for every order, and counts that need no counting.

CREATE INDEX key_page_tenant ON custody.key (tenant_folded, name_folded, id);
CREATE INDEX key_page_rotate ON custody.key ((coalesce(rotate_by, 'infinity'::timestamptz)), id);
CREATE INDEX key_page_version ON custody.key (version_number, name_folded, id);
CREATE INDEX key_owner_name ON custody.key (owner, name_folded, id);
CREATE INDEX key_violates ON custody.key (name_folded, id) WHERE violates;
CREATE INDEX key_legacy ON custody.key (name_folded, id) WHERE storage = 'kubernetes_secret_legacy';

-- States in which a key's rotation can be late: a key that protects nothing new any more is not.
CREATE FUNCTION custody.rotates(state text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT state IN ('pre_active', 'active', 'suspended', 'compromised') $$;
CREATE INDEX key_rotates ON custody.key (rotate_by, id) WHERE rotate_by IS NOT NULL AND custody.rotates(state);

-- How many keys there are of each sort. Kept by triggers: acts happen one after another anyhow.
CREATE TABLE custody.key_tally (
    kind text NOT NULL,
    state text NOT NULL,
    storage text NOT NULL,
    violates boolean NOT NULL,
    dated boolean NOT NULL,
    -- Since when the key material serves: the day, in UTC.
    since date NOT NULL,
    keys bigint NOT NULL,
    PRIMARY KEY (kind, state, storage, violates, dated, since)
);

-- How many DEKs each version of a KEK wraps.
CREATE TABLE custody.wrap_tally (
    kek uuid NOT NULL,
    kek_version text NOT NULL,
    deks bigint NOT NULL,
    PRIMARY KEY (kek, kek_version)
);

CREATE FUNCTION custody.tally_keys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone text := 'SELECT kind, state, storage, violates, rotate_by IS NOT NULL AS dated,
        (coalesce(rotated_at, activated_at, created_at) AT TIME ZONE ''UTC'')::date AS since, -1 AS keys FROM before';
    come text := 'SELECT kind, state, storage, violates, rotate_by IS NOT NULL AS dated,
        (coalesce(rotated_at, activated_at, created_at) AT TIME ZONE ''UTC'')::date AS since, 1 AS keys FROM after';
BEGIN
    EXECUTE format('INSERT INTO custody.key_tally AS t (kind, state, storage, violates, dated, since, keys)
        SELECT kind, state, storage, violates, dated, since, sum(keys) FROM (%s) AS moved
        GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(keys) <> 0 ORDER BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (kind, state, storage, violates, dated, since) DO UPDATE SET keys = t.keys + excluded.keys',
        CASE TG_OP WHEN 'INSERT' THEN come WHEN 'DELETE' THEN gone ELSE gone || ' UNION ALL ' || come END);
    RETURN NULL;
END
$$;

CREATE FUNCTION custody.tally_wraps() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone text := 'SELECT kek, kek_version, -1 AS deks FROM before';
    come text := 'SELECT kek, kek_version, 1 AS deks FROM after';
BEGIN
    EXECUTE format('INSERT INTO custody.wrap_tally AS t (kek, kek_version, deks)
        SELECT kek, kek_version, sum(deks) FROM (%s) AS moved GROUP BY 1, 2 HAVING sum(deks) <> 0 ORDER BY 1, 2
        ON CONFLICT (kek, kek_version) DO UPDATE SET deks = t.deks + excluded.deks',
        CASE TG_OP WHEN 'INSERT' THEN come WHEN 'DELETE' THEN gone ELSE gone || ' UNION ALL ' || come END);
    RETURN NULL;
END
$$;

DO $$
DECLARE
    told text[];
BEGIN
    FOREACH told SLICE 1 IN ARRAY ARRAY[['key', 'tally_keys'], ['wrap', 'tally_wraps']] LOOP
        EXECUTE format('CREATE TRIGGER %2$s_insert AFTER INSERT ON custody.%1$I REFERENCING NEW TABLE AS after
                        FOR EACH STATEMENT EXECUTE FUNCTION custody.%2$I()', told[1], told[2]);
        EXECUTE format('CREATE TRIGGER %2$s_update AFTER UPDATE ON custody.%1$I
                        REFERENCING OLD TABLE AS before NEW TABLE AS after
                        FOR EACH STATEMENT EXECUTE FUNCTION custody.%2$I()', told[1], told[2]);
        EXECUTE format('CREATE TRIGGER %2$s_delete AFTER DELETE ON custody.%1$I REFERENCING OLD TABLE AS before
                        FOR EACH STATEMENT EXECUTE FUNCTION custody.%2$I()', told[1], told[2]);
    END LOOP;
END
$$;

SELECT custody.own_everything();

GRANT SELECT ON custody.key_tally, custody.wrap_tally TO countersign_security, countersign_devops, countersign_engineering,
                                                         countersign_auditor, countersign_agent;
GRANT EXECUTE ON FUNCTION custody.rotates(text) TO countersign_security, countersign_devops, countersign_engineering,
                                                   countersign_auditor, countersign_agent;
