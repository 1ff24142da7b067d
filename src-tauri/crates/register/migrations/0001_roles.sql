-- Schema, owner and group roles.
--
-- The owner can disable triggers and bypass every fence of this schema: it may not log in and has no members.
-- Roles are shared by all databases of a cluster, so they are made only where missing.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['countersign_owner', 'countersign_security', 'countersign_devops',
                                  'countersign_engineering', 'countersign_auditor', 'countersign_agent']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- Another database of this cluster was migrated at the same moment.
            END;
        END IF;
    END LOOP;
END
$$;

CREATE SCHEMA IF NOT EXISTS custody;
ALTER SCHEMA custody OWNER TO countersign_owner;
REVOKE ALL ON SCHEMA custody FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA custody TO countersign_security, countersign_devops, countersign_engineering,
                                 countersign_auditor, countersign_agent;
