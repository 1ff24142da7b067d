-- The version of the schema, and logins for operators.

CREATE FUNCTION custody.schema_version() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(max(version), 0) FROM custody._sqlx_migrations WHERE success
$$;

-- Called by an administrator with that administrator's own rights: it makes a login and opens no door.
CREATE FUNCTION custody.create_login(login text, verifier text, roles text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role text;
BEGIN
    IF login !~ '^[a-z0-9][a-z0-9._@#-]{0,62}$' OR login LIKE 'pg\_%' OR login LIKE 'countersign\_%' OR login = 'public' THEN
        PERFORM custody.fail('login_unfit', jsonb_build_object('login', login));
    END IF;
    IF verifier !~ '^SCRAM-SHA-256\$' THEN
        PERFORM custody.fail('verifier_unfit');
    END IF;
    FOREACH role IN ARRAY roles LOOP
        IF role NOT IN ('security', 'devops', 'engineering', 'auditor', 'agent') THEN
            PERFORM custody.fail('role_unknown', jsonb_build_object('role', role));
        END IF;
    END LOOP;
    -- INHERIT, or membership in a group would not let it call the group's functions.
    EXECUTE format('CREATE ROLE %I LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L',
                   login, verifier);
    FOREACH role IN ARRAY roles LOOP
        EXECUTE format('GRANT %I TO %I', 'countersign_' || role, login);
    END LOOP;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), login);
END
$$;

-- Everyone who may connect learns which version is there, and nothing else.
GRANT EXECUTE ON FUNCTION custody.schema_version() TO countersign_security, countersign_devops, countersign_engineering,
                                                    countersign_auditor, countersign_agent;
