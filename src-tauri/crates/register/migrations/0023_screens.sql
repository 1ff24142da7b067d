-- What screens look through besides the inventory: tenants, the ledger's text, and each operator's own saved views.

CREATE INDEX tenant_folded ON custody.tenant ((lower(name) COLLATE "C"));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX ledger_text ON custody.ledger_entry USING gin (lower(subject || ' ' || purpose) custody.gin_trgm_ops);
    END IF;
END
$$;

-- The drift of one observation, and requests that can still be sealed or started.
CREATE INDEX request_alive ON custody.request (execute_by) WHERE decided = 'open';
CREATE INDEX run_alive ON custody.run (number) WHERE finished_at IS NULL;

-- Words that occur, without reading every row that has them.
CREATE FUNCTION custody.ledger_verbs() RETURNS SETOF text
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE found AS (
        (SELECT verb FROM custody.ledger_entry ORDER BY verb LIMIT 1)
        UNION ALL
        SELECT (SELECT e.verb FROM custody.ledger_entry AS e WHERE e.verb > found.verb ORDER BY e.verb LIMIT 1)
        FROM found WHERE found.verb IS NOT NULL
    )
    SELECT verb FROM found WHERE verb IS NOT NULL
$$;
CREATE FUNCTION custody.key_owners(prefix text, most int) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE found AS (
        (SELECT owner FROM custody.key WHERE owner >= prefix ORDER BY owner LIMIT 1)
        UNION ALL
        SELECT (SELECT k.owner FROM custody.key AS k WHERE k.owner > found.owner ORDER BY k.owner LIMIT 1)
        FROM found WHERE found.owner IS NOT NULL
    )
    SELECT owner FROM found WHERE owner <> '' AND starts_with(owner, prefix) LIMIT most
$$;

-- Saved views are nobody's business but their owner's. Keeping one is no act: it changes nothing that is in custody.
CREATE VIEW custody.my_saved_view WITH (security_barrier) AS
    SELECT v.screen, v.name, v.filters
    FROM custody.saved_view AS v JOIN custody.operator AS o ON o.id = v.operator
    WHERE o.login = session_user;

CREATE FUNCTION custody.save_view(wanted_screen text, wanted_name text, wanted_filters jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who uuid := (SELECT o.id FROM custody.operator AS o WHERE o.login = session_user AND o.status = 'active');
    views_max CONSTANT int := 200;
BEGIN
    IF who IS NULL OR (SELECT count(*) FROM custody.saved_view AS v WHERE v.operator = who
                       AND (v.screen, v.name) <> (wanted_screen, wanted_name)) >= views_max THEN
        RETURN false;
    END IF;
    INSERT INTO custody.saved_view (operator, screen, name, filters)
    VALUES (who, wanted_screen, wanted_name, wanted_filters)
    ON CONFLICT (operator, screen, name) DO UPDATE SET filters = excluded.filters;
    RETURN true;
END
$$;

CREATE FUNCTION custody.delete_view(wanted_screen text, wanted_name text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM custody.saved_view AS v USING custody.operator AS o
    WHERE o.id = v.operator AND o.login = session_user AND v.screen = wanted_screen AND v.name = wanted_name;
    RETURN FOUND;
END
$$;

SELECT custody.own_everything();

GRANT SELECT ON custody.my_saved_view TO countersign_security, countersign_devops, countersign_engineering,
                                         countersign_auditor, countersign_agent;
GRANT EXECUTE ON FUNCTION custody.ledger_verbs(), custody.key_owners(text, int)
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
-- An auditor's login writes nothing at all.
GRANT EXECUTE ON FUNCTION custody.save_view(text, text, jsonb), custody.delete_view(text, text)
    TO countersign_security, countersign_devops, countersign_engineering;
