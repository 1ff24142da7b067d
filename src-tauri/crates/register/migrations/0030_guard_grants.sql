-- DROP OWNED BY a group takes the group's rights from all its members at once, and PostgreSQL lets any member say it: one operator
-- with psql could keep everybody else from signing. Only an event trigger can refuse that, and only a superuser can make one.
-- LIMIT: a register that was migrated without a superuser, on a managed server, does not have it.

DO $$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
        RETURN;
    END IF;
    CREATE FUNCTION custody.guard_grants() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    BEGIN
        IF EXISTS (SELECT FROM custody.operator AS o WHERE o.login = session_user) THEN
            RAISE LOG 'countersign: % refused to %', TG_TAG, session_user;
            RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('%s is not for operators', TG_TAG);
        END IF;
    END
    $body$;
    CREATE EVENT TRIGGER countersign_guard_grants ON ddl_command_start WHEN TAG IN ('DROP OWNED')
        EXECUTE FUNCTION custody.guard_grants();
END
$$;

SELECT custody.own_everything();
